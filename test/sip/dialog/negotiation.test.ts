import {expect, test} from 'vitest';
import {examineOffer, Negotiation} from '../../../firmware/sip/dialog/negotiation.ts';

const text = (body: Uint8Array) => new TextDecoder().decode(body);
const bytes = (...lines: string[]) => new TextEncoder().encode(`${lines.join('\r\n')}\r\n`);
const head = ['v=0', 'o=- 1 1 IN IP4 192.0.2.9', 's=-', 'c=IN IP4 192.0.2.9', 't=0 0'];
const plain = bytes(...head, 'm=audio 7000 RTP/AVP 0');
const plainly = {encryption: 'off', codecs: ['PCMU']} as const;
const held = bytes(...head, 'm=audio 7000 RTP/AVP 0', 'a=sendonly');

function negotiation(): Negotiation {
  return new Negotiation({
    address: '192.0.2.1',
    port: 49170,
    sessionId: '4711',
    direction: 'sendrecv',
    codecs: ['PCMU'],
    security: undefined,
  });
}

function versionOf(body: Uint8Array): string | undefined {
  return /^o=- 4711 (\d+) /m.exec(text(body))?.[1];
}

test('the version of a description counts those that differ', () => {
  const session = negotiation();
  const versions = [plain, plain, held, plain].map((offer) => {
    const answered = session.answer(offer);
    return answered.ok ? versionOf(answered.value.body) : answered.error.text;
  });
  expect(versions).toEqual(['1', '1', '2', '3']);
});

test('an offer is open until its final answer', () => {
  const session = negotiation();
  expect(versionOf(session.offer())).toBe('1');
  expect(session.offered).toBe(true);
  expect(session.accept(plain, false)).toMatchObject({ok: true, value: {remote: {port: 7000}}});
  expect(session.offered).toBe(true);
  expect(session.accept(plain, true).ok).toBe(true);
  expect(session.offered).toBe(false);
});

test('an offer that is refused leaves the session as it was', () => {
  const session = negotiation();
  session.answer(plain);
  const refused = session.answer(bytes(...head, 'm=audio 7000 RTP/AVP 8'));
  expect(refused).toEqual({
    ok: false,
    error: {status: 488, code: 'no-common-codec', text: 'PCMU is not among the codecs'},
  });
  const again = session.answer(plain);
  expect(again.ok && versionOf(again.value.body)).toBe('1');
});

test('an offer is examined without anything being opened', () => {
  expect(examineOffer(plain, plainly)).toMatchObject({ok: true, value: {media: [{port: 7000}]}});
  expect(examineOffer(bytes(...head), plainly)).toEqual({
    ok: false,
    error: {status: 488, code: 'no-audio', text: 'no RTP/AVP audio is offered'},
  });
  expect(examineOffer(bytes('v=1'), plainly)).toEqual({
    ok: false,
    error: {status: 400, text: 'bad SDP, line 1 v=: the first line is not v=0'},
  });
});
