import {useState} from 'preact/hooks';
import type {CallStatus, StationStatus} from '../../station/status.ts';
import {DoorControls} from './door-controls.tsx';
import {Icon} from './icons.tsx';
import {Levels} from './levels.tsx';
import type {Model} from './model.ts';
import {duration, stateWords, whoIs} from './words.ts';

/** What the station is doing, how it sounds, and what can be done about it. */
export function CallPanel({model, status}: {model: Model; status: StationStatus}) {
  const {call, state} = status;
  return (
    <section class={`card call call-${state}`} aria-labelledby="call-state">
      <div class="call-body">
        <div class="call-head">
          <h2 id="call-state" data-testid="state" data-state={state}>
            {stateWords[state]}
          </h2>
          {state === 'talking' && call && (
            <p class="call-time" role="timer">
              {duration(call.seconds)}
            </p>
          )}
          <p class="call-peer" data-testid="peer">
            {call ? (
              <>
                <Icon name={call.direction === 'outgoing' ? 'out' : 'in'} />
                {whoIs(call)}
              </>
            ) : (
              'Nobody is on the line.'
            )}
          </p>
        </div>
        <Levels meters={model.meters} talking={state !== 'idle'} />
        <RtpFigures call={call} />
        <div class="controls">
          {state === 'incoming' && (
            <button type="button" class="act is-good" data-testid="answer" onClick={() => model.answer()}>
              <Icon name="phone" />
              Answer
            </button>
          )}
          <button
            type="button"
            class="act is-bad"
            data-testid="hang-up"
            disabled={state === 'idle'}
            onClick={() => model.hangUp()}
          >
            <Icon name="hangUp" />
            {hangUpWords(state)}
          </button>
          {status.doors.map((door) => (
            <DoorControls key={door.name} model={model} door={door} />
          ))}
        </div>
        <DialBox model={model} busy={state !== 'idle'} />
        <Accounts accounts={status.accounts} />
      </div>
    </section>
  );
}

function hangUpWords(state: StationStatus['state']): string {
  if (state === 'incoming') return 'Refuse';
  return state === 'calling' || state === 'ringing' ? 'Cancel' : 'Hang up';
}

function RtpFigures({call}: {call: CallStatus | null}) {
  const figures: [string, string, string][] = [
    ['Codec', codecWords(call), 'How speech is coded, and whether it is encrypted (SRTP)'],
    ['Sent', number(call?.rtp.sent), 'Packets of 20 ms sent'],
    ['Received', number(call?.rtp.received), 'Packets received'],
    ['Lost', number(call?.rtp.lost), 'Packets that never came'],
    ['Late', number(call?.rtp.late), 'Packets that came too late to be played'],
    ['Dropped', number(call && sum(call.rtp.dropped)), 'Packets that were not of this call, or damaged'],
    ['Jitter', time(call?.rtp.jitterMs), 'How unevenly packets come'],
    ['Delay', time(call?.rtp.delayMs), 'How long a packet waits here before it is heard'],
    ['MOS', call?.rtp.mos?.toFixed(1) ?? '–', 'Estimated listening quality, 1 to 4.4'],
    ['Round trip', time(call?.rtp.roundTripMs), 'From here to the other side and back'],
    ['Lost there', number(call?.rtp.remoteLost), 'Packets from here that never arrived there'],
    ['Jitter there', time(call?.rtp.remoteJitterMs), 'How unevenly packets arrive there'],
    ['MOS there', call?.rtp.remoteMos?.toFixed(1) ?? '–', 'Listening quality there, 1 to 5'],
  ];
  return (
    <dl class={call?.codec ? 'figures' : 'figures is-empty'} data-testid="rtp">
      {figures.map(([name, value, title]) => (
        <div key={name} title={title}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function sum(counts: CallStatus['rtp']['dropped']): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function codecWords(call: CallStatus | null): string {
  if (!call?.codec) return '–';
  return call.encryption ? `${call.codec}, SRTP` : call.codec;
}

function number(value: number | null | undefined): string {
  return value === undefined || value === null ? '–' : value.toLocaleString('en').replaceAll(',', '\u202f');
}

function time(value: number | null | undefined): string {
  return value === undefined || value === null ? '–' : `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

function DialBox({model, busy}: {model: Model; busy: boolean}) {
  const [to, setTo] = useState('');
  return (
    <form
      class="dial"
      onSubmit={(event) => {
        event.preventDefault();
        if (to.trim()) model.dial(to.trim());
      }}
    >
      <label for="dial">Call somebody</label>
      <input
        id="dial"
        data-testid="dial"
        value={to}
        onInput={(event) => setTo(event.currentTarget.value)}
        placeholder="101 or 192.168.1.20"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        maxLength={512}
      />
      <button type="submit" class="act" data-testid="dial-call" disabled={busy || !to.trim()}>
        <Icon name="phone" />
        Call
      </button>
    </form>
  );
}

function Accounts({accounts}: {accounts: StationStatus['accounts']}) {
  if (accounts.length === 0) return null;
  return (
    <ul class="connections" aria-label="Accounts">
      {accounts.map(({name, registered, reason, messages}) => (
        <li key={name}>
          <span class={registered ? 'pill is-good' : 'pill is-warn'}>
            {registered ? 'registered' : 'down'}
          </span>
          <strong>{name}</strong>
          {reason && <span class="reason">{reason}</span>}
          {messages?.waiting && <span>{messages.new ?? ''} new messages</span>}
        </li>
      ))}
    </ul>
  );
}
