import fc from 'fast-check';
import {expect, test} from 'vitest';
import {dialogKey} from '../../../firmware/sip/dialog/dialog.ts';
import {DialogTable} from '../../../firmware/sip/dialog/dialog-table.ts';
import {findReplaced, formatReplaces, parseReplaces} from '../../../firmware/sip/dialog/replaces.ts';
import {SipRequest} from '../../../firmware/sip/message/message.ts';

test.each([
  ['98732@sip.example.com;from-tag=r33th4x0r;to-tag=ff87ff', '98732@sip.example.com', 'ff87ff', 'r33th4x0r'],
  ['12adf2f34456gs5;to-tag=12345;from-tag=54321', '12adf2f34456gs5', '12345', '54321'],
  ['87134@171.161.34.23;to-tag=24796;from-tag=0', '87134@171.161.34.23', '24796', '0'],
  [' a ; TO-TAG = b ;x=y; from-tag=c', 'a', 'b', 'c'],
])('%s', (value, callId, toTag, fromTag) => {
  expect(parseReplaces(value)).toEqual({ok: true, value: {callId, toTag, fromTag, earlyOnly: false}});
});

test('early-only, and written back', () => {
  const parsed = parseReplaces('a@b;to-tag=c;from-tag=d;early-only');
  expect(parsed.ok && formatReplaces(parsed.value)).toBe('a@b;to-tag=c;from-tag=d;early-only');
});

test.each([
  '',
  'a',
  'a;to-tag=b',
  'a;from-tag=b',
  'a;to-tag=b;to-tag=c;from-tag=d',
  'a;to-tag=;from-tag=d',
  'a b;to-tag=b;from-tag=d',
  'a@b@c;to-tag=b;from-tag=d',
  'a\r\nX: y;to-tag=b;from-tag=d',
  'a;to-tag=b\r\nX: y;from-tag=d',
  `${'a'.repeat(300)};to-tag=b;from-tag=d`,
  `a;to-tag=${'b'.repeat(200)};from-tag=d`,
])('refused: %j', (value) => {
  expect(parseReplaces(value).ok).toBe(false);
});

test('never throws; what it takes is one line, and is read again as the same', () => {
  const part = fc.constantFrom(
    ';',
    '=',
    'to-tag',
    'from-tag',
    'early-only',
    '@',
    ' ',
    '\r\n',
    '%',
    '"',
    'a',
    '0',
  );
  const near = fc.array(part, {maxLength: 24}).map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.oneof(near, fc.string({unit: 'grapheme', maxLength: 80})), (text) => {
      const parsed = parseReplaces(`id${text}`);
      if (!parsed.ok) return;
      const written = formatReplaces(parsed.value);
      expect(written).not.toMatch(/[\r\n]/);
      expect(parseReplaces(written)).toEqual(parsed);
    }),
  );
});

test('tag 0 also stands for no tag; two that fit are none; the last calls are remembered', () => {
  const dialogs = new DialogTable();
  const user = {receive() {}};
  const find = (value: string) => {
    const request = new SipRequest('INVITE', 'sip:a');
    request.headers.append('Replaces', value);
    return findReplaced(request, dialogs);
  };
  dialogs.set({key: dialogKey({callId: 'a', localTag: 'b', remoteTag: ''})}, user);
  expect(find('a;to-tag=b;from-tag=0')).toEqual({dialog: user, earlyOnly: false});
  dialogs.set({key: dialogKey({callId: 'a', localTag: 'b', remoteTag: '0'})}, user);
  expect(find('a;to-tag=b;from-tag=0')).toMatchObject({status: 481});
  expect(find('a;to-tag=0;from-tag=b')).toMatchObject({status: 481});
  for (let count = 0; count < 17; count++) {
    const dialog = {key: dialogKey({callId: `ended-${count}`, localTag: 'b', remoteTag: 'c'})};
    dialogs.set(dialog, user);
    dialogs.end(dialog, user);
  }
  expect(find('ended-0;to-tag=b;from-tag=c')).toMatchObject({status: 481});
  expect(find('ended-1;to-tag=b;from-tag=c')).toMatchObject({status: 603});
  expect(dialogs.size).toBe(2);
});
