import {expect, test} from 'vitest';
import {createRequest, createResponse} from '../../../firmware/sip/message/create.ts';
import {parseMessage} from '../../../firmware/sip/message/parse.ts';
import {writeMessage} from '../../../firmware/sip/message/write.ts';

/** The basic call: Tesla at his laboratory calls Marconi. */
const invite = createRequest({
  method: 'INVITE',
  requestUri: 'sip:marconi@radio.org',
  via: 'SIP/2.0/UDP lab.high-voltage.org:5060;branch=z9hG4bKfw19b;rport',
  from: 'N. Tesla <sip:n.tesla@lab.high-voltage.org>;tag=76341',
  to: 'G. Marconi <sip:marconi@radio.org>',
  callId: '123456789@lab.high-voltage.org',
  cseq: 1,
  contact: '<sip:n.tesla@lab.high-voltage.org>',
  headers: [['Record-Route', '<sip:proxy.example.org;lr>']],
  contentType: 'application/sdp',
  body: Buffer.from('v=0\r\n'),
});

function parsed(bytes: Uint8Array) {
  const result = parseMessage(bytes);
  if (!result.ok) throw new Error(`${result.error.place}: ${result.error.text}`);
  return result.value;
}

test('an INVITE is read as it was written', () => {
  const message = parsed(writeMessage(invite));
  if (message.kind !== 'request') throw new Error('not a request');
  expect(message.method).toBe('INVITE');
  expect(message.requestUri).toBe('sip:marconi@radio.org');
  expect(message.uri).toMatchObject({scheme: 'sip', user: 'marconi', host: 'radio.org', port: undefined});
  expect(message.via).toMatchObject({
    transport: 'UDP',
    host: 'lab.high-voltage.org',
    port: 5060,
    branch: 'z9hG4bKfw19b',
    rport: true,
    received: undefined,
  });
  expect(message.from).toMatchObject({displayName: 'N. Tesla', tag: '76341'});
  expect(message.from.uri).toMatchObject({user: 'n.tesla', host: 'lab.high-voltage.org'});
  expect(message.to.tag).toBeUndefined();
  expect(message.callId).toBe('123456789@lab.high-voltage.org');
  expect(message.cseq).toEqual({number: 1, method: 'INVITE'});
  expect(message.contact?.uri.host).toBe('lab.high-voltage.org');
  expect(message.headers.get('max-forwards')).toBe('70');
  expect(Buffer.from(message.body).toString()).toBe('v=0\r\n');
});

test('a 180 takes over what RFC 3261 section 8.2.6 says and adds the tag', () => {
  const request = parsed(writeMessage(invite));
  if (request.kind !== 'request') throw new Error('not a request');
  const response = parsed(writeMessage(createResponse(request, 180, undefined, 'a53e42')));
  expect(response).toMatchObject({kind: 'response', status: 180, reason: 'Ringing'});
  expect(response.to.tag).toBe('a53e42');
  for (const name of ['Via', 'From', 'Call-ID', 'CSeq', 'Record-Route']) {
    expect(response.headers.all(name)).toEqual(request.headers.all(name));
  }
  expect([...response.headers].at(-1)).toEqual(['Content-Length', '0']);
});

test('the 100 has the To as it came, without Record-Route', () => {
  const response = createResponse(invite, 100);
  expect(response.to.tag).toBeUndefined();
  expect(response.headers.get('Record-Route')).toBeUndefined();
});
