import {readdirSync, readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import type {SipRequest} from '../../../firmware/sip/message/message.ts';
import {parseMessage} from '../../../firmware/sip/message/parse.ts';
import {formatUri} from '../../../firmware/sip/message/uri.ts';
import {parseVia} from '../../../firmware/sip/message/via.ts';

/** The IPv6 messages of RFC 5118. */
const folder = new URL('../../vectors/rfc5118/', import.meta.url);
const tested = new Set<string>();

function read(name: string) {
  tested.add(name);
  return parseMessage(readFileSync(new URL(name, folder)));
}

function accepted(name: string): SipRequest {
  const result = read(name);
  if (!result.ok || result.value.kind !== 'request') throw new Error(`${name} is no good request`);
  return result.value;
}

test('4.1 ipv6-good: addresses in brackets', () => {
  const message = accepted('ipv6-good');
  expect(message.uri).toMatchObject({host: '2001:db8::10', port: undefined});
  expect(message.via).toMatchObject({host: '2001:db8::9:1', port: undefined});
  expect(message.contact?.uri).toMatchObject({user: 'caller', host: '2001:db8::1'});
});

test('4.2 ipv6-bad: an address without brackets is refused with 400', () => {
  expect(read('ipv6-bad')).toMatchObject({ok: false, error: {status: 400, place: 'start line'}});
});

test('4.3 port-ambiguous: what looks like a port belongs to the address', () => {
  expect(accepted('port-ambiguous').uri).toMatchObject({host: '2001:db8::10:5070', port: undefined});
});

test('4.4 port-unambiguous: the port stands behind the bracket', () => {
  expect(accepted('port-unambiguous').uri).toMatchObject({host: '2001:db8::10', port: 5070});
});

test.each(['via-received-param-with-delim', 'via-received-param-no-delim'])('4.5 %s', (name) => {
  expect(accepted(name).via.received).toBe('2001:db8::9:255');
});

test('4.6 ipv6-in-sdp, 4.8 mult-ip-in-sdp: the body is for the reader of SDP', () => {
  expect(Buffer.from(accepted('ipv6-in-sdp').body).toString()).toContain('c=IN IP6 2001:db8::20\r\n');
  expect(Buffer.from(accepted('mult-ip-in-sdp').body).toString()).toContain('m=audio');
});

test('4.7 mult-ip-in-header: both families in one message', () => {
  const vias = accepted('mult-ip-in-header')
    .headers.list('Via')
    .map((value) => {
      const via = parseVia(value);
      return via.ok ? [via.value.host, via.value.port, via.value.received] : value;
    });
  expect(vias).toEqual([
    ['2001:db8::9:1', 6050, undefined],
    ['192.0.2.1', undefined, undefined],
    ['2001:db8::9:255', undefined, '192.0.2.200'],
  ]);
});

test('4.9 ipv4-mapped-ipv6', () => {
  const message = accepted('ipv4-mapped-ipv6');
  expect(message.via).toMatchObject({host: '::ffff:192.0.2.10', port: 19823});
  expect(message.contact?.uri.host).toBe('::ffff:192.0.2.2');
});

test('4.10 three colons are tolerated, two are right', () => {
  expect(formatUri(accepted('ipv6-bug-abnf-3-colons').uri)).toBe('sip:user@[2001:db8:::192.0.2.1]');
  expect(accepted('ipv6-correct-abnf-2-colons').uri.host).toBe('2001:db8::192.0.2.1');
});

test('every file was judged', () => {
  const files = readdirSync(folder);
  expect(files).toHaveLength(12);
  expect(files.filter((file) => !tested.has(file))).toEqual([]);
});
