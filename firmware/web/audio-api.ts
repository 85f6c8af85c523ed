import type {SoundCardInfo} from '../../hal/hal.ts';
import type {Result} from '../base/result.ts';
import type {CommandFailure} from '../station/station-control.ts';
import type {SoundCondition} from '../station/status.ts';
import {problemOf} from './command-problem.ts';
import {readNothing} from './json-body.ts';
import type {Api, Exchange} from './router.ts';
import type {Shown} from './shown.ts';

/** The body of `GET /api/audio`. */
export interface AudioAnswer {
  /** Null before the media thread has told. */
  readonly condition: SoundCondition | null;
  readonly cards: readonly SoundCardInfo[];
}

/** How microphone and loudspeaker are, and their tests, which are refused during a call. */
export function addAudioApi(api: Api, {station, soundCards}: Shown): void {
  const status = (): AudioAnswer => ({condition: station.status().audio, cards: cardsOf(soundCards)});

  api.on('GET', '/api/audio', ({json}) => json(status()));
  api.on('POST', '/api/audio/meters', (exchange) => run(exchange, () => station.listen(), status));
  api.on('POST', '/api/audio/loop-test', (exchange) => run(exchange, () => station.testLoop()));
  api.on('POST', '/api/audio/record', (exchange) => run(exchange, () => station.testRecording()));
}

async function run<Findings>(
  exchange: Exchange,
  test: () => Result<Findings, CommandFailure> | Promise<Result<Findings, CommandFailure>>,
  shown: (findings: Findings) => unknown = (findings) => findings,
): Promise<void> {
  if (!(await readNothing(exchange))) return;
  const result = await test();
  if (result.ok) exchange.json(shown(result.value));
  else exchange.fail(problemOf(result.error));
}

/** None where the machine has no ALSA at all. */
function cardsOf(soundCards: Shown['soundCards']): readonly SoundCardInfo[] {
  try {
    return soundCards();
  } catch {
    return [];
  }
}
