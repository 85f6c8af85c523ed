import {useState} from 'preact/hooks';
import type {JournalEntry} from '../../station/journal-event.ts';
import type {Model} from './model.ts';
import {useTopic} from './topic.ts';
import {shortUri, timeOfDay} from './words.ts';

type Tone = 'plain' | 'good' | 'bad' | 'busy';

/** How each kind of entry is marked, besides its words. */
const tones: Readonly<Partial<Record<JournalEntry['kind'], Tone>>> = {
  'button-pressed': 'busy',
  'call-started': 'busy',
  'call-received': 'busy',
  'call-ringing': 'busy',
  'call-answered': 'busy',
  'door-opened': 'good',
  'account-registered': 'good',
  'call-refused': 'bad',
  'calls-refused': 'bad',
  'no-sound': 'bad',
  'door-fault': 'bad',
  'wrong-code': 'bad',
  'codes-locked': 'bad',
  'reader-down': 'bad',
  'account-down': 'bad',
  'keys-readable': 'bad',
  'too-hot': 'bad',
  'slowed-down': 'bad',
  'voltage-low': 'bad',
  'stun-down': 'bad',
  'network-gone': 'bad',
  'network-back': 'good',
  'sound-fault': 'bad',
  'sound-restored': 'good',
};

/** The journal, newest entry first. */
export function Journal({model}: {model: Model}) {
  const entries = useTopic(model.journal);
  const [complete, setComplete] = useState(false);
  const first = entries[0]?.seq ?? 1;
  return (
    <section class="card journal" aria-labelledby="journal-title">
      <div class="card-head">
        <h2 id="journal-title">Journal</h2>
      </div>
      {entries.length === 0 ? (
        <p class="empty">Nothing has happened yet.</p>
      ) : (
        <div class="entries" role="log" aria-label="Journal entries">
          <ol data-testid="journal">
            {[...entries].reverse().map((entry) => (
              <li
                key={entry.seq}
                class={`entry is-${tones[entry.kind] ?? 'plain'}`}
                data-testid="journal-entry"
              >
                <span class="entry-text">{shortUri(entry.text)}</span>
                <span class="entry-facts">
                  <time dateTime={entry.at}>{timeOfDay(entry.at)}</time>
                  <span>No. {entry.seq}</span>
                </span>
              </li>
            ))}
          </ol>
        </div>
      )}
      {first > 1 && !complete && (
        <button
          type="button"
          class="more"
          onClick={() => void model.earlierJournal().then((more) => setComplete(!more))}
        >
          Earlier entries
        </button>
      )}
    </section>
  );
}
