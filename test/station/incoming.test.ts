import {expect, test} from 'vitest';
import {party} from './fakes/call.ts';
import {makeStation} from './fakes/station.ts';

const allowed = party();
const stranger = party({
  uri: 'sip:evil@198.51.100.9',
  user: 'evil',
  host: '198.51.100.9',
  address: '198.51.100.9',
});

test('automatic: an allowed caller is answered at once and may open the door', () => {
  const {station, telephone, media, relay, callLog, kinds} = makeStation();
  const call = telephone.receive(allowed);
  expect(call.listener).toBeDefined();
  call.answers();
  expect(station.status()).toMatchObject({
    state: 'talking',
    light: 'talking',
    call: {direction: 'incoming', peer: 'sip:101@example.org', codec: 'PCMU'},
  });
  expect(media.attached).toBe(call.media);
  expect(media.sounds.at(-1)).toBe('talk');
  call.listener!.onDigit('7', 'info');
  expect(relay.active).toBe(true);
  call.ends('hung-up-there');
  expect(kinds()).toEqual(['started', 'call-received', 'call-answered', 'door-opened', 'call-ended']);
  expect(callLog.list(1)).toMatchObject([{direction: 'incoming', button: null, result: 'answered'}]);
});

test('a caller has a name in status, journal and call log where it may be believed', () => {
  const {station, telephone, journal, callLog} = makeStation();
  const known = telephone.receive(party({displayName: 'Anna', verified: true}));
  known.answers();
  expect(station.status().call).toMatchObject({peer: 'sip:101@example.org', peerName: 'Anna'});
  known.ends('hung-up-there');
  const texts = () => journal.after(0, 100).map(({text}) => text);
  expect(texts()).toContain('Talking with Anna (sip:101@example.org)');
  expect(callLog.list(1)).toMatchObject([{peerName: 'Anna'}]);
  telephone.receive(party({displayName: 'The police', verified: false})).answers();
  expect(station.status().call).not.toHaveProperty('peerName');
  expect(texts().join()).not.toContain('police');
});

test('anyone else gets 403, and is told in journal and call log', () => {
  const {station, telephone, callLog, journal} = makeStation();
  const call = telephone.receive(stranger);
  expect(call.endedBy).toBe(403);
  expect(station.status().state).toBe('idle');
  expect(journal.after(0, 10).at(-1)).toMatchObject({
    kind: 'call-refused',
    status: 403,
    address: '198.51.100.9',
  });
  expect(callLog.list(1)).toMatchObject([{result: 'refused', peer: 'sip:evil@198.51.100.9'}]);
});

test.each([
  ['off', 'house', '"srtp: optional" or "srtp: required" for account "house" would take it'],
  ['required', 'house', '"srtp: optional" for account "house" would take it, unencrypted'],
  ['off', undefined, 'only calls through an account can be encrypted, by its setting srtp'],
  [undefined, undefined, undefined],
] as const)(
  'a call that fails for its sound, encryption %s: told with the setting that would help',
  (encryption, account, advice) => {
    const {station, telephone, journal, callLog, kinds} = makeStation();
    const text = 'nothing in common is offered';
    telephone.onUnanswerable!({caller: stranger, id: 'a', text, encryption});
    expect(kinds()).toEqual(['started']);
    telephone.onUnanswerable!({caller: {...allowed, account}, id: 'b', text, encryption});
    const [entry] = journal.after(0, 10).slice(-1);
    expect(entry).toMatchObject({kind: 'call-unanswerable', peer: allowed.uri, address: allowed.address});
    const sentence = `sip:101@example.org (192.0.2.7) called, but ${text}`;
    expect(entry!.text).toBe(advice === undefined ? sentence : `${sentence}: ${advice}`);
    expect(callLog.list(1)).toMatchObject([{direction: 'incoming', result: 'failed', text}]);
    expect(station.status().state).toBe('idle');
  },
);

test('a phone that goes on calling in vain does not fill the journal', () => {
  const {telephone, clock, kinds} = makeStation();
  const call = {caller: allowed, id: 'a', text: 'nothing in common', encryption: undefined};
  for (let time = 0; time < 100; time++) telephone.onUnanswerable!(call);
  expect(kinds().filter((kind) => kind === 'call-unanswerable')).toHaveLength(20);
  clock.advance(600_000);
  telephone.onUnanswerable!(call);
  expect(kinds().slice(-2)).toEqual(['calls-refused', 'call-unanswerable']);
});

