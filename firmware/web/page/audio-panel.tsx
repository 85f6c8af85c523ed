import {useEffect, useState} from 'preact/hooks';
import type {SoundHalf} from '../../../hal/hal.ts';
import type {LoopFindings} from '../../audio/loop-test.ts';
import type {RecordingFindings} from '../../audio/recording-test.ts';
import type {Meters} from '../../station/station-control.ts';
import type {StationStatus} from '../../station/status.ts';
import type {AudioAnswer} from '../audio-api.ts';
import type {Model} from './model.ts';
import {ask, RequestError} from './requests.ts';
import type {Topic} from './topic.ts';

/** The microphone stays live for half a minute each time it is asked for; ms. */
const ASK_AGAIN = 20_000;

/** Microphone and loudspeaker: how they are, their levels, and their tests. */
export function AudioPanel({model, status}: {model: Model; status: StationStatus}) {
  const [busy, setBusy] = useState('');
  const [result, setResult] = useState('');
  const [listening, setListening] = useState(false);
  const [cards, setCards] = useState<AudioAnswer['cards'] | undefined>(undefined);
  const {audio} = status;
  const inCall = status.state !== 'idle';

  const refused = (error: unknown) => {
    if (!(error instanceof RequestError)) throw error;
    setListening(false);
    setResult(error.message);
  };
  const run = async (what: string, request: () => Promise<string>) => {
    setBusy(what);
    setResult('');
    await request()
      .then(setResult, refused)
      .finally(() => setBusy(''));
  };
  const listen = () =>
    ask<AudioAnswer>('POST', 'api/audio/meters').then((answer) => setCards(answer.cards), refused);
  // A test has the microphone for itself: the station would refuse.
  const live = listening && !inCall && busy === '';
  useEffect(() => {
    if (!live) return;
    void listen();
    const timer = setInterval(() => void listen(), ASK_AGAIN);
    return () => clearInterval(timer);
  }, [live]);

  return (
    <section class="card access" aria-labelledby="audio-title">
      <h2 id="audio-title">Audio</h2>
      {audio && <Half title="Microphone" half={audio.microphone} silent={audio.microphoneSilent} />}
      {audio && <Half title="Loudspeaker" half={audio.speaker} silent={false} />}
      {(listening || inCall) && <Figures meters={model.meters} />}
      <p class="door-acts">
        <button
          type="button"
          class="act"
          data-testid="audio-listen"
          disabled={inCall}
          aria-pressed={listening}
          onClick={() => setListening(!listening)}
        >
          {listening ? 'Levels off' : 'Levels'}
        </button>
        <button
          type="button"
          class="act"
          data-testid="audio-loop"
          disabled={inCall || busy !== ''}
          onClick={() =>
            run('A sound is played; the microphone listens …', async () => {
              const {passed, text} = await ask<LoopFindings>('POST', 'api/audio/loop-test');
              return passed ? text : `Not passed. ${text}`;
            })
          }
        >
          Loop test
        </button>
        <button
          type="button"
          class="act"
          data-testid="audio-record"
          disabled={inCall || busy !== ''}
          onClick={() =>
            run(
              'Recording for five seconds, then playing: say something …',
              async () => (await ask<RecordingFindings>('POST', 'api/audio/record')).text,
            )
          }
        >
          Record and play
        </button>
      </p>
      <p role="status" data-testid="audio-result">
        {busy || result || (inCall ? 'No tests during a call.' : '')}
      </p>
      {listening && cards && <p data-testid="audio-cards">{cardWords(cards)}</p>}
    </section>
  );
}

function Half({title, half, silent}: {title: string; half: SoundHalf; silent: boolean}) {
  const {device, rate, fault, xruns} = half;
  const works = [
    rate === null ? '' : `${rate / 1000} kHz`,
    xruns === 0 ? '' : `${xruns} ${title === 'Microphone' ? 'overruns' : 'underruns'}`,
    silent ? 'gives no sound at all' : '',
  ].filter((one) => one !== '');
  return (
    <p data-testid={`audio-${title.toLowerCase()}`}>
      {title} {device}: {fault ? <span class="gate-trouble">{fault.text}</span> : works.join(', ') || 'works'}
    </p>
  );
}

/** What the meters beside the call do not show: the microphone before cancelling, and the canceller. */
function Figures({meters}: {meters: Topic<Meters>}) {
  const [{captured, microphone, echo}, show] = useState(meters.value);
  useEffect(() => meters.listen(show), [meters]);
  const figures = [
    `captured ${decibels(captured)}`,
    `after cancelling ${decibels(microphone)}`,
    ...(echo === null ? ['nothing is cancelled'] : []),
    ...(echo?.attenuation == null ? [] : [`echo ${echo.attenuation.toFixed(0)} dB down (ERLE)`]),
    ...(echo?.delayMs == null ? [] : [`echo comes after ${echo.delayMs.toFixed(0)} ms`]),
    ...(echo?.halfDuplex ? ['half-duplex'] : []),
  ];
  return <p data-testid="audio-figures">{figures.join(', ')}</p>;
}

function decibels(level: number): string {
  return level <= -96 ? 'silent' : `${Math.round(level)} dB`;
}

function cardWords(cards: AudioAnswer['cards']): string {
  if (cards.length === 0) return 'This machine has no sound card.';
  const words = cards.map(({id, name}) => `alsa:plughw:CARD=${id} (${name})`);
  return `Sound cards here: ${words.join(', ')}`;
}
