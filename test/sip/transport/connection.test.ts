import {Duplex} from 'node:stream';
import {beforeEach, expect, test} from 'vitest';
import {Connection} from '../../../firmware/sip/transport/connection.ts';
import {FakeClock} from '../../support/fake-clock.ts';

const message = Buffer.from('OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 4\r\n\r\nbody');
const near = {address: '192.0.2.1', port: 40_000};
const far = {address: '192.0.2.2', port: 5060};

/** A socket that a test is the other end of. */
class FakeStream extends Duplex {
  readonly written: string[] = [];
  /** Whether the other end takes what is written. */
  taking = true;

  override _read(): void {}

  override _write(bytes: Buffer, _encoding: string, done: () => void): void {
    this.written.push(bytes.toString());
    if (this.taking) done();
  }

  /** Lets bytes arrive, at once. */
  arrive(bytes: Buffer | string): void {
    this.emit('data', Buffer.from(bytes as string));
  }
}

let clock: FakeClock;
let stream: FakeStream;
let connection: Connection;
let held: boolean;
let keepAlive: number | undefined;
let admitted: boolean;
/** What the connection told: lengths of messages, and why it was closed. */
let told: string[];
let errors: string[];

beforeEach(() => {
  clock = new FakeClock();
  stream = new FakeStream();
  held = false;
  keepAlive = undefined;
  admitted = true;
  told = [];
  errors = [];
  connection = new Connection(stream, far, {outgoing: true}, clock, {
    onMessage: (bytes) => told.push(`message ${bytes.length}`),
    onSent: () => {},
    onClosed: (why) => told.push(`closed: ${why}`),
    isHeld: () => held,
    keepAlive: () => keepAlive,
    admits: () => admitted,
    explain: ({message: text}) => text,
  });
});

function send(bytes: Uint8Array = message, answered = true): void {
  connection.send(bytes, answered, (text) => errors.push(text));
}

test('what is sent while connecting waits, and leaves in order', () => {
  send(Buffer.from('one'));
  send(Buffer.from('two'));
  expect(stream.written).toEqual([]);
  connection.open(near);
  expect(stream.written).toEqual(['one', 'two']);
  expect(connection.local).toEqual(near);
});

test('connecting takes 5 s at most, and everybody who waits is told', () => {
  send();
  send();
  clock.advance(5000);
  clock.advance(0);
  const why = 'no connection within the time limit';
  expect(told).toEqual([`closed: ${why}`]);
  expect(errors).toEqual(Array(2).fill(`cannot send to 192.0.2.2:5060: ${why}`));
  expect([connection.state, stream.destroyed, clock.pending]).toEqual(['closed', true, 0]);
});

test('a message that trickles in is given up 10 s after it began', () => {
  connection.open(near);
  for (const byte of message.subarray(0, 9)) {
    stream.arrive(Buffer.of(byte));
    clock.advance(1000);
  }
  expect(told).toEqual([]);
  clock.advance(1000);
  expect(told).toEqual(['closed: a message was not completed in time']);
});

test('each message has its own time, also where one ends and the next begins in the same bytes', () => {
  connection.open(near);
  const [start, rest] = [message.subarray(0, 10), message.subarray(10)];
  stream.arrive(start);
  for (let count = 0; count < 5; count++) {
    clock.advance(8000);
    stream.arrive(Buffer.concat([rest, start]));
  }
  expect(told).toEqual(Array(5).fill(`message ${message.length}`));
  stream.arrive(rest);
  clock.advance(20_000);
  expect(told).toHaveLength(6);
});

test('idle for 120 s it is closed; every message counts', () => {
  connection.open(near);
  clock.advance(119_000);
  stream.arrive(message);
  clock.advance(119_000);
  send();
  clock.advance(119_999);
  expect(connection.state).toBe('open');
  clock.advance(1);
  expect(told.at(-1)).toBe('closed: nothing was said for a while');
  expect(errors).toEqual([]);
  expect(clock.pending).toBe(0);
});

test('keep-alives of the other side do not hold it open', () => {
  connection.open(near);
  for (let count = 0; count < 12; count++) {
    stream.arrive('\r\n\r\n');
    clock.advance(10_000);
  }
  expect(stream.written).toEqual(Array(12).fill('\r\n'));
  expect(connection.state).toBe('closed');
});

