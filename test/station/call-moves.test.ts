import {expect, test} from 'vitest';
import {FakeCall, party} from './fakes/call.ts';
import {makeStation} from './fakes/station.ts';

/** The station has called 101, who talks with the visitor. */
function talking(...settings: Parameters<typeof makeStation>) {
  const all = makeStation(...settings);
  all.press();
  const [first] = all.telephone.calls;
  first!.rings();
  first!.answers();
  all.clock.advance(5_000);
  return {...all, first: first!};
}

/** What the journal tells since the talk began. */
function told({journal}: ReturnType<typeof talking>): string[] {
  const texts = journal.after(0, 100).map(({text}) => text);
  return texts.slice(texts.findIndex((text) => text.startsWith('Talking')) + 1);
}

/** 101 wants the call to go on with 105, which is being called. */
function transferred(all: ReturnType<typeof talking>): FakeCall {
  const call = all.telephone.transfer(all.first, '105');
  if (!(call instanceof FakeCall)) throw new Error(`refused with ${call}`);
  return call;
}

test('transferred: the visitor talks on until the new one answers, then with that one', async () => {
  const all = talking();
  const {station, clock, telephone, media, relay, callLog} = all;
  const next = transferred(all);
  next.rings();
  expect(station.status()).toMatchObject({state: 'talking', call: {peer: '101'}});
  expect(media.attached).toBe(all.first.media);
  const sounds = media.sounds.length;
  clock.advance(2_000);
  next.answers();
  expect(media.attached).toBe(next.media);
  expect(media.sounds).toHaveLength(sounds);
  expect([all.first.endedBy, next.endedBy]).toEqual(['hang-up', undefined]);
  expect(station.status()).toMatchObject({
    state: 'talking',
    light: 'talking',
    call: {peer: '105', seconds: 7},
  });
  expect(telephone.calls).toHaveLength(3);
  next.presses('7');
  expect(relay.active).toBe(true);
  clock.advance(3_000);
  next.ends('hung-up-there', 'they hung up');
  await Promise.resolve();
  expect(told(all)).toEqual([
    '101 transfers the call to 105',
    'The call moved from 101 to 105',
    expect.stringContaining('Door "front" was opened'),
    'Door "front" is closed again',
    'The call with 105 ended after 10 s: they hung up',
  ]);
  expect(callLog.list(1)[0]).toMatchObject({
    peer: '105',
    result: 'answered',
    talkSeconds: 10,
    legs: [{target: '101'}, {target: '102'}, {target: '105', result: 'answered'}],
  });
});

test('the call log counts the keys of both', () => {
  const all = talking();
  all.first.presses('1');
  const next = transferred(all);
  next.answers();
  next.presses('23');
  next.ends('hung-up-there');
  expect(all.callLog.list(1)[0]).toMatchObject({keysHeard: 3});
});

test('the old one hangs up at once: it rings for the visitor, who then talks on', () => {
  const all = talking();
  const {station, clock, media} = all;
  const next = transferred(all);
  all.first.ends('hung-up-there');
  expect(media.attached).toBeUndefined();
  expect(media.sounds.at(-1)).toBe('ringback');
  expect(station.status()).toMatchObject({
    state: 'ringing',
    light: 'ringing',
    call: {peer: '105', seconds: 5},
  });
  clock.advance(4_000);
  expect(station.status().call).toMatchObject({seconds: 5});
  next.answers();
  expect(media.sounds.at(-1)).toBe('stop');
  expect(media.attached).toBe(next.media);
  clock.advance(1_000);
  expect(station.status()).toMatchObject({state: 'talking', call: {peer: '105', seconds: 6}});
  expect(told(all)).toEqual(['101 transfers the call to 105', 'The call moved from 101 to 105']);
});

test('what the new one says before it answers is heard as soon as the old one has gone', () => {
  const all = talking();
  const next = transferred(all);
  next.rings(true);
  expect(all.media.attached).toBe(all.first.media);
  all.first.ends('hung-up-there');
  expect(all.media.attached).toBe(next.media);
  expect(all.media.sounds).not.toContain('ringback');
});

