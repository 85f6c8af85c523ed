import {useEffect, useRef} from 'preact/hooks';
import type {LightState} from '../../station/light-pattern.ts';
import type {Topic} from './topic.ts';
import {lightWords} from './words.ts';

const RADIUS = 43;
/** Colour of a light that is off: smoked plastic. */
const OFF = [46, 50, 55] as const;

/** The ring of lights around the bell, as the board drives it at this moment. `name` is the light state. */
export function RingLight({light, name}: {light: Topic<Uint8Array>; name: LightState}) {
  const svg = useRef<SVGSVGElement>(null);
  const halo = useRef<HTMLSpanElement>(null);

  useEffect(() => {
    const show = (frame: Uint8Array) => {
      if (svg.current && halo.current) draw(frame, svg.current, halo.current);
    };
    show(light.value);
    return light.listen(show);
  }, [light]);

  return (
    <>
      <span class="halo" ref={halo} aria-hidden="true" />
      <svg
        ref={svg}
        class="ring-light"
        viewBox="0 0 100 100"
        role="img"
        aria-label={`Ring light: ${lightWords[name]}`}
        data-testid="light-ring"
      >
        <defs>
          <filter id="glow" x="-50%" y="-50%" width="200%" height="200%">
            <feGaussianBlur stdDeviation="2.6" />
          </filter>
        </defs>
        <circle class="ring-band" cx="50" cy="50" r={RADIUS} />
        <g class="ring-glow" filter="url(#glow)" />
        <g class="ring-leds" />
      </svg>
    </>
  );
}

/** Drawn past Preact: up to 20 times a second, and nothing else depends on it. */
function draw(frame: Uint8Array, svg: SVGSVGElement, halo: HTMLElement): void {
  const count = Math.floor(frame.length / 3);
  const [glow, leds] = svg.querySelectorAll('g');
  if (!glow || !leds) return;
  if (leds.childElementCount !== count) {
    glow.replaceChildren(...circles(count, 5.4));
    leds.replaceChildren(...circles(count, 3.1));
  }
  const sum = [0, 0, 0];
  for (let index = 0; index < count; index += 1) {
    const shown = [0, 1, 2].map((part) => frame[index * 3 + part] ?? 0);
    shown.forEach((value, part) => {
      sum[part] = (sum[part] ?? 0) + value / count;
    });
    leds.children[index]?.setAttribute(
      'fill',
      colour(shown.map((value, part) => mixed(value, OFF[part] ?? 0))),
    );
    glow.children[index]?.setAttribute('fill', colour(shown));
    glow.children[index]?.setAttribute('opacity', String(Math.max(...shown) / 255));
  }
  halo.style.color = colour(sum);
  halo.style.opacity = String((Math.max(...sum, 0) / 255) ** 2);
  svg.dataset['frame'] = Array.from(frame, (value) => value.toString(16).padStart(2, '0')).join('');
}

function mixed(value: number, off: number): number {
  return off + (value * (255 - off)) / 255;
}

function colour(parts: readonly number[]): string {
  return `rgb(${parts.map(Math.round).join(' ')})`;
}

function circles(count: number, radius: number): SVGCircleElement[] {
  return Array.from({length: count}, (_, index) => {
    const angle = (2 * Math.PI * index) / count - Math.PI / 2;
    const circle = document.createElementNS('http://www.w3.org/2000/svg', 'circle');
    circle.setAttribute('cx', String(50 + RADIUS * Math.cos(angle)));
    circle.setAttribute('cy', String(50 + RADIUS * Math.sin(angle)));
    circle.setAttribute('r', String(radius));
    return circle;
  });
}
