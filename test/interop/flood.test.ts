import {createSocket, type Socket} from 'node:dgram';
import {once} from 'node:events';
import {setTimeout as pause} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {createRequest, createResponse} from '../../firmware/sip/message/create.ts';
import type {SipRequest} from '../../firmware/sip/message/message.ts';
import {parseMessage} from '../../firmware/sip/message/parse.ts';
import {writeMessage} from '../../firmware/sip/message/write.ts';
import {intervalError, PacketTimes} from '../bench/packet-times.ts';
import {memory} from '../bench/process-figures.ts';
import type {FloodReport} from '../support/flood.ts';
import {type Run, startRun} from '../support/run-folder.ts';
import {TestStation} from '../support/station.ts';

const flood = fileURLToPath(new URL('../support/flood.ts', import.meta.url));
const perSecond = 5000;
const seconds = 10;
/** How much (ms) RTP may leave less evenly in a flood. */
const unevenness = 1;
/**
 * MB (10^6 bytes) by which the process may have grown after the first flood, when code is compiled and buffers are made that
 * no call needed; and from the first to the second, when nothing is new any more.
 */
const firstGrowth = 40;
const growth = 8;

/** A caller whom the station lets in, and has had nothing to do with yet. */
const neighbourAddress = '127.0.0.9';

/** A phone that answers each call, listens at `rtpPort` and says nothing. */
class Phone {
  readonly methods: string[] = [];
  /** Statuses of the answers that it got to its own requests. */
  readonly statuses: number[] = [];
  readonly #socket: Socket;
  readonly #rtpPort: number;
  #asked = 0;

  private constructor(socket: Socket, rtpPort: number) {
    this.#socket = socket;
    this.#rtpPort = rtpPort;
    socket.on('message', (bytes, {port, address}) => {
      const parsed = parseMessage(bytes);
      if (!parsed.ok) return;
      if (parsed.value.kind === 'response') this.statuses.push(parsed.value.status);
      else this.#take(parsed.value, (answer) => socket.send(answer, port, address));
    });
  }

  static async open(run: Run, address: string, rtpPort: number): Promise<Phone> {
    const socket = createSocket('udp4').bind(0, address);
    await once(socket, 'listening');
    run.atEnd(() => void socket.close());
    return new Phone(socket, rtpPort);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** Asks the station at `port` what it can do. */
  ask(port: number): void {
    const {address} = this.#socket.address();
    const query = createRequest({
      method: 'OPTIONS',
      requestUri: `sip:door@127.0.0.1:${port}`,
      via: `SIP/2.0/UDP ${address}:${this.port};branch=z9hG4bKphone${this.port}${this.#asked}`,
      from: `<sip:phone@${address}>;tag=phone`,
      to: '<sip:door@127.0.0.1>',
      callId: `phone-${this.port}-${this.#asked++}`,
      cseq: 1,
    });
    this.#socket.send(writeMessage(query), port, '127.0.0.1');
  }

  #take(request: SipRequest, answer: (bytes: Uint8Array) => void): void {
    this.methods.push(request.method);
    if (request.method === 'ACK') return;
    const response = createResponse(request, 200, undefined, 'phone');
    if (request.method === 'INVITE') {
      response.headers.set('Contact', `<sip:phone@127.0.0.1:${this.port}>`);
      response.headers.set('Content-Type', 'application/sdp');
      response.body = Buffer.from(
        'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n' +
          `m=audio ${this.#rtpPort} RTP/AVP 0\r\na=recvonly\r\n`,
      );
    }
    answer(writeMessage(response));
  }
}

test('two floods from strangers during a call: it goes on as evenly, nobody who belongs to it is shut out, no memory stays', async (context) => {
  const run = startRun(context);
  const times = new PacketTimes();
  run.atEnd(() => times.close());
  const phone = await Phone.open(run, '127.0.0.1', times.port);
  const neighbour = await Phone.open(run, neighbourAddress, times.port);
  const station = await TestStation.start(run, {
    buttons: [{name: 'bell', input: 'button-1', call: [`sip:phone@127.0.0.1:${phone.port}`]}],
    answer: {from: [neighbourAddress]},
  });
  const resident = () => memory(station.process.pid!).resident;
  await station.press();
  await station.waitForState('talking');
  await pause(1000);
  times.take();
  await pause(3000);
  const quiet = intervalError(times.take());
  const memories = [resident()];
  const errors: number[] = [];

  for (let round = 0; round < 2; round++) {
    phone.statuses.length = 0;
    neighbour.statuses.length = 0;
    const strangers = run.processes.start(process.execPath, [
      flood,
      ...[station.sipPort, perSecond, seconds].map(String),
    ]);
    await pause(1000);
    times.take();
    const questions = 15;
    for (let count = 0; count < questions; count++) {
      phone.ask(station.sipPort);
      neighbour.ask(station.sipPort);
      expect(await station.state()).toBe('talking');
      await pause(500);
    }
    errors.push(intervalError(times.take()));
    expect(await strangers.waitForExit((seconds + 10) * 1000)).toBe(0);
    await pause(500);
    memories.push(resident());
    const report = JSON.parse(strangers.output) as FloodReport;
    expect(report.sent).toBe(perSecond * seconds);
    expect(report.answers).toBeGreaterThan(0);
    expect(report.answeredBytes).toBeLessThan(report.sentBytes / 10);
    expect(report.answersToGarbage).toBe(0);
    // The kernel may drop any of so many datagrams before the station can see whose they are.
    for (const {statuses} of [phone, neighbour]) {
      expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(questions / 2);
    }
  }

  // Other programs of this machine disturb as well, but hardly both times.
  expect(Math.min(...errors) - quiet).toBeLessThanOrEqual(unevenness);
  const [before, first, second] = memories as [number, number, number];
  expect(first - before).toBeLessThan(firstGrowth);
  expect(second - first).toBeLessThan(growth);
  expect(phone.methods).not.toContain('BYE');
  expect(await station.state()).toBe('talking');
  await station.hangUp();
  await station.waitForState('idle');
});