test.each(['busy', 'refused', 'no-answer'] as const)('%s: the old call goes on', (cause) => {
  const all = talking();
  transferred(all).ends(cause, `105: ${cause}`);
  expect(all.station.status()).toMatchObject({state: 'talking', call: {peer: '101'}});
  expect([all.first.endedBy, all.media.attached]).toEqual([undefined, all.first.media]);
  expect(told(all).at(-1)).toBe(`The call does not go on with 105: 105: ${cause}`);
  expect(all.telephone.transfer(all.first, '106')).toBeInstanceOf(FakeCall);
});

test('the old one has gone, and the new one does not answer within a minute: it is over', () => {
  const all = talking();
  const next = transferred(all);
  next.rings();
  all.first.ends('hung-up-there');
  all.clock.advance(60_000);
  expect(next.endedBy).toBe('hang-up');
  expect(all.station.status()).toMatchObject({state: 'idle', call: null});
  expect(all.media.attached).toBeUndefined();
  expect(all.callLog.list(1)[0]).toMatchObject({result: 'answered', peer: '105', talkSeconds: 5});
  expect(told(all).at(-1)).toBe(
    'The call with 105 ended after 5 s: 101 had left it to 105: rang, and nobody answered',
  );
});

test.each([false, true])('hung up while it rings elsewhere; the old one has gone: %s', (gone) => {
  const all = talking();
  const next = transferred(all);
  if (gone) all.first.ends('hung-up-there');
  expect(all.station.hangUp().ok).toBe(true);
  expect(next.endedBy).toBe('hang-up');
  expect(all.first.state).toBe('ended');
  expect(all.station.status()).toMatchObject({state: 'idle', call: null});
  expect(all.kinds().filter((kind) => kind === 'call-ended')).toHaveLength(1);
  expect(all.kinds()).not.toContain('transfer-failed');
});

test('one at a time, five in a call, and a refusal is told once', () => {
  const all = talking();
  for (let count = 1; count <= 5; count++) {
    const next = transferred(all);
    expect(all.telephone.transfer(all.first, '106')).toBe(491);
    next.ends('busy');
  }
  expect(all.telephone.transfer(all.first, '105')).toBe(403);
  expect(all.telephone.transfer(all.first, '105')).toBe(403);
  expect(told(all).filter((text) => text.includes('may not transfer'))).toHaveLength(1);
});

test.each([
  ['named on the list', ['192.0.2.7'], true],
  ['let in because anybody is', ['any'], false],
  ['named, where anybody is let in, too', ['any', '192.0.2.7'], true],
])('a caller may transfer: %s', (_name, from, may) => {
  const {telephone} = makeStation({answer: {mode: 'automatic', from}});
  const call = telephone.receive(party());
  expect(telephone.transfer(call, '105')).toBe(403);
  call.answers();
  const outcome = telephone.transfer(call, '105');
  if (may) expect(outcome).toBeInstanceOf(FakeCall);
  else expect(outcome).toBe(403);
});

test('a target that cannot be called leaves all as it is', () => {
  const all = talking();
  all.telephone.transfer(all.first, 'bad target');
  expect(all.station.status()).toMatchObject({state: 'talking', call: {peer: '101'}});
  expect(told(all).at(-1)).toBe('The call does not go on with bad target: cannot be read');
});

const newcomer = party({uri: 'sip:102@example.org', user: '102', displayName: 'Ben', verified: true});

test('taken over by an allowed caller, also in manual mode: no gap, the old one is hung up', () => {
  const all = talking({answer: {mode: 'manual', from: ['192.0.2.7']}});
  const call = all.telephone.receive(newcomer, undefined, all.first);
  expect(all.first.state).toBe('talking');
  call.answers();
  expect([all.first.endedBy, all.media.attached]).toEqual(['hang-up', call.media]);
  expect(all.station.status()).toMatchObject({
    state: 'talking',
    call: {peer: 'sip:102@example.org', peerName: 'Ben', seconds: 5},
  });
  expect(told(all)).toEqual(['The call moved from 101 to Ben (sip:102@example.org)']);
  call.ends('hung-up-there');
  expect(all.station.status().state).toBe('idle');
});

