import fc from 'fast-check';
import {expect, test} from 'vitest';
import {messageText} from '../../../firmware/sip/agent/message-text.ts';

function shown(...lines: string[]): string {
  return messageText(Buffer.from(lines.join('\r\n')));
}

test('a message without secrets is shown as it is', () => {
  const lines = [
    'INVITE sip:101@example.org SIP/2.0',
    'From: "Tür" <sip:door@example.org>;tag=1',
    '',
    'v=0',
    '',
  ];
  expect(shown(...lines)).toBe(lines.join('\r\n'));
});

test('digests are hidden in both headers, folded or not, and the rest of them is shown', () => {
  const text = shown(
    'REGISTER sip:example.org SIP/2.0',
    'Authorization: Digest username="door", nonce="n1", response="0123456789abcdef",',
    ' cnonce="secret1", qop=auth',
    'proxy-authorization : Digest username="door", response=0123456789abcdef, uri="sip:example.org"',
    'Call-ID: 1',
    '',
    '',
  );
  expect(text).not.toMatch(/0123456789abcdef|secret1/);
  expect(text).toContain('username="door", nonce="n1", response="(hidden)"');
  expect(text).toContain('uri="sip:example.org"');
  expect(text).toContain('Call-ID: 1');
});

test('credentials of another scheme are hidden whole', () => {
  expect(shown('REGISTER sip:a SIP/2.0', 'Authorization: Basic ZG9vcjpwdw==', 'Call-ID: 1', '', '')).toBe(
    'REGISTER sip:a SIP/2.0\r\nAuthorization: (hidden)\r\nCall-ID: 1\r\n\r\n',
  );
});

test('the digits of an INFO are hidden, both forms', () => {
  const head = ['INFO sip:door@192.0.2.1 SIP/2.0', 'Content-Type: application/dtmf-relay', ''];
  expect(shown(...head, 'Signal=7', 'Duration=160', '')).toContain('Signal=(hidden)\r\nDuration=160');
  expect(shown(...head, 'Signal= 7')).not.toContain('7');
  expect(shown('INFO sip:door@192.0.2.1 SIP/2.0', 'Content-Type: application/dtmf', '', '7')).toMatch(
    /\r\n\r\n\(hidden\)$/,
  );
});

test('passwords in URIs and SRTP keys are hidden', () => {
  expect(shown('INVITE sip:101:geheim@example.org SIP/2.0', '', '')).toContain(
    'sip:101:(hidden)@example.org',
  );
  expect(
    shown('INVITE sip:101@h SIP/2.0', '', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:KEYKEY|2^20', ''),
  ).toContain('inline:(hidden)|2^20');
  const body = [
    'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:KEYONE|2^20|1:4;inline:KEYTWO|2^20|2:4',
    'A=CRYPTO:2 AES_CM_128_HMAC_SHA1_32\tINLINE: KEYTHREE',
    'a=key-mgmt:mikey KEYFOUR',
    'k=base64:KEYFIVE',
  ];
  expect(shown('INVITE sip:101@h SIP/2.0', '', ...body, '')).not.toContain('KEY');
});

test('any bytes are taken', () => {
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 2_000}), (bytes) => {
      expect(typeof messageText(bytes)).toBe('string');
    }),
    {numRuns: 200},
  );
});
