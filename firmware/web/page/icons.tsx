const paths = {
  ring: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 5a4 4 0 1 1 0 8 4 4 0 0 1 0-8Z',
  bell: 'M18 16v-5.5a6 6 0 0 0-4.5-5.8V4a1.5 1.5 0 0 0-3 0v.7A6 6 0 0 0 6 10.5V16l-1.6 2v.8h15.2V18L18 16Zm-8.2 4.2a2.3 2.3 0 0 0 4.4 0Z',
  phone:
    'M6.6 3.2 9.4 3l1.5 4.3-2 1.7a12 12 0 0 0 6.1 6.1l1.7-2 4.3 1.5-.2 2.8a3.4 3.4 0 0 1-3.7 3.2C9.9 19.8 4.2 14.1 3.4 6.9A3.4 3.4 0 0 1 6.6 3.2Z',
  hangUp:
    'M12 8c4.7 0 8.7 1.7 10.6 4.2.6.9.5 2-.1 2.7l-1.8 1.9-4.3-1.5V12.7a13.4 13.4 0 0 0-8.8 0v2.6L3.3 16.8 1.5 14.9a2.2 2.2 0 0 1-.1-2.7C3.3 9.7 7.3 8 12 8Z',
  open: 'M14 3H5v18h9v-2.2H7.2V5.2H14V3Zm3.3 5-1.6 1.6 1.3 1.3H10v2.2h7l-1.3 1.3 1.6 1.6L21.3 12 17.3 8Z',
  out: 'M6 16.6 15.2 7.4H8.5V5H19v10.5h-2.4V9.1L7.7 18.3 6 16.6Z',
  in: 'M18 7.4 8.8 16.6h6.7V19H5V8.5h2.4v6.4L16.3 5.7 18 7.4Z',
} as const;

/** A small drawing beside words; it says nothing of its own. */
export function Icon({name}: {name: keyof typeof paths}) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} fill-rule="evenodd" />
    </svg>
  );
}
