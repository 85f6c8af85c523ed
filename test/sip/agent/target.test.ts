import fc from 'fast-check';
import {expect, test} from 'vitest';
import {parseTarget} from '../../../firmware/sip/agent/target.ts';
import {formatUri} from '../../../firmware/sip/message/uri.ts';

test.each([
  ['101', 'sip:101@example.org'],
  ['kitchen', 'sip:kitchen@example.org'],
  ['*21#', 'sip:*21%23@example.org'],
  ['101@pbx', 'sip:101@pbx'],
  ['101@pbx:5070', 'sip:101@pbx:5070'],
  [' 192.168.1.20 ', 'sip:192.168.1.20'],
  ['192.168.1.20:5062', 'sip:192.168.1.20:5062'],
  ['101@192.168.1.20:5062', 'sip:101@192.168.1.20:5062'],
  ['door.local', 'sip:door.local'],
  ['localhost:5062', 'sip:localhost:5062'],
  ['::1', 'sip:[::1]'],
  ['[2001:db8::1]:5062', 'sip:[2001:db8::1]:5062'],
  ['101@2001:db8::1', 'sip:101@[2001:db8::1]'],
  ['sip:101@example.com;transport=udp', 'sip:101@example.com;transport=udp'],
  ['SIP:101@example.com', 'sip:101@example.com'],
])('%s is %s', (text, uri) => {
  const target = parseTarget(text, 'example.org');
  expect(target.ok && formatUri(target.value)).toBe(uri);
});

test.each([
  '',
  ' ',
  '@',
  'sip:',
  'sip:101@',
  '101@',
  'a b@c d',
  '101@host:99999',
  'tel:+1555',
  'http://x',
  '<sip:a@b>',
])('"%s" cannot be called', (text) => {
  expect(parseTarget(text, 'example.org')).toMatchObject({ok: false, error: {code: 'bad-target'}});
});

test.each(['sip:101:geheim@example.org', '101:geheim@example.org'])(
  'a password in an address is refused, and not repeated: %s',
  (text) => {
    const refused = parseTarget(text, undefined);
    expect(refused).toMatchObject({ok: false, error: {code: 'bad-target'}});
    expect(JSON.stringify(refused)).not.toContain('geheim');
  },
);

test('a bare name without a domain says what is missing', () => {
  expect(parseTarget('101', undefined)).toMatchObject({ok: false, error: {code: 'no-domain'}});
});

test('never throws, and what it gives can be written', () => {
  fc.assert(
    fc.property(fc.string({unit: 'grapheme', maxLength: 40}), (text) => {
      const target = parseTarget(text, 'example.org');
      if (target.ok) expect(formatUri(target.value)).toMatch(/^sips?:\S+$/);
    }),
  );
});
