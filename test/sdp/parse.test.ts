import fc from 'fast-check';
import {expect, test} from 'vitest';
import {canonicalAddress} from '../../firmware/base/canonical-address.ts';
import {parseSessionDescription, sdpLimits} from '../../firmware/sdp/parse.ts';
import type {SessionDescription} from '../../firmware/sdp/session-description.ts';
import {writeSessionDescription} from '../../firmware/sdp/write.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const head = ['v=0', 'o=- 1 1 IN IP4 192.0.2.7', 's=-', 'c=IN IP4 192.0.2.7', 't=0 0'];

function codeOf(...lines: string[]): string {
  const result = parseSessionDescription(bytes(lines.join('\r\n')));
  return result.ok ? 'ok' : `${result.error.code} ${result.error.place}`;
}

test('reads origin, connections, attributes and media lines', () => {
  const result = parseSessionDescription(
    bytes(
      [
        ...head,
        'a=tool:phone',
        'm=audio 49170/2 RTP/AVP 0 101',
        'c=IN IP6 2001:db8::7',
        'a=rtpmap:101 telephone-event/8000',
        'a=sendonly',
        'm=video 0 RTP/AVP 99',
        '',
      ].join('\r\n'),
    ),
  );
  expect(result).toEqual({
    ok: true,
    value: {
      origin: {userName: '-', sessionId: '1', sessionVersion: '1', address: '192.0.2.7'},
      sessionName: '-',
      connection: {address: '192.0.2.7'},
      attributes: [{name: 'tool', value: 'phone'}],
      media: [
        {
          type: 'audio',
          port: 49170,
          protocol: 'RTP/AVP',
          formats: ['0', '101'],
          connection: {address: '2001:db8::7'},
          attributes: [
            {name: 'rtpmap', value: '101 telephone-event/8000'},
            {name: 'sendonly', value: undefined},
          ],
        },
        {type: 'video', port: 0, protocol: 'RTP/AVP', formats: ['99'], connection: undefined, attributes: []},
      ],
    },
  });
});

test('is lenient where phones are careless: bare LF, no s= and t=, unknown letters, blanks at line ends', () => {
  expect(
    parseSessionDescription(bytes('v=0 \no=- 1 1 IN IP4 192.0.2.7\nx=?\nm=audio 4000 RTP/AVP 0 \n')).ok,
  ).toBe(true);
});

test('names what is wrong and in which line', () => {
  expect(codeOf('')).toBe('bad-version 1 v=');
  expect(codeOf('v=1')).toBe('bad-version 1 v=');
  expect(codeOf('v=0', 's=-')).toBe('bad-origin 2');
  expect(codeOf('v=0', 'o=- 1 1 IN IP4')).toBe('bad-origin 2 o=');
  expect(codeOf('v=0', 'o=- x 1 IN IP4 192.0.2.7')).toBe('bad-origin 2 o=');
  expect(codeOf(...head, 'hello')).toBe('bad-line 6');
  expect(codeOf(...head, 'c=IN IP4 2001:db8::1')).toBe('bad-connection 6 c=');
  expect(codeOf(...head, 'c=IN IP6 192.0.2.1')).toBe('bad-connection 6 c=');
  expect(codeOf(...head, 'c=IN IP4 a b')).toBe('bad-connection 6 c=');
  expect(codeOf(...head, 'c=IN IP4 <script>')).toBe('bad-connection 6 c=');
  expect(codeOf(...head, 'm=audio 65536 RTP/AVP 0')).toBe('bad-media 6 m=');
  expect(codeOf(...head, 'm=audio -1 RTP/AVP 0')).toBe('bad-media 6 m=');
  expect(codeOf(...head, 'm=audio 4000 RTP/AVP')).toBe('bad-media 6 m=');
});

test.each(['2001:db8::7', '2001:DB8::7', '2001:db8:0:0:0:0:0:7', '2001:0db8::0:0007'])(
  '%s is the address that packets will be seen to come from',
  (written) => {
    const lines = ['v=0', 'o=- 1 1 IN IP4 192.0.2.7', `c=IN IP6 ${written}`, 'm=audio 4000 RTP/AVP 0'];
    const result = parseSessionDescription(bytes(lines.join('\r\n')));
    expect(result).toMatchObject({ok: true, value: {connection: {address: '2001:db8::7'}}});
  },
);

test('bounds size and counts', () => {
  const media = 'm=audio 4000 RTP/AVP 0';
  expect(codeOf(...head, `a=${'x'.repeat(sdpLimits.bytes)}`)).toBe('too-large 1');
  expect(codeOf(...head, ...Array(sdpLimits.lines).fill('b=AS:1'))).toBe('too-large 512');
  expect(codeOf(...head, ...Array(sdpLimits.media + 1).fill(media))).toBe('too-large 38 m=');
  expect(codeOf(...head, `${media}${' 1'.repeat(sdpLimits.formats)}`)).toBe('bad-media 6 m=');
  expect(codeOf(...head, ...Array(sdpLimits.attributes + 1).fill('a=x'))).toBe('too-large 134 a=');
});

const token = fc.stringMatching(/^[A-Za-z0-9-]{1,8}$/);
const address = fc.oneof(fc.ipV4(), fc.ipV6().map(canonicalAddress));
const connection = fc.option(fc.record({address}), {nil: undefined});
const attributes = fc.array(
  fc.record({name: token, value: fc.option(fc.stringMatching(/^[!-~]{0,12}$/), {nil: undefined})}),
  {maxLength: 5},
);
const description: fc.Arbitrary<SessionDescription> = fc.record({
  origin: fc.record({
    userName: token,
    sessionId: fc.stringMatching(/^\d{1,19}$/),
    sessionVersion: fc.stringMatching(/^\d{1,19}$/),
    address,
  }),
  sessionName: token,
  connection,
  attributes,
  media: fc.array(
    fc.record({
      type: token,
      port: fc.nat(65_535),
      protocol: token,
      formats: fc.array(token, {minLength: 1, maxLength: 5}),
      connection,
      attributes,
    }),
    {maxLength: 4},
  ),
});

test('what is written reads back the same', () => {
  fc.assert(
    fc.property(description, (value) => {
      expect(parseSessionDescription(writeSessionDescription(value))).toEqual({ok: true, value});
    }),
  );
});

test('never throws, whatever comes', () => {
  const mutated = fc.tuple(
    description,
    fc.array(fc.tuple(fc.nat(400), fc.integer({min: 0, max: 255})), {maxLength: 6}),
  );
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({maxLength: 300}), mutated), (input) => {
      let body = input as Uint8Array;
      if (Array.isArray(input)) {
        body = writeSessionDescription(input[0]);
        for (const [at, value] of input[1]) if (at < body.length) body[at] = value;
      }
      expect(typeof parseSessionDescription(body).ok).toBe('boolean');
    }),
  );
});
