import type {StationStatus} from '../../station/status.ts';
import {Icon} from './icons.tsx';
import type {Model} from './model.ts';
import {RingLight} from './ring-light.tsx';
import {shortUri, stateWords} from './words.ts';

/** The front plate: speaker, name, the bell in its ring of lights, further buttons, microphone. */
export function Plate({model, status}: {model: Model; status: StationStatus}) {
  const [bell, ...others] = status.buttons;
  return (
    <div class="plate">
      {['tl', 'tr', 'bl', 'br'].map((corner) => (
        <span key={corner} class={`screw screw-${corner}`} aria-hidden="true" />
      ))}
      <Grille sounding={status.state === 'talking'} />
      <p class="plate-name">{status.name}</p>
      <div class="bell">
        <RingLight light={model.light} name={status.light} />
        {bell ? (
          <button
            type="button"
            class={bell.pressed ? 'bell-button is-pressed' : 'bell-button'}
            data-testid={`press-${bell.name}`}
            aria-label={`Press ${bell.name}: calls ${bell.call.map(shortUri).join(', ')}`}
            onClick={() => model.press(bell.name)}
          >
            <Icon name="bell" />
          </button>
        ) : (
          <span class="bell-button is-blind" aria-hidden="true" />
        )}
      </div>
      {bell && (
        <p class="bell-label" aria-hidden="true">
          {bell.name}
        </p>
      )}
      {others.map(({name, pressed, call}) => (
        <button
          key={name}
          type="button"
          class={pressed ? 'key is-pressed' : 'key'}
          data-testid={`press-${name}`}
          title={`calls ${call.map(shortUri).join(', ')}`}
          onClick={() => model.press(name)}
        >
          {name}
        </button>
      ))}
      <span class="microphone" aria-hidden="true" />
      <p class="quiet" role="status">
        {stateWords[status.state]}
      </p>
    </div>
  );
}

const columns = 11;
const rows = 6;

/** The holes in front of the speaker: fewer towards the corners. */
function Grille({sounding}: {sounding: boolean}) {
  const holes = [];
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const fromMiddle = Math.hypot(
        (column - (columns - 1) / 2) / (columns / 2),
        (row - (rows - 1) / 2) / (rows / 2),
      );
      if (fromMiddle < 1.02) holes.push({x: 6 + column * 9, y: 6 + row * 9});
    }
  }
  return (
    <svg class={sounding ? 'grille is-sounding' : 'grille'} viewBox="0 0 102 57" aria-hidden="true">
      {holes.map(({x, y}) => (
        <circle key={`${x}-${y}`} cx={x} cy={y} r="2.3" />
      ))}
    </svg>
  );
}
