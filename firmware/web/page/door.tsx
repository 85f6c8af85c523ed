/** A door in its frame: ajar, with light behind it, for as long as its relay is on. */
export function Door({name, open}: {name: string; open: boolean}) {
  return (
    <figure class={open ? 'door is-open' : 'door'} data-testid={`door-${name}`} data-open={open}>
      <div class="door-frame" aria-hidden="true">
        <div class="door-inside" />
        <svg class="door-leaf" viewBox="0 0 120 284" preserveAspectRatio="none" role="presentation">
          <rect width="120" height="284" class="leaf-wood" />
          <rect x="16" y="18" width="88" height="98" rx="2" class="leaf-glass" />
          <path d="M60 18v98M16 67h88" class="leaf-bar" />
          <rect x="16" y="134" width="88" height="56" rx="2" class="leaf-panel" />
          <rect x="16" y="208" width="88" height="56" rx="2" class="leaf-panel" />
          <rect x="103" y="140" width="7" height="26" rx="3.5" class="leaf-handle" />
          <circle cx="106.5" cy="174" r="2.5" class="leaf-handle" />
        </svg>
      </div>
      <figcaption>
        {name} <span class={open ? 'pill is-good' : 'pill'}>{open ? 'open' : 'closed'}</span>
      </figcaption>
    </figure>
  );
}
