import {expect, test} from 'vitest';
import {createResponse} from '../../../firmware/sip/message/create.ts';
import type {SipRequest} from '../../../firmware/sip/message/message.ts';
import {parseMessage} from '../../../firmware/sip/message/parse.ts';
import {writeMessage} from '../../../firmware/sip/message/write.ts';

const lines = [
  'INVITE sip:door@192.0.2.20 SIP/2.0',
  'v: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1',
  'From: <sip:a@192.0.2.1>;tag=1',
  'To: <sip:door@192.0.2.20>',
  'Subject: x',
  'Call-ID: 1@192.0.2.1',
  'CSeq: 1 INVITE',
];

function parsed(lineEnd = '\r\n'): SipRequest {
  const result = parseMessage(Buffer.from([...lines, '', ''].join(lineEnd)));
  if (!result.ok || result.value.kind !== 'request') throw new Error('not a request');
  return result.value;
}

function written(response: Parameters<typeof writeMessage>[0]): string[] {
  return Buffer.from(writeMessage(response)).toString().split('\r\n');
}

const copied = [lines[1], lines[2], `${lines[3]};tag=2`, lines[5], lines[6]];

for (const [name, lineEnd] of [
  ['CRLF', '\r\n'],
  ['bare LF', '\n'],
] as const) {
  test(`headers added to a response stand behind those of the request, which ends lines in ${name}`, () => {
    const response = createResponse(parsed(lineEnd), 200, undefined, '2');
    response.headers.set('User-Agent', 'x');
    response.headers.append('Contact', '<sip:b@192.0.2.2>');
    response.headers.append('contact', '<sip:c@192.0.2.2>');
    response.headers.set('User-Agent', 'y');
    expect(response.headers.get('user-agent')).toBe('y');
    expect(response.headers.all('m')).toEqual(['<sip:b@192.0.2.2>', '<sip:c@192.0.2.2>']);
    expect(response.headers.get('To')).toBe('<sip:door@192.0.2.20>;tag=2');
    expect(response.to.tag).toBe('2');
    expect(response.contact?.uri.user).toBe('b');
    expect([...response.headers].map(([name]) => name)).toEqual([
      'v',
      'From',
      'To',
      'Call-ID',
      'CSeq',
      'User-Agent',
      'Contact',
      'contact',
    ]);
    expect(written(response)).toEqual([
      'SIP/2.0 200 OK',
      ...copied,
      'User-Agent: y',
      'Contact: <sip:b@192.0.2.2>',
      'contact: <sip:c@192.0.2.2>',
      'Content-Length: 0',
      '',
      '',
    ]);
  });
}

test('a change before the added headers keeps them', () => {
  const response = createResponse(parsed(), 200, undefined, '2');
  response.headers.append('Server', 'x');
  response.headers.set('Call-ID', '2');
  response.headers.remove('From');
  response.headers.append('Warning', 'y');
  expect(response.callId).toBe('2');
  expect(written(response).slice(1, 7)).toEqual([
    lines[1],
    `${lines[3]};tag=2`,
    'Call-ID: 2',
    lines[6],
    'Server: x',
    'Warning: y',
  ]);
});

test('what is added to a request is copied into its response where that wants it', () => {
  const request = parsed();
  request.headers.append('Record-Route', '<sip:proxy.example.org;lr>');
  request.headers.append('Via', 'SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK2');
  expect(request.headers.all('Via')).toHaveLength(2);
  const response = createResponse(request, 180, undefined, '2');
  expect(response.headers.all('Via')).toHaveLength(2);
  expect(response.headers.get('Record-Route')).toBe('<sip:proxy.example.org;lr>');
  expect(response.headers.get('Subject')).toBeUndefined();
  expect(response.to.tag).toBe('2');
});

test('responses to one request have each their own tag and headers', () => {
  const request = parsed();
  const tags = ['2', '3', '2', undefined].map((tag) => {
    const response = createResponse(request, 200, undefined, tag);
    response.headers.append('X-Tag', `${tag}`);
    return [written(response)[3], response.to.tag, response.headers.all('X-Tag')];
  });
  const to = lines[3];
  expect(tags).toEqual([
    [`${to};tag=2`, '2', ['2']],
    [`${to};tag=3`, '3', ['3']],
    [`${to};tag=2`, '2', ['2']],
    [to, undefined, ['undefined']],
  ]);
  expect(written(createResponse(request, 100)).slice(1, 6)).toEqual([
    ...copied.slice(0, 2),
    to,
    ...copied.slice(3),
  ]);
  const changed = createResponse(request, 200, undefined, '2');
  changed.headers.remove('From');
  expect(written(createResponse(request, 200, undefined, '2')).slice(1, 6)).toEqual(copied);
});
