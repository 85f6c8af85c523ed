/** A door in its frame: ajar, with light behind it, for as long as its relay is on. */
export function Door({name, open}: {name: string; open: boolean}) {
  return (
    <figure class={open ? 'door is-open' : 'door'} data-testid={`door-${name}`} data-open={open}>
      <div class="door-frame" aria-hidden="true">
        <div class="door-inside" />
        <svg class="door-leaf" viewBox="0 0 120 250" preserveAspectRatio="none" role="presentation">
          <rect width="120" height="250" class="leaf-wood" />
          <rect x="16" y="18" width="88" height="86" rx="2" class="leaf-glass" />
          <path d="M60 18v86M16 61h88" class="leaf-bar" />
          <rect x="16" y="122" width="88" height="46" rx="2" class="leaf-panel" />
          <rect x="16" y="184" width="88" height="48" rx="2" class="leaf-panel" />
          <rect x="103" y="128" width="7" height="26" rx="3.5" class="leaf-handle" />
          <circle cx="106.5" cy="162" r="2.5" class="leaf-handle" />
        </svg>
      </div>
      <figcaption>
        {name} <span class={open ? 'pill is-good' : 'pill'}>{open ? 'open' : 'closed'}</span>
      </figcaption>
    </figure>
  );
}