test('a stranger takes nothing over, nor does a caller who names a call that is not the one', () => {
  const all = talking();
  const stranger = party({address: '198.51.100.9'});
  expect(all.telephone.receive(stranger, undefined, all.first).endedBy).toBe(403);
  expect(all.telephone.receive(newcomer, undefined, all.telephone.calls[1]).endedBy).toBe(486);
  transferred(all);
  expect(all.telephone.receive(newcomer, undefined, all.first).endedBy).toBe(486);
  expect(all.station.status()).toMatchObject({state: 'talking', call: {peer: '101'}});
});

test('who takes over fails: the old call goes on; it ends meanwhile: the new one rings a while, then talks', () => {
  const all = talking();
  all.telephone.receive(newcomer, undefined, all.first).ends('failed', 'no sound');
  expect(all.station.status()).toMatchObject({state: 'talking', call: {peer: '101'}});
  const second = all.telephone.receive(newcomer, undefined, all.first);
  all.first.ends('hung-up-there');
  expect(all.station.status().state).toBe('ringing');
  second.answers();
  expect(all.station.status()).toMatchObject({state: 'talking', call: {peer: 'sip:102@example.org'}});
  expect(all.media.attached).toBe(second.media);
});

test('a phone that rings is picked up from another: the rest rings no more', () => {
  const all = makeStation();
  all.press();
  const [one, other] = all.telephone.calls;
  one!.rings();
  const call = all.telephone.receive(newcomer, undefined, one);
  call.answers();
  expect([one!.endedBy, other!.endedBy]).toEqual(['answered-elsewhere', 'answered-elsewhere']);
  expect(all.station.status()).toMatchObject({state: 'talking', call: {peer: 'sip:102@example.org'}});
  expect(all.media.sounds.at(-1)).toBe('talk');
  call.ends('hung-up-there');
  expect(all.callLog.list(1)[0]).toMatchObject({result: 'answered', button: 'bell', peerName: 'Ben'});
});

test('a phone that rings answers itself before it can be picked up elsewhere', () => {
  const all = makeStation();
  all.press();
  const [one] = all.telephone.calls;
  one!.rings();
  const call = all.telephone.receive(newcomer, undefined, one);
  one!.answers();
  expect([one!.state, call.endedBy]).toEqual(['talking', 'hang-up']);
  expect(all.station.status()).toMatchObject({state: 'talking', call: {peer: '101'}});
});

/** The only phone that rings is being picked up from another, and refuses meanwhile. */
function pickedUp() {
  const all = makeStation();
  all.press(1);
  const [one] = all.telephone.calls;
  one!.rings();
  const call = all.telephone.receive(newcomer, undefined, one);
  one!.ends('refused', '201 declined');
  return {...all, call};
}

test('all phones have refused while one is picked up from another: that one is waited for', () => {
  const {station, call} = pickedUp();
  expect(station.status()).toMatchObject({state: 'ringing', call: {peer: 'sip:102@example.org'}});
  call.answers();
  expect(station.status().state).toBe('talking');
});

test('it fails then: no call has come about', () => {
  const {station, call, callLog} = pickedUp();
  call.ends('failed', 'no sound');
  expect(station.status().state).toBe('idle');
  expect(callLog.list(1)[0]).toMatchObject({
    result: 'failed',
    text: 'everybody had left it to sip:102@example.org: no sound',
  });
});

test('hung up here then: cancelled, for both sides', () => {
  const {station, call, callLog} = pickedUp();
  expect(station.hangUp().ok).toBe(true);
  expect([station.status().state, call.endedBy]).toEqual(['idle', 'hang-up']);
  expect(callLog.list(1)[0]?.result).toBe('cancelled');
});
