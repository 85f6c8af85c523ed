import {judgeLoop, type LoopFindings, loopSound} from '../audio/loop-test.ts';
import {judgeRecording, type RecordingFindings, recordingLength} from '../audio/recording-test.ts';
import {failure, type Result, success} from '../base/result.ts';
import type {Media} from './media.ts';
import type {CommandFailure, CommandResult} from './station-control.ts';

/** How long the microphone is live after somebody has asked for its level (ms). */
const LISTEN_TIME = 30_000;

/** Tests of microphone and loudspeaker that somebody asks for. None while there is a call; one that comes ends them. */
export class SoundTests {
  readonly #media: Media;
  readonly #inCall: () => boolean;
  #busy = false;

  constructor({media, inCall}: {media: Media; inCall: () => boolean}) {
    this.#media = media;
    this.#inCall = inCall;
  }

  /** The microphone is live for half a minute, so that its level is told. */
  listen(): CommandResult {
    const refusal = this.#refusal();
    if (refusal) return failure(refusal);
    this.#media.listen(LISTEN_TIME);
    return success(undefined);
  }

  /** Plays a sound, hears it by the microphone, and compares: 2.5 s. */
  loop(): Promise<Result<LoopFindings, CommandFailure>> {
    return this.#run(async () => {
      const probe = await this.#media.probe(loopSound());
      return probe && judgeLoop(probe.captured);
    });
  }

  /** Records five seconds, and plays them. */
  record(): Promise<Result<RecordingFindings, CommandFailure>> {
    return this.#run(async () => {
      const probe = await this.#media.probe(new Int16Array(recordingLength));
      if (!probe) return undefined;
      const played = await this.#media.probe(probe.cleaned);
      return played && judgeRecording(probe);
    });
  }

  async #run<Findings>(test: () => Promise<Findings | undefined>): Promise<Result<Findings, CommandFailure>> {
    const refusal = this.#refusal();
    if (refusal) return failure(refusal);
    this.#busy = true;
    try {
      const findings = await test();
      return findings === undefined
        ? failure({code: 'busy', text: 'A call came in between: test again when it is over'})
        : success(findings);
    } catch (error) {
      return failure({code: 'failed', text: (error as Error).message});
    } finally {
      this.#busy = false;
    }
  }

  #refusal(): CommandFailure | undefined {
    if (this.#inCall()) return {code: 'busy', text: 'There is a call; hang up first'};
    if (this.#busy) return {code: 'busy', text: 'A test of the sound is under way; wait for its end'};
    const faults = [this.#media.sound?.microphone.fault, this.#media.sound?.speaker.fault];
    const fault = faults.find((one) => one);
    return fault ? {code: 'failed', text: fault.text} : undefined;
  }
}
