import type {LightState} from '../../station/light-pattern.ts';
import type {StationStatus} from '../../station/status.ts';
import {Door} from './door.tsx';
import type {Model} from './model.ts';
import {Plate} from './plate.tsx';
import {useTopic} from './topic.ts';
import {lightWords} from './words.ts';

/** The house front: doors, the front plate beside them, and the levels of the board's lines. */
export function Scene({model, status}: {model: Model; status: StationStatus}) {
  return (
    <section class="scene" aria-label="The board">
      <div class={`front ${status.doors.length > 0 ? 'has-doors' : ''}`}>
        {status.doors.map(({name, open}) => (
          <Door key={name} name={name} open={open} />
        ))}
        <Plate model={model} status={status} />
      </div>
      <BoardLines model={model} light={status.lights > 0 ? status.light : undefined} />
      <Readers readers={status.readers} />
    </section>
  );
}

function Readers({readers}: {readers: StationStatus['readers']}) {
  if (readers.length === 0) return null;
  return (
    <ul class="connections readers" aria-label="Readers">
      {readers.map(({name, connected, lastFault, read, refused}) => (
        <li key={name} data-testid={`reader-${name}`}>
          <span class={connected ? 'pill is-good' : 'pill is-warn'}>{connected ? 'connected' : 'away'}</span>
          <strong>{name}</strong>
          {!connected && lastFault && <span class="reason">{lastFault}</span>}
          <span>
            {read} read, {refused} refused
          </span>
        </li>
      ))}
    </ul>
  );
}

function BoardLines({model, light}: {model: Model; light: LightState | undefined}) {
  const {inputs, outputs} = useTopic(model.lines);
  return (
    <div class="lines">
      {light !== undefined && <p class="light-words">Light: {lightWords[light]}</p>}
      <ul>
        {Object.entries(inputs).map(([name, active]) => (
          <Line key={name} name={name} active={active} words={active ? 'active' : 'at rest'} />
        ))}
        {Object.entries(outputs).map(([name, active]) => (
          <Line key={name} name={name} active={active} words={active ? 'on' : 'off'} />
        ))}
      </ul>
    </div>
  );
}

function Line({name, active, words}: {name: string; active: boolean; words: string}) {
  return (
    <li class={active ? 'line is-active' : 'line'} data-testid={`line-${name}`} data-active={active}>
      <span class="line-lamp" aria-hidden="true" />
      {name}
      <span class="line-level">{words}</span>
    </li>
  );
}
