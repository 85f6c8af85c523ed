import type {MessagePort} from 'node:worker_threads';
import type {BindMarked} from '../../hal/hal.ts';
import {systemClock} from '../base/clock.ts';
import {systemRandom} from '../base/random.ts';
import {bindMapped} from './mapped-socket.ts';
import type {MediaCommand, MediaReport, MediaSettings} from './media-messages.ts';
import {MediaThread} from './media-thread.ts';
import {type ReadRecording, readOwnSounds} from './own-sounds.ts';
import {Pacer} from './pacer.ts';
import {RtpPorts} from './rtp-socket.ts';
import type {OpenSound} from './sound-path.ts';

/** What the control thread hands to the worker. */
export interface MediaWorkerData extends MediaSettings {
  /** Commands come in and reports go out by this port. */
  readonly port: MessagePort;
  /** One 32-bit number, counted up after each command: wakes the thread from its sleep. */
  readonly commandCount: Int32Array;
}

/** The hardware that the media thread uses. */
export interface MediaHardware {
  readonly openSound: OpenSound;
  readonly readRecording: ReadRecording;
  readonly bindMarked: BindMarked;
}

/** How often the sound card is looked after, in ms. */
const lookTime = 2000;

/**
 * Runs the media thread inside a worker: joins it with sockets, the clock and the control thread.
 * Reports `ready`, or `failed` with plain words when the sound cannot be opened and would not later either.
 */
export function runMediaWorker(
  data: MediaWorkerData,
  {openSound, readRecording, bindMarked}: MediaHardware,
): void {
  const {port, commandCount} = data;
  const ports = new RtpPorts(data.ports.first, data.ports.last, bindMarked);
  const report = (message: MediaReport) => port.postMessage(message);
  const now = () => performance.now();
  let thread: MediaThread;
  try {
    thread = new MediaThread({
      tones: data.tones,
      sounds: readOwnSounds(data.sounds, readRecording, (text) => report({kind: 'fault', text})),
      volumes: data.volumes,
      // In a recording there is no echo.
      echo: data.microphone.startsWith('alsa:') ? data.echo : 'off',
      openSound,
      bind: (address, onRtp, onRtcp, server) =>
        server
          ? bindMapped(
              {
                server,
                clock: systemClock,
                random: systemRandom,
                bind: (rtp, rtcp) => ports.bind(address, rtp, rtcp),
              },
              onRtp,
              onRtcp,
            )
          : ports.bind(address, onRtp, onRtcp),
      now,
      wallTime: () => Date.now(),
      random: systemRandom,
      report,
    });
  } catch (error) {
    report({kind: 'failed', text: error instanceof Error ? error.message : String(error)});
    port.close();
    return;
  }
  const pacer = new Pacer(thread, {
    now,
    commandCount: () => Atomics.load(commandCount, 0),
    sleep: (seen, milliseconds) => {
      Atomics.wait(commandCount, 0, seen, milliseconds);
    },
    stayAwake: (time) => {
      while (now() < time);
    },
    yieldToLoop: (turn) => {
      setImmediate(turn);
    },
  });
  port.on('message', (command: MediaCommand) => {
    thread.command(command);
    if (command.kind === 'close') port.close();
    else pacer.wake();
  });
  setInterval(() => thread.lookAfterSound(), lookTime).unref();
  void warmUp(ports).then(() => report({kind: 'ready'}));
}

/** The first socket of a program takes milliseconds longer than all later ones: not in the first call's time. */
async function warmUp(ports: RtpPorts): Promise<void> {
  try {
    const {rtp, rtcp} = await ports.bind(
      '127.0.0.1',
      () => {},
      () => {},
    );
    rtp.close();
    rtcp.close();
  } catch {
    // The first call will say what is wrong with the ports.
  }
}
