import {createSocket} from 'node:dgram';
import {freePort, freePorts} from '../ports.ts';
import type {RunningProcess} from '../processes.ts';
import type {Run} from '../run-folder.ts';
import {peerProgram} from './require.ts';

const RTP_PORTS = 64;

/** rtpengine: relays the media of calls on 127.0.0.1 and ::1, also from the one to the other, controlled by a proxy. */
export class Rtpengine {
  /** The UDP port for the proxy ("ng" protocol). */
  readonly port: number;
  /** Where it takes sound. */
  readonly rtp: {readonly first: number; readonly last: number};
  readonly process: RunningProcess;

  private constructor(port: number, rtp: {first: number; last: number}, process: RunningProcess) {
    this.port = port;
    this.rtp = rtp;
    this.process = process;
  }

  /** Starts it, and waits until it answers the proxy's ping. */
  static async start(run: Run): Promise<Rtpengine> {
    const port = await freePort();
    const rtp = await freePorts(RTP_PORTS);
    const process = run.processes.start(peerProgram('rtpengine'), [
      '--foreground',
      '--log-stderr',
      '--log-level=5',
      '--table=-1', // no kernel module
      ...['--interface=127.0.0.1', '--interface=::1'],
      `--listen-ng=127.0.0.1:${port}`,
      `--port-min=${rtp.first}`,
      `--port-max=${rtp.last}`,
      '--num-threads=1',
    ]);
    await process.waitUntil('it answers', () => answersPing(port));
    return new Rtpengine(port, rtp, process);
  }
}

/** Whether `d7:command4:pinge`, after a cookie, gets an answer within 200 ms. */
async function answersPing(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  try {
    return await new Promise((resolve) => {
      const guard = setTimeout(() => resolve(false), 200);
      const finish = (answered: boolean): void => {
        clearTimeout(guard);
        resolve(answered);
      };
      socket.on('error', () => finish(false)); // nobody is bound there
      socket.on('message', () => finish(true));
      socket.connect(port, '127.0.0.1', () => socket.send('cookie d7:command4:pinge'));
    });
  } finally {
    socket.close();
  }
}
