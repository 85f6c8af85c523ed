import type {CallRecord} from '../../station/call-record.ts';
import {Icon} from './icons.tsx';
import type {Model} from './model.ts';
import {useTopic} from './topic.ts';
import {duration, resultWords, shortUri, timeOfDay, whoIs} from './words.ts';

/** The calls of late, newest first; each shows its ladder when it is chosen. */
export function CallLog({model}: {model: Model}) {
  const calls = useTopic(model.calls);
  const shown = useTopic(model.ladder)?.call;
  return (
    <section class="card call-log" aria-labelledby="calls-title">
      <div class="card-head">
        <h2 id="calls-title">Calls</h2>
      </div>
      {calls.length === 0 ? (
        <p class="empty">No calls yet.</p>
      ) : (
        <ol class="calls" data-testid="calls">
          {calls.map((call) => (
            <li key={call.id}>
              <button
                type="button"
                class="call-row"
                aria-pressed={call.id === shown}
                data-testid="call"
                onClick={() => model.showLadder(call.id)}
              >
                <Icon name={call.direction === 'outgoing' ? 'out' : 'in'} />
                <span class="call-who">
                  <span class="quiet">{call.direction} call, </span>
                  {whoIs(call)}
                </span>
                <Outcome call={call} />
                <span class="call-facts">
                  <time dateTime={call.at}>{timeOfDay(call.at)}</time>
                  <span>{call.text ? shortUri(call.text) : 'going on'}</span>
                  {call.pressToInviteMs !== null && (
                    <span title="From the press of the button to the first INVITE on the network">
                      {call.pressToInviteMs.toFixed(1)} ms to INVITE
                    </span>
                  )}
                </span>
              </button>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function Outcome({call: {result, talkSeconds}}: {call: CallRecord}) {
  if (result === null) return <span class="pill is-busy">now</span>;
  if (result === 'answered') return <span class="pill is-good">{duration(talkSeconds)}</span>;
  return <span class={result === 'cancelled' ? 'pill' : 'pill is-bad'}>{resultWords[result]}</span>;
}