test('while it is held it stays, with keep-alives that nobody need answer', () => {
  held = true;
  connection.open(near);
  clock.advance(1_000_000);
  expect(stream.written).toEqual(Array(10).fill('\r\n\r\n'));
  held = false;
  clock.advance(200_000);
  expect(told).toEqual(['closed: nothing was said for a while']);
});

test('who has answered a keep-alive once and then does not is gone', () => {
  held = true;
  connection.open(near);
  for (let count = 0; count < 3; count++) {
    clock.advance(100_000);
    stream.arrive('\r\n');
    clock.advance(0);
  }
  clock.advance(109_999);
  expect(connection.state).toBe('open');
  clock.advance(1);
  expect(told).toEqual(['closed: the other side is silent']);
});

test('who has promised to answer keep-alives is gone without the first answer; the pause is his', () => {
  connection.open(near);
  clock.advance(50_000);
  held = true;
  keepAlive = 20_000;
  connection.heldAnew();
  clock.advance(20_000);
  expect(stream.written).toEqual(['\r\n\r\n']);
  stream.arrive('\r\n');
  clock.advance(20_000 + 9999);
  expect(stream.written).toHaveLength(2);
  expect(connection.state).toBe('open');
  clock.advance(1);
  expect(told).toEqual(['closed: the other side is silent']);
  expect(clock.pending).toBe(0);
});

test('who does not take what is sent is cut off at 256 KiB, before and after the connection is open', () => {
  const large = Buffer.alloc(50_000);
  for (let count = 0; count < 6; count++) send(large);
  expect(told).toEqual(['closed: too much waits to be sent']);

  stream = new FakeStream();
  stream.taking = false;
  const open = new Connection(stream, far, {outgoing: false}, clock, {
    onMessage() {},
    onSent() {},
    onClosed: (why) => told.push(why),
    isHeld: () => false,
    keepAlive: () => undefined,
    admits: () => true,
    explain: ({message: text}) => text,
  });
  open.open(near);
  for (let count = 0; count < 6; count++) open.send(large, false, undefined);
  expect(told.at(-1)).toBe('it does not take what is sent to it');
  expect(stream.destroyed).toBe(true);
});

test('the loss of the connection is told to requests of the last 32 s, not to responses', () => {
  connection.open(near);
  send(); // long answered, or timed out
  clock.advance(32_000);
  send();
  send(message, false);
  stream.emit('error', new Error('broken'));
  clock.advance(0);
  expect(errors).toEqual(['cannot send to 192.0.2.2:5060: broken']);
});

test('garbage after a message ends the connection when what is to be sent has left', async () => {
  connection.open(near);
  stream.arrive(Buffer.concat([message, Buffer.from('\0garbage')]));
  expect(told).toEqual([`message ${message.length}`, 'closed: what came is not SIP']);
  expect(stream.writableEnded).toBe(true);
  stream.arrive(message);
  expect(told).toHaveLength(2);
  await new Promise((resolve) => stream.once('close', resolve));
  expect(clock.pending).toBe(0);
});

test('once closed it is closed', () => {
  connection.open(near);
  connection.close('enough');
  connection.close('again');
  stream.emit('end');
  send();
  clock.advance(0);
  expect(told).toEqual(['closed: enough']);
  expect(errors).toEqual(['cannot send to 192.0.2.2:5060: the connection is closed']);
});

test('keep-alives that come at once are answered at once: each answer is a packet', () => {
  connection.open(near);
  stream.arrive('\r\n\r\n'.repeat(16_000));
  expect(stream.written).toEqual(['\r\n']);
  stream.arrive('\r\n\r\n');
  expect(stream.written).toEqual(['\r\n', '\r\n']);
});

test('who sends more than he may is read on a second later, so that nothing is lost and no time either', () => {
  connection.open(near);
  stream.arrive(message);
  expect(stream.isPaused()).toBe(false);
  admitted = false;
  stream.arrive(Buffer.concat([message, message]));
  expect(told).toHaveLength(3);
  expect(stream.isPaused()).toBe(true);
  clock.advance(999);
  expect(stream.isPaused()).toBe(true);
  clock.advance(1);
  expect(stream.isPaused()).toBe(false);
  stream.arrive(message);
  expect(stream.isPaused()).toBe(true);
  connection.close('enough');
  expect(clock.pending).toBe(0);
});
