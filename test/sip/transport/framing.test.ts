import fc from 'fast-check';
import {expect, test} from 'vitest';
import {defaultLimits} from '../../../firmware/sip/message/limits.ts';
import {type Frame, Framing} from '../../../firmware/sip/transport/framing.ts';

function message(body: string, lengthLine = `Content-Length: ${Buffer.byteLength(body)}\r\n`): string {
  return `MESSAGE sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP c\r\n${lengthLine}\r\n${body}`;
}

/** What comes out when the text comes in these pieces: messages as text, `ping`, and at the end why it broke. */
function frames(...pieces: (string | Uint8Array)[]): string[] {
  const framing = new Framing();
  const out: string[] = [];
  const take = (frame: Frame) =>
    void out.push(frame.kind === 'ping' ? 'ping' : Buffer.from(frame.bytes).toString('latin1'));
  for (const piece of pieces) {
    const pushed = framing.push(Buffer.from(piece as string, 'latin1'), take);
    if (!pushed.ok) return [...out, `broken: ${pushed.error}`];
  }
  return framing.partial ? [...out, 'partial'] : out;
}

test('messages are parted by their Content-Length, in any of its forms', () => {
  const forms = [
    'Content-Length: 5\r\n',
    'l:5\r\n',
    'CONTENT-LENGTH \t:  5  \r\n',
    'Content-Length:\r\n 5\r\n',
  ];
  for (const form of forms) {
    const one = message('hello', form);
    expect(frames(one + one)).toEqual([one, one]);
  }
});

test('a message without Content-Length, or without a body, ends with its headers', () => {
  const [none, empty] = [message('', ''), message('')];
  expect(frames(none + empty + none)).toEqual([none, empty, none]);
});

test('a header that only looks like Content-Length is none', () => {
  const one = message('', 'X-Content-Length: 9\r\nSubject: a\r\n l: 7\r\n');
  expect(frames(one)).toEqual([one]);
});

test('bare line feeds end lines too', () => {
  const one = 'OPTIONS sip:a SIP/2.0\nl: 2\n\nhi';
  expect(frames(one + one)).toEqual([one, one]);
});

test('line breaks between messages are passed over; each double one is a ping', () => {
  const one = message('x');
  expect(frames(`\r\n${one}\r\n\r\n${one}\r\n\r\n\r\n\r\n\r\n`)).toEqual([one, 'ping', one, 'ping', 'ping']);
  expect(frames('\r', '\n\r', '\n')).toEqual(['ping']);
  expect(frames('\n\n\n\n\r\r\r\r')).toEqual([]);
});

test.each([
  ['another protocol', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'what came is not SIP'],
  ['a TLS handshake', '\x16\x03\x01\x02', 'what came is not SIP'],
  ['zeros', '\0\0\0', 'what came is not SIP'],
  ['a line without end', 'A'.repeat(defaultLimits.line + 1), 'what came is not SIP'],
  [
    'endless headers',
    `${message('', '').slice(0, -2)}${'X: y\r\n'.repeat(6000)}`,
    'more than 32768 bytes of headers',
  ],
])('%s breaks the stream', (_name, text, problem) => {
  expect(frames(text)).toEqual([`broken: ${problem}`]);
});

test.each([
  ['Content-Length: -1\r\n', 'a wrong Content-Length'],
  ['Content-Length: many\r\n', 'a wrong Content-Length'],
  ['Content-Length: 5\r\nl: 6\r\n', 'a wrong Content-Length'],
  ['Content-Length: 65535\r\n', 'a message of more than 65535 bytes'],
  ['Content-Length: 9999999999\r\n', 'a wrong Content-Length'],
])('after %j the stream is broken, but the headers can be answered', (line, problem) => {
  expect(frames(message('hello', line))).toEqual([message('', line), `broken: ${problem}`]);
});

const part = fc.oneof(
  fc.constantFrom('\r\n', '\r\n\r\n', message('', ''), message('', 'l: 0\r\n')),
  fc.string({unit: 'binary-ascii', maxLength: 40}).map((body) => message(body)),
  fc.string({unit: 'binary-ascii', maxLength: 40}).map((body) => message(body, `l:\r\n ${body.length}\r\n`)),
);

/** `text` cut at these places. */
function cut(text: string, places: readonly number[]): string[] {
  const cuts = [0, ...places.map((place) => place % (text.length + 1)).sort((a, b) => a - b), text.length];
  return cuts.slice(1).map((end, index) => text.slice(cuts[index], end));
}

test('the frames do not depend on how the stream was cut up', () => {
  fc.assert(
    fc.property(fc.array(part, {maxLength: 6}), fc.array(fc.nat(2000), {maxLength: 30}), (parts, places) => {
      const text = parts.join('');
      expect(frames(...cut(text, places))).toEqual(frames(text));
      expect(frames(...text)).toEqual(frames(text));
    }),
    {numRuns: 300},
  );
});

test('any bytes, however cut, break the stream at the same place or not at all', () => {
  const anything = fc.oneof(part, fc.string({unit: 'binary-ascii', maxLength: 30}));
  fc.assert(
    fc.property(
      fc.array(anything, {maxLength: 6}),
      fc.array(fc.nat(2000), {maxLength: 8}),
      (parts, places) => {
        const text = parts.join('');
        const [whole, pieces] = [frames(text), frames(...cut(text, places))];
        expect(pieces).toEqual(whole);
      },
    ),
    {numRuns: 500},
  );
});

test('a long message that comes byte by byte is put together without copying all of it each time', () => {
  const body = 'x'.repeat(60_000);
  expect(frames(...message(body))).toEqual([message(body)]);
});
