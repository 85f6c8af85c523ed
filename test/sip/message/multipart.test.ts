import fc from 'fast-check';
import {expect, test} from 'vitest';
import {splitMultipart} from '../../../firmware/sip/message/multipart.ts';

function split(text: string, boundary = 'b') {
  return splitMultipart(Buffer.from(text, 'latin1'), boundary)?.map(({headers, body}) => ({
    headers: Object.fromEntries(headers),
    body: Buffer.from(body).toString('latin1'),
  }));
}

test('parts with headers, without, and empty; what is around them does not count', () => {
  const text = [
    'preamble --b',
    '--b',
    'Content-Type: application/sdp',
    'c: text/plain',
    'Content-Disposition: session;',
    '  handling=required',
    '',
    'v=0',
    'o=1',
    '',
    '--b  ',
    '',
    'bare: body',
    '--b',
    '',
    '--b--',
    '--b',
    'epilogue',
  ].join('\r\n');
  expect(split(text)).toEqual([
    {
      headers: {
        'content-type': 'application/sdp',
        'content-disposition': 'session; handling=required',
      },
      body: 'v=0\r\no=1\r\n',
    },
    {headers: {}, body: 'bare: body'},
    {headers: {}, body: ''},
  ]);
});

test('bytes stay as they are, a boundary that only begins a line is none, and lines may end in LF', () => {
  const text = '--b\nAb: 1\n\n\x00\xff--b\n--bb\n--b-\n--b x\n\n--b--';
  expect(split(text)).toEqual([{headers: {ab: '1'}, body: '\x00\xff--b\n--bb\n--b-\n--b x\n'}]);
});

test('a last part that nothing ends goes on to the end', () => {
  expect(split('--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n')).toMatchObject([{body: 'one'}, {body: 'two\r\n'}]);
});

test.each([
  ['no boundary', '--b\r\n\r\nx', ''],
  ['a boundary beyond what RFC 2046 allows', `--${'b'.repeat(71)}\r\n\r\nx`, 'b'.repeat(71)],
  ['another boundary', '--c\r\n\r\nx', 'b'],
  ['an end alone', '--b--', 'b'],
  ['a line that is no header', '--b\r\nnonsense\r\n\r\nx', 'b'],
  ['a continued line before any', '--b\r\n x: y\r\n\r\nx', 'b'],
  ['too many parts', '--b\r\n\r\nx\r\n'.repeat(17), 'b'],
  ['too many headers', `--b\r\n${'A: 1\r\n'.repeat(17)}\r\nx`, 'b'],
])('%s: no parts', (_, text, boundary) => {
  expect(split(text, boundary)).toBeUndefined();
});

test('no bytes whatever make it fail, and parts lie inside the body', () => {
  const piece = fc.constantFrom('--b', '--b--', '\r\n', '\n', ' ', 'A: 1', 'x', '--', 'b');
  fc.assert(
    fc.property(fc.array(piece, {maxLength: 40}), (pieces) => {
      const text = pieces.join('');
      for (const {body} of split(text) ?? []) expect(text).toContain(body);
    }),
  );
  fc.assert(
    fc.property(
      fc.uint8Array({maxLength: 300}),
      fc.string(),
      (body, boundary) => void splitMultipart(body, boundary),
    ),
  );
});
