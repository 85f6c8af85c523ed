import {expect, test} from 'vitest';
import {createRequest} from '../../../firmware/sip/message/create.ts';
import {Headers} from '../../../firmware/sip/message/headers.ts';
import type {SipMessage} from '../../../firmware/sip/message/message.ts';
import {parseMessage} from '../../../firmware/sip/message/parse.ts';
import {formatVia} from '../../../firmware/sip/message/via.ts';
import {writeMessage} from '../../../firmware/sip/message/write.ts';

const start = 'OPTIONS sip:door@192.0.2.20 SIP/2.0';
const mandatory = [
  'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1',
  'From: <sip:a@192.0.2.1>;tag=1',
  'To: <sip:door@192.0.2.20>',
  'Call-ID: 1@192.0.2.1',
  'CSeq: 1 OPTIONS',
];

function message(extra: string[], lineEnd = '\r\n'): Buffer {
  return Buffer.from(`${[start, ...mandatory, ...extra, '', ''].join(lineEnd)}`);
}

function parsed(bytes: Uint8Array): SipMessage {
  const result = parseMessage(bytes);
  if (!result.ok) throw new Error(`${result.error.place}: ${result.error.text}`);
  return result.value;
}

test('names are found in any case and compact', () => {
  const {headers} = parsed(message(['SUPPORTED: timer', 'k: replaces', 'X-Own: 1', 'm: <sip:b@192.0.2.2>']));
  expect(headers.all('Supported')).toEqual(['timer', 'replaces']);
  expect(headers.get('x-oWN')).toBe('1');
  expect(headers.get('Contact')).toBe('<sip:b@192.0.2.2>');
  expect(headers.get('v')).toBe(headers.get('Via'));
  expect(headers.get('Content-Type')).toBeUndefined();
});

test('lists split at commas outside quotes and brackets', () => {
  const {headers} = parsed(
    message(['Contact: "a, b" <sip:x,y@192.0.2.1>, <sip:c@192.0.2.1>', 'Allow: INVITE ,ACK,, BYE']),
  );
  expect(headers.list('Contact')).toEqual(['"a, b" <sip:x,y@192.0.2.1>', '<sip:c@192.0.2.1>']);
  expect(headers.list('Allow')).toEqual(['INVITE', 'ACK', 'BYE']);
  expect(headers.list('Route')).toEqual([]);
});

test('lines are changed where they stand', () => {
  const {headers} = parsed(message(['Route: <sip:1>, <sip:2>', 'Route: <sip:3>', 'Subject: a']));
  headers.removeFirst('Route');
  expect(headers.list('Route')).toEqual(['<sip:2>', '<sip:3>']);
  headers.removeFirst('Route');
  expect(headers.all('Route')).toEqual(['<sip:3>']);
  headers.set('Route', '<sip:4>');
  headers.prepend('Route', '<sip:0>');
  headers.append('Route', '<sip:5>');
  expect(headers.all('Route')).toEqual(['<sip:0>', '<sip:4>', '<sip:5>']);
  headers.set('Route', '<sip:6>');
  expect(headers.all('Route')).toEqual(['<sip:6>']);
  headers.remove('Route');
  expect(headers.get('Route')).toBeUndefined();
  headers.removeFirst('Route');
  expect(headers.get('Subject')).toBe('a');
});

test('the typed getters follow a change of the headers', () => {
  const request = parsed(message(['Contact: <sip:a@192.0.2.1>']));
  const {via} = request;
  expect(via.received).toBeUndefined();
  request.headers.removeFirst('Via');
  request.headers.prepend('Via', formatVia({...via, received: '192.0.2.9', rport: 5062, branch: 'z9hG4bK2'}));
  expect(request.via).toMatchObject({
    host: '192.0.2.1',
    received: '192.0.2.9',
    rport: 5062,
    branch: 'z9hG4bK2',
  });
  request.headers.set('Contact', '*');
  expect(request.contact).toBeUndefined();
  expect(request.cseq).toEqual({number: 1, method: 'OPTIONS'});
});

test('another topmost Via leaves what was read of other headers', () => {
  const request = parsed(message(['Via: SIP/2.0/UDP 192.0.2.8;branch=z9hG4bK8, SIP/2.0/UDP 192.0.2.7']));
  const {from} = request;
  request.headers.set('To', '<sip:b@192.0.2.1>');
  request.replaceVia('SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK9');
  expect(request.via.branch).toBe('z9hG4bK9');
  expect(request.headers.list('Via')).toHaveLength(3);
  expect(request.from).toEqual(from);
  expect(request.to.uri.user).toBe('b');
});

test('a value with a line break is a mistake of the program', () => {
  expect(() => new Headers().append('Subject', 'a\r\nVia: b')).toThrow('line break');
  expect(() => new Headers().set('Sub\nject', 'a')).toThrow('line break');
  const request = createRequest({
    method: 'BYE',
    requestUri: 'sip:a\r\nb',
    from: '<sip:a>',
    to: '<sip:b>',
    callId: '1',
    cseq: 1,
  });
  expect(() => writeMessage(request)).toThrow('line break');
});

test('text beyond ASCII passes as UTF-8, and bytes that are none unchanged', () => {
  const utf8 = parsed(message(['Subject: Tür ☎']));
  expect(utf8.headers.get('Subject')).toBe('Tür ☎');
  utf8.headers.append('Organization', 'Höhle');
  expect(Buffer.from(writeMessage(utf8)).toString()).toContain('Subject: Tür ☎\r\nOrganization: Höhle\r\n');
  const bytes = Buffer.concat([
    message([]).subarray(0, -2),
    Buffer.from([0x53, 0x3a, 0x20, 0xfc, 0x72]),
    Buffer.from('\r\n\r\n'),
  ]);
  const latin = parsed(bytes);
  expect(latin.headers.get('Subject')).toBe('\ufffdr');
  latin.headers.append('X', '1');
  expect(
    Buffer.from(writeMessage(latin)).includes(Buffer.from([0x53, 0x3a, 0x20, 0xfc, 0x72, 0x0d, 0x0a])),
  ).toBe(true);
});

test('lines may end in a bare LF, as RFC 2543 allowed; an answer goes out in CRLF', () => {
  const request = parsed(message(['Subject: a', ' b'], '\n'));
  expect(request.headers.get('Subject')).toBe('a b');
  expect(request.callId).toBe('1@192.0.2.1');
  const written = Buffer.from(writeMessage(request)).toString();
  expect(written.split('\r\n')).toEqual([start, ...mandatory, 'Subject: a b', 'Content-Length: 0', '', '']);
});

test('a bare CR breaks no line', () => {
  expect(parseMessage(message(['Max-Forwards: 70\rX: 1'])).ok).toBe(false);
  expect(parseMessage(message(['Record-Route: <sip:a>\rVia: b'])).ok).toBe(false);
  const other = parsed(message(['Subject: a\rVia: b']));
  expect(other.headers.get('Subject')).toBe('a Via: b');
  expect(other.headers.all('Via')).toHaveLength(1);
  expect(Buffer.from(writeMessage(other)).toString()).toContain('Subject: a Via: b\r\n');
});
