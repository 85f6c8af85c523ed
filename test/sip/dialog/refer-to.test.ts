import fc from 'fast-check';
import {expect, test} from 'vitest';
import {readReference} from '../../../firmware/sip/dialog/refer-to.ts';
import {SipRequest} from '../../../firmware/sip/message/message.ts';
import {formatUri} from '../../../firmware/sip/message/uri.ts';

function read(...referTo: string[]) {
  const request = new SipRequest('REFER', 'sip:door@192.0.2.1');
  for (const value of referTo) request.headers.append('Refer-To', value);
  return readReference(request);
}

test.each([
  ['<sip:102@example.org>', 'sip:102@example.org'],
  ['sip:102@example.org', 'sip:102@example.org'],
  ['"Kitchen" <sips:102@example.org:5061;transport=tls>', 'sips:102@example.org:5061;transport=tls'],
  ['<sip:102@example.org;method=INVITE?Subject=x&Route=y>;z', 'sip:102@example.org'],
])('%s is called as %s', (value, target) => {
  const reference = read(value);
  expect(reference.ok && formatUri(reference.value.target)).toBe(target);
  expect(reference.ok && reference.value.replaces).toBeUndefined();
});

test('an attended transfer: Replaces with its escapes', () => {
  const reference = read('<sip:102@192.0.2.2?Require=replaces&Replaces=a%40b%3Bto-tag%3Dc%3Bfrom-tag%3Dd>');
  expect(reference).toMatchObject({
    ok: true,
    value: {replaces: {callId: 'a@b', toTag: 'c', fromTag: 'd', earlyOnly: false}},
  });
});

test.each([
  ['none', [], 400],
  ['two', ['<sip:a@b>', '<sip:c@d>'], 400],
  ['two in one line', ['<sip:a@b>, <sip:c@d>'], 400],
  ['no address', ['<sip:>'], 400],
  ['a telephone number', ['<tel:+1900555>'], 416],
  ['a page', ['<https://example.org/>'], 416],
  ['another method', ['<sip:a@b;method=BYE>'], 603],
  ['a password', ['<sip:a:secret@b>'], 400],
  ['a long address', [`<sip:${'a'.repeat(300)}@b>`], 400],
  ['more than any address is long', [`<sip:a@b?X=${'a'.repeat(2000)}>`], 400],
  ['Replaces that names nothing', ['<sip:a@b?Replaces=x>'], 400],
  ['Replaces twice', ['<sip:a@b?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc&replaces=d>'], 400],
  ['an escape that is none', ['<sip:a@b?Replaces=%ff>'], 400],
  ['a line feed in Replaces', ['<sip:a@b?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc%0d%0aX:%20y>'], 400],
])('refused: %s', (_name, values, status) => {
  expect(read(...values)).toMatchObject({ok: false, error: {status}});
});

test('never throws; what is taken is a SIP address without headers', () => {
  const part = fc.constantFrom(
    '<',
    '>',
    'sip:',
    'a',
    '@',
    '?',
    '&',
    'Replaces=',
    '%3B',
    '%0d',
    'to-tag%3Db',
    ';',
    '=',
    ':',
  );
  const near = fc.array(part, {maxLength: 24}).map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.oneof(near, fc.string({unit: 'grapheme', maxLength: 80})), (text) => {
      for (const value of [text, `<sip:a@b?${text}>`]) {
        const reference = read(value);
        if (reference.ok) expect(formatUri(reference.value.target)).toMatch(/^sips?:[^\s?]+$/);
      }
    }),
  );
});
