import type {DoorMode, DoorStatus} from '../../station/status.ts';
import {Icon} from './icons.tsx';
import type {Model} from './model.ts';

const MODES: readonly {mode: DoorMode; command: 'normal' | 'hold' | 'lock'; words: string; says: string}[] = [
  {mode: 'normal', command: 'normal', words: 'Normal', says: 'It opens for its time when asked'},
  {mode: 'held', command: 'hold', words: 'Hold open', says: 'It stays open until set back to normal'},
  {mode: 'locked', command: 'lock', words: 'Lock', says: 'Nothing opens it until set back to normal'},
];

/** Opens a door, and sets what it does from now on. */
export function DoorControls({model, door: {name, open, mode, ajar}}: {model: Model; door: DoorStatus}) {
  return (
    <fieldset class="door-controls" aria-label={`Door ${name}`}>
      <button
        type="button"
        class={open ? 'act is-open' : 'act'}
        data-testid={`open-${name}`}
        disabled={mode === 'locked'}
        onClick={() => model.commandDoor(name, 'open')}
      >
        <Icon name="open" />
        Open {name}
      </button>
      <div class="modes">
        {MODES.map((choice) => (
          <button
            key={choice.mode}
            type="button"
            class="mode"
            title={choice.says}
            aria-pressed={choice.mode === mode}
            data-testid={`${choice.command}-${name}`}
            onClick={() => model.commandDoor(name, choice.command)}
          >
            {choice.words}
          </button>
        ))}
      </div>
      {ajar !== null && (
        <span class="ajar" data-testid={`ajar-${name}`}>
          The door {ajar ? 'stands open' : 'is shut'}
        </span>
      )}
    </fieldset>
  );
}
