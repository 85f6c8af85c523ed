import {useEffect, useRef} from 'preact/hooks';
import type {Meters} from '../../station/station-control.ts';
import {drawHistory} from './level-history.ts';
import type {Topic} from './topic.ts';

const FLOOR = -60;
const MARKS = [-60, -48, -36, -24, -12, 0];
/** Without news for this long, in ms, it is silent. */
const SILENT_AFTER = 400;
/** Levels that the history shows: 30 s. */
const HISTORY = 300;
/** No sound at all, or no news of any. */
const SILENT = -100;
const SILENCE: Meters = {microphone: SILENT, captured: SILENT, speaker: SILENT, echo: null};

type Shown = 'microphone' | 'speaker';

/** Level meters of both directions, and how they went in the last seconds. Drawn past Preact, 10 times a second. */
export function Levels({meters, talking}: {meters: Topic<Meters>; talking: boolean}) {
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const history: Meters[] = [];
    let timer: number | undefined;
    const show = (levels: Meters) => {
      if (!root.current) return;
      drawLevel(root.current, 'microphone', levels.microphone);
      drawLevel(root.current, 'speaker', levels.speaker);
      history.push(levels);
      if (history.length > HISTORY) history.shift();
      const canvas = root.current.querySelector('canvas');
      if (canvas) drawHistory(canvas, history, HISTORY, FLOOR);
    };
    const silent = () => show(SILENCE);
    show(SILENCE);
    const stop = meters.listen((levels) => {
      clearTimeout(timer);
      show(levels);
      timer = window.setTimeout(silent, SILENT_AFTER);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [meters]);

  return (
    <div class={talking ? 'levels' : 'levels is-resting'} ref={root}>
      <Meter id="microphone" title="Microphone" />
      <Meter id="speaker" title="Speaker" />
      <div class="level-scale" aria-hidden="true">
        {MARKS.map((mark) => (
          <span key={mark} style={{left: `${percent(mark)}%`}}>
            {mark}
          </span>
        ))}
      </div>
      <div aria-hidden="true">
        <canvas class="level-history" />
      </div>
    </div>
  );
}

function Meter({id, title}: {id: Shown; title: string}) {
  return (
    <div class="level">
      <span class="level-title" id={`level-${id}`}>
        {title}
      </span>
      <div class="level-track" data-testid={`meter-${id}`}>
        <meter class="quiet" min={FLOOR} max={0} value={FLOOR} aria-labelledby={`level-${id}`} />
        <div class="level-bar" />
        <div class="level-peak" />
      </div>
      <span class="level-value">silent</span>
    </div>
  );
}

function drawLevel(root: HTMLElement, id: Shown, level: number): void {
  const track = root.querySelector<HTMLElement>(`[data-testid="meter-${id}"]`);
  const [meter, bar, peak] = track?.children ?? [];
  if (!(meter instanceof HTMLMeterElement)) return;
  if (!track || !(bar instanceof HTMLElement) || !(peak instanceof HTMLElement)) return;
  const shown = Math.max(FLOOR, Math.min(0, level));
  const words = shown > FLOOR ? `${Math.round(shown)} dB` : 'silent';
  bar.style.clipPath = `inset(0 ${100 - percent(shown)}% 0 0)`;
  // The highest level of the last moments sinks by 1 dB a step.
  const held = level === SILENT ? FLOOR : Math.max(shown, Number(peak.dataset['level'] ?? FLOOR) - 1);
  peak.dataset['level'] = String(held);
  peak.style.left = `${percent(held)}%`;
  peak.style.opacity = held > FLOOR ? '1' : '0';
  meter.value = Math.round(shown);
  meter.textContent = words;
  track.dataset['level'] = String(shown);
  const value = track.nextElementSibling;
  if (value) value.textContent = words;
}

function percent(level: number): number {
  return ((level - FLOOR) / -FLOOR) * 100;
}
