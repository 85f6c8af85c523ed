import {expect, test} from 'vitest';
import {sessionBody} from '../../../firmware/sip/dialog/session-body.ts';
import {createRequest} from '../../../firmware/sip/message/create.ts';

const sdp = 'v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\n';

/** What is found in an INVITE with this body: `sdp`, or a word. */
function found(headers: Record<string, string>, body: string): string {
  const request = createRequest({
    method: 'INVITE',
    requestUri: 'sip:door@192.0.2.1',
    via: 'SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1',
    from: '<sip:peer@192.0.2.9>;tag=1',
    to: '<sip:door@192.0.2.1>',
    callId: 'call',
    cseq: 1,
    headers: Object.entries(headers),
  });
  request.body = Buffer.from(body);
  const result = sessionBody(request);
  if (typeof result === 'string') return result;
  return Buffer.from(result).toString() === sdp ? 'sdp' : `not as it was: ${Buffer.from(result)}`;
}

interface Part {
  type?: string;
  disposition?: string;
  encoding?: string;
  transfer?: string;
  body?: string;
}

function together(parts: readonly Part[], boundary = 'next'): string {
  const texts = parts.map(({type, disposition, encoding, transfer, body = 'x'}) =>
    [
      `--${boundary}`,
      ...(type === undefined ? [] : [`Content-Type: ${type}`]),
      ...(disposition === undefined ? [] : [`Content-Disposition: ${disposition}`]),
      ...(encoding === undefined ? [] : [`Content-Encoding: ${encoding}`]),
      ...(transfer === undefined ? [] : [`Content-Transfer-Encoding: ${transfer}`]),
      '',
      `${body}\r\n`,
    ].join('\r\n'),
  );
  return `${texts.join('')}--${boundary}--\r\n`;
}

const session: Part = {type: 'application/sdp', body: sdp};
const optional: Part = {type: 'image/jpeg', disposition: 'icon;handling=optional'};
const required: Part = {type: 'image/jpeg', disposition: 'icon'};

test.each<[outcome: string, name: string, parts: Part[]]>([
  ['sdp', 'a description alone', [session]],
  [
    'sdp',
    'with parameters and disposition',
    [{...session, type: 'Application/SDP; charset=utf-8', disposition: 'session'}],
  ],
  [
    'sdp',
    'beside what may be passed over',
    [optional, session, {...optional, disposition: 'x; HANDLING="optional"'}],
  ],
  ['sdp', 'with a transfer encoding that changes nothing', [{...session, transfer: '8bit'}]],
  ['none', 'only what may be passed over', [optional]],
  ['unsupported', 'beside what must be understood', [session, required]],
  ['unsupported', 'what must be understood, for nothing else is said', [session, {body: 'text'}]],
  ['unsupported', 'two descriptions', [session, session]],
  ['unsupported', 'a packed description', [{...session, encoding: 'gzip'}]],
  ['unsupported', 'a description in other characters', [{...session, transfer: 'base64'}]],
  ['unsupported', 'an early session', [{...session, disposition: 'early-session'}]],
  [
    'sdp',
    'an early session that may be passed over',
    [{...session, disposition: 'early-session; handling=optional'}, session],
  ],
])('multipart/mixed: %s: %s', (outcome, _, parts) => {
  expect(found({'Content-Type': 'multipart/mixed; boundary=next'}, together(parts))).toBe(outcome);
  expect(found({'Content-Type': 'Multipart/Mixed ; boundary="next"'}, together(parts))).toBe(outcome);
});

test('multipart/alternative: the last that can be used', () => {
  const type = {'Content-Type': 'multipart/alternative;boundary=next'};
  expect(found(type, together([session, required]))).toBe('sdp');
  expect(found(type, together([{...session, body: 'v=1'}, session]))).toBe('sdp');
  expect(found(type, together([required, {body: 'x'}]))).toBe('unsupported');
});

test('parts in parts, but not without end', () => {
  const inner = {type: 'multipart/alternative; boundary=inner', body: together([session], 'inner')};
  expect(found({'Content-Type': 'multipart/mixed; boundary=next'}, together([inner, optional]))).toBe('sdp');
  let part = session;
  for (let depth = 0; depth < 4; depth++) {
    part = {type: `multipart/mixed; boundary=d${depth}`, body: together([part], `d${depth}`)};
  }
  expect(found({'Content-Type': part.type!}, part.body!)).toBe('unsupported');
});

test('one body: by type, encoding, disposition', () => {
  expect(found({}, '')).toBe('none');
  expect(found({'Content-Type': 'application/sdp'}, sdp)).toBe('sdp');
  expect(found({'Content-Type': 'application/sdp', 'Content-Encoding': 'Identity'}, sdp)).toBe('sdp');
  expect(found({'Content-Type': 'application/sdp', 'Content-Language': 'de, fr'}, sdp)).toBe('sdp');
  expect(found({'Content-Type': 'application/sdp', 'Content-Encoding': 'identity, gzip'}, sdp)).toBe(
    'unsupported',
  );
  expect(found({'Content-Type': 'text/html', 'Content-Disposition': 'render;handling=optional'}, 'x')).toBe(
    'none',
  );
  expect(found({'Content-Type': 'text/html'}, 'x')).toBe('unsupported');
  expect(found({'Content-Type': 'multipart/mixed'}, together([session]))).toBe('unsupported');
});