test('while the station is busy an allowed caller gets 486, a stranger still 403', () => {
  const {station, telephone, press} = makeStation();
  press();
  expect(telephone.receive(allowed).endedBy).toBe(486);
  expect(telephone.receive(stranger).endedBy).toBe(403);
  telephone.calls[0]!.answers();
  expect(telephone.receive(allowed).endedBy).toBe(486);
  expect(station.status()).toMatchObject({state: 'talking', call: {direction: 'outgoing'}});
});

test('a station that refuses calls refuses all', () => {
  const {telephone} = makeStation({answer: {mode: 'refuse', from: ['any']}});
  expect(telephone.receive(allowed).endedBy).toBe(403);
});

test('manual: it rings until somebody answers, by command or by the button', () => {
  const answer = {mode: 'manual' as const, from: ['any']};
  for (const how of ['command', 'button']) {
    const {station, telephone, media, press} = makeStation({answer});
    const call = telephone.receive(allowed);
    expect(call.state).toBe('ringing');
    expect(station.status()).toMatchObject({state: 'incoming', light: 'ringing'});
    expect(media.sounds.at(-1)).toBe('ringback');
    if (how === 'command') expect(station.answer()).toMatchObject({ok: true});
    else press();
    expect(station.answer()).toMatchObject({ok: false, error: {code: 'no-call'}});
    call.answers();
    expect(station.status().state).toBe('talking');
    expect(telephone.calls).toHaveLength(1);
  }
});

test('manual: a caller who gives up, one who is declined, and one whom nobody answers', () => {
  const {station, clock, telephone, callLog} = makeStation({answer: {mode: 'manual', from: ['any']}});
  telephone.receive(allowed).ends('cancelled');
  expect(callLog.list(1)).toMatchObject([{result: 'cancelled'}]);
  const declined = telephone.receive(allowed);
  expect(station.hangUp()).toMatchObject({ok: true});
  expect(declined.state).toBe('ended');
  expect(callLog.list(1)).toMatchObject([{result: 'refused'}]);
  const unheard = telephone.receive(allowed);
  clock.advance(60_000);
  expect(unheard.endedBy).toBe(480);
  expect(callLog.list(1)).toMatchObject([{result: 'no-answer', ringSeconds: 60}]);
  expect(station.status().state).toBe('idle');
});

test('manual: an allowed caller who asks is answered by itself, at once or after the time it names', () => {
  const {station, clock, telephone, media} = makeStation({answer: {mode: 'manual', from: ['192.0.2.7']}});
  const urgent = telephone.receive(allowed, 0);
  expect(urgent.listener).toBeDefined();
  urgent.answers();
  urgent.ends('hung-up-there');
  const call = telephone.receive(allowed, 2_000);
  clock.advance(1_999);
  expect([call.listener, station.status().state]).toEqual([undefined, 'incoming']);
  clock.advance(1);
  expect(call.listener).toBeDefined();
  call.answers();
  expect([station.status().state, media.sounds.at(-1)]).toEqual(['talking', 'talk']);
  call.ends('hung-up-there');
  const early = telephone.receive(allowed, 2_000);
  early.ends('cancelled');
  clock.advance(5_000);
  expect([early.listener, station.status().state]).toEqual([undefined, 'idle']);
  expect(telephone.receive(stranger, 0).endedBy).toBe(403);
});

test('no caller is answered by itself where calls are refused', () => {
  const {telephone} = makeStation({answer: {mode: 'refuse', from: ['any']}});
  expect(telephone.receive(allowed, 0).endedBy).toBe(403);
});

test('answering that fails ends the call', () => {
  const {station, telephone, callLog} = makeStation();
  telephone.receive(allowed).ends('failed', 'no port is free');
  expect(station.status().state).toBe('idle');
  expect(callLog.list(1)).toMatchObject([{result: 'failed', text: 'no port is free'}]);
});

test('a flood of strangers neither fills the journal nor disturbs a call', () => {
  const {station, clock, telephone, press, kinds} = makeStation();
  press();
  telephone.calls[0]!.answers();
  for (let count = 0; count < 1_000; count += 1) telephone.receive(stranger);
  expect(kinds().filter((kind) => kind === 'call-refused')).toHaveLength(20);
  expect(station.status()).toMatchObject({state: 'talking', call: {peer: '101'}});
  clock.advance(600_000);
  telephone.receive(stranger);
  expect(kinds().filter((kind) => kind.startsWith('call'))).toContain('calls-refused');
});
