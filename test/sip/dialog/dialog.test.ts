import {expect, test} from 'vitest';
import {Dialog} from '../../../firmware/sip/dialog/dialog.ts';
import {createRequest, createResponse} from '../../../firmware/sip/message/create.ts';
import type {SipRequest, SipResponse} from '../../../firmware/sip/message/message.ts';

function invite(headers: Record<string, string> = {}): SipRequest {
  return createRequest({
    method: 'INVITE',
    requestUri: 'sip:marconi@radio.org',
    via: 'SIP/2.0/UDP lab.high-voltage.org;branch=z9hG4bK1',
    from: '"Nikola" <sip:n.tesla@high-voltage.org>;tag=76341',
    to: 'Marconi <sip:marconi@radio.org>',
    callId: 'j2qu348ek2328ws',
    cseq: 7,
    contact: '<sip:n.tesla@lab.high-voltage.org>',
    headers: Object.entries(headers),
  });
}

function answer(request: SipRequest, headers: Record<string, string> = {}): SipResponse {
  const response = createResponse(request, 200, undefined, 'a53e42');
  for (const [name, value] of Object.entries(headers)) response.headers.append(name, value);
  return response;
}

test('the caller: its From, the tag of the answer, its next sequence number, the Contact as target', () => {
  const request = invite();
  const dialog = Dialog.ofResponse(request, answer(request, {Contact: '<sip:marconi@tower.radio.org>'}));
  expect([dialog.callId, dialog.localTag, dialog.remoteTag]).toEqual(['j2qu348ek2328ws', '76341', 'a53e42']);
  const bye = dialog.createRequest('BYE');
  expect(bye.requestUri).toBe('sip:marconi@tower.radio.org');
  expect(bye.headers.get('From')).toBe('"Nikola" <sip:n.tesla@high-voltage.org>;tag=76341');
  expect(bye.headers.get('To')).toBe('Marconi <sip:marconi@radio.org>;tag=a53e42');
  expect(bye.headers.get('CSeq')).toBe('8 BYE');
  expect(dialog.createRequest('INFO').cseq.number).toBe(9);
  expect(dialog.createAck(request).headers.get('CSeq')).toBe('7 ACK');
});

test('a Contact with headers and a method is stripped; one of another scheme does not move the target', () => {
  const request = invite();
  const contact = '<sip:marconi@tower.radio.org;method=INVITE;ob?Subject=x>';
  const dialog = Dialog.ofResponse(request, answer(request, {Contact: contact}));
  expect(dialog.createRequest('BYE').requestUri).toBe('sip:marconi@tower.radio.org;ob');
  dialog.refreshTarget(answer(request, {Contact: '<tel:+15551234>'}));
  expect(dialog.nextHop).toBe('sip:marconi@tower.radio.org;ob');
  const early = Dialog.ofResponse(request, answer(request, {Contact: '<tel:+15551234>'}));
  expect(early.nextHop).toBe('sip:marconi@radio.org');
});

test('the called side: From and To turned round, a sequence of its own', () => {
  const dialog = Dialog.ofRequest(invite(), 'a53e42');
  const bye = dialog.createRequest('BYE');
  expect(bye.requestUri).toBe('sip:n.tesla@lab.high-voltage.org');
  expect(bye.headers.get('From')).toBe('Marconi <sip:marconi@radio.org>;tag=a53e42');
  expect(bye.headers.get('To')).toBe('"Nikola" <sip:n.tesla@high-voltage.org>;tag=76341');
  expect(bye.headers.get('CSeq')).toBe('1 BYE');
});

test('the order of the other side: what goes back is refused, gaps and repeats are not', () => {
  const dialog = Dialog.ofRequest(invite(), 'a53e42');
  const numbered = (number: number) => {
    const request = invite();
    request.headers.set('CSeq', `${number} INFO`);
    return dialog.acceptSequence(request);
  };
  expect([8, 8, 20, 19, 21].map(numbered)).toEqual([true, true, true, false, true]);
});

const recorded = {'Record-Route': '<sip:p1.example.com;lr>, <sip:p2.example.com;lr>'};

test('the route set: as recorded for the called side, the other way round for the caller', () => {
  const called = Dialog.ofRequest(invite(recorded), 'a53e42');
  expect(called.createRequest('BYE').headers.list('Route')).toEqual([
    '<sip:p1.example.com;lr>',
    '<sip:p2.example.com;lr>',
  ]);
  expect(called.nextHop).toBe('sip:p1.example.com;lr');
  const request = invite();
  const caller = Dialog.ofResponse(request, answer(request, recorded));
  expect(caller.createRequest('BYE').headers.list('Route')).toEqual([
    '<sip:p2.example.com;lr>',
    '<sip:p1.example.com;lr>',
  ]);
});

test('a strict router first in the route set gets its own URI, and the target as last Route', () => {
  const dialog = Dialog.ofRequest(
    invite({'Record-Route': '<sip:p1.example.com>, <sip:p2.example.com;lr>'}),
    'x',
  );
  const bye = dialog.createRequest('BYE');
  expect(bye.requestUri).toBe('sip:p1.example.com');
  expect(bye.headers.list('Route')).toEqual([
    '<sip:p2.example.com;lr>',
    '<sip:n.tesla@lab.high-voltage.org>',
  ]);
  expect(dialog.nextHop).toBe('sip:p1.example.com');
});

test('the 2xx of an early dialog sets routes and target anew', () => {
  const request = invite();
  const dialog = Dialog.ofResponse(request, answer(request, {...recorded, Contact: '<sip:early@radio.org>'}));
  dialog.confirm(answer(request, {Contact: '<sip:marconi@tower.radio.org>'}));
  expect(dialog.nextHop).toBe('sip:marconi@tower.radio.org');
  expect(dialog.createRequest('BYE').headers.list('Route')).toEqual([]);
});

test('Record-Route that is no SIP address is left out', () => {
  const dialog = Dialog.ofRequest(invite({'Record-Route': '<tel:+1555>, <sip:p1.example.com;lr>, <<'}), 'x');
  expect(dialog.createRequest('BYE').headers.list('Route')).toEqual(['<sip:p1.example.com;lr>']);
});
