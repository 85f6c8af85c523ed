import {expect, test} from 'vitest';
import {party, stream} from './fakes/call.ts';
import {makeStation} from './fakes/station.ts';

test('at rest the station is idle, its light is ready, and it says so once', () => {
  const {station, media, kinds} = makeStation();
  expect(station.status()).toMatchObject({
    name: 'Front door',
    board: 'simulated',
    version: '0.0.0',
    uptime: 0,
    state: 'idle',
    call: null,
    accounts: [],
    doors: [{name: 'front', open: false}],
    light: 'ready',
    lights: 16,
  });
  expect(media.sounds).toEqual(['ready']);
  expect(kinds()).toEqual(['started']);
});

test('a press beeps, calls all, rings; one answers, the other is let go; a digit opens; hang up', async () => {
  const {station, clock, telephone, media, relay, press, callLog, journal} = makeStation();
  press();
  expect(media.sounds.at(-1)).toBe('press');
  expect(telephone.calls.map(({target}) => target)).toEqual(['101', '102']);
  expect(station.status()).toMatchObject({
    state: 'calling',
    light: 'calling',
    call: {peer: '101, 102', codec: null},
  });
  clock.advance(400);
  expect(media.sounds.at(-1)).toBe('ringback');

  const [one, other] = telephone.calls;
  one!.rings();
  other!.rings();
  expect(station.status()).toMatchObject({state: 'ringing', light: 'ringing'});
  clock.advance(2_000);
  other!.answers();
  expect(one!.endedBy).toBe('answered-elsewhere');
  expect(media.attached).toBe(other!.media);
  expect(media.sounds.slice(-2)).toEqual(['stop', 'talk']);
  expect(station.status()).toMatchObject({
    state: 'talking',
    light: 'talking',
    call: {direction: 'outgoing', peer: '102', codec: 'PCMU', seconds: 0},
  });

  other!.media.figures = {...other!.media.figures, sent: 50, received: 50, jitterMs: 1, delayMs: 40};
  clock.advance(1_500);
  await Promise.resolve();
  expect(station.status().call).toMatchObject({seconds: 1, rtp: {sent: 50, received: 50, delayMs: 40}});
  expect(station.status().call?.rtp.mos).toBeGreaterThan(4);
  other!.media.gone = true;
  clock.advance(1_000);
  await Promise.resolve();
  expect(station.status().call).toMatchObject({rtp: {received: 50}});

  other!.presses('7');
  expect(relay.active).toBe(true);
  expect(station.status()).toMatchObject({light: 'door-open', doors: [{name: 'front', open: true}]});
  expect(media.sounds.at(-1)).toBe('door');
  clock.advance(3_000);
  expect(relay.active).toBe(false);

  other!.ends('hung-up-there', 'the other side hung up');
  await Promise.resolve();
  expect(station.status()).toMatchObject({state: 'idle', light: 'ready', call: null});
  expect(media.attached).toBeUndefined();
  const [record] = callLog.list(10);
  expect(record).toMatchObject({
    direction: 'outgoing',
    button: 'bell',
    peer: '102',
    result: 'answered',
    ringSeconds: 2,
    talkSeconds: 5,
    codec: 'PCMU',
    keysHeard: 1,
    rtp: {received: 50},
    legs: [
      {target: '101', result: 'answered-elsewhere'},
      {target: '102', result: 'answered'},
    ],
  });
  const entries = journal.after(0, 100);
  expect(entries.map(({kind}) => kind)).toEqual([
    'started',
    'button-pressed',
    'call-started',
    'call-ringing',
    'call-answered',
    'door-opened',
    'door-closed',
    'call-ended',
  ]);
  expect(entries.find(({kind}) => kind === 'door-opened')).toMatchObject({
    door: 'front',
    by: 'sip:102@example.org',
  });
  expect(JSON.stringify(entries)).not.toContain('"7"');
});

test.each([
  ['busy', 'busy'],
  ['refused', 'busy'],
  ['no-answer', 'error'],
  ['unreachable', 'congestion'],
  ['not-found', 'error'],
  ['failed', 'error'],
] as const)('a call that ends as %s is told by light, sound, journal and call log', (cause, sound) => {
  const {station, clock, telephone, media, press, journal, callLog} = makeStation();
  press();
  for (const call of telephone.calls) call.ends(cause, `said ${cause}`);
  expect(station.status()).toMatchObject({state: 'idle', light: 'failed'});
  expect(media.sounds.at(-1)).toBe(sound);
  expect(journal.after(0, 100).at(-1)).toMatchObject({kind: 'call-ended', result: cause});
  expect(callLog.list(1)).toMatchObject([{result: cause, text: `101: said ${cause}; 102: said ${cause}`}]);
  clock.advance(2_000);
  expect(station.status().light).toBe('ready');
});

test('nobody rings longer than 60 s, and a new press works', () => {
  const {station, clock, telephone, press} = makeStation({
    buttons: [
      {
        name: 'bell',
        input: 'button-1',
        call: ['101'],
        ring: 'together',
        ring_seconds: 600,
        when_refused: 'next',
      },
    ],
  });
  press();
  telephone.calls[0]!.rings();
  clock.advance(59_999);
  expect(station.status().state).toBe('ringing');
  clock.advance(1);
  expect(station.status()).toMatchObject({state: 'idle', light: 'failed'});
  press();
  expect(station.status()).toMatchObject({state: 'calling', light: 'calling'});
});

test('the talk ends after its time, warned 10 s before; any key gives it the whole time again', () => {
  const {station, clock, telephone, media, press, journal} = makeStation({talk_seconds: 60});
  press();
  const [call] = telephone.calls;
  call!.answers();
  clock.advance(50_000);
  expect(station.status().light).toBe('ending');
  expect(media.sounds.at(-1)).toBe('ending');
  call!.presses('#');
  expect(station.status().light).toBe('talking');
  clock.advance(59_999);
  expect(station.status().state).toBe('talking');
  clock.advance(1);
  expect(station.status().state).toBe('idle');
  expect(call!.endedBy).toBe('hang-up');
  expect(journal.after(0, 100).at(-1)).toMatchObject({
    kind: 'call-ended',
    reason: 'the talking time was over',
  });
});

test('no sound for 4 s is told with the address, for 10 s ends the call; on hold neither', () => {
  const {station, telephone, press, journal} = makeStation();
  press();
  const [call] = telephone.calls;
  call!.answers();
  for (const direction of ['recvonly', 'sendonly', 'inactive'] as const) {
    call!.listener!.onUpdated!({...stream, direction});
    call!.media.onSilence!(10);
    expect(station.status().state).toBe('talking');
  }
  call!.listener!.onUpdated!(stream);
  call!.media.onSilence!(4);
  expect(journal.after(0, 100).at(-1)).toMatchObject({
    kind: 'no-sound',
    seconds: 4,
    expected: '192.0.2.7 port 4000',
  });
  expect(station.status().state).toBe('talking');
  call!.media.onSilence!(10);
  expect(station.status().state).toBe('idle');
});

test('in turn: when the first does not answer, the second is called, and the state says so', () => {
  const {station, clock, telephone, press, journal} = makeStation({
    buttons: [
      {
        name: 'bell',
        input: 'button-1',
        call: ['101', '102'],
        ring: 'in-turn',
        ring_seconds: 20,
        when_refused: 'next',
      },
    ],
  });
  press();
  expect(telephone.calls).toHaveLength(1);
  telephone.calls[0]!.rings();
  expect(station.status()).toMatchObject({state: 'ringing', light: 'ringing'});
  clock.advance(20_000);
  expect(telephone.calls[0]!.state).toBe('ended');
  expect(telephone.calls[1]!.target).toBe('102');
  expect(station.status()).toMatchObject({state: 'calling', light: 'calling'});
  telephone.calls[1]!.rings();
  telephone.calls[1]!.answers();
  expect(station.status()).toMatchObject({state: 'talking', call: {peer: '102'}});
  expect(journal.after(0, 100).filter(({kind}) => kind === 'call-ringing')).toMatchObject([
    {peer: '101'},
    {peer: '102'},
  ]);
});

test('early media of the only phone replaces the ringback tone', () => {
  const {clock, telephone, media, press} = makeStation();
  press(1);
  clock.advance(400);
  telephone.calls[0]!.rings(true);
  expect(media.attached).toBe(telephone.calls[0]!.media);
  expect(media.sounds.at(-1)).toBe('stop');
});

test('the time from press to INVITE is kept, counted from the debounced edge', () => {
  const {station, clock, telephone, press, callLog} = makeStation();
  press();
  clock.advance(4);
  let grown: number | undefined;
  station.onLadder = (call) => {
    grown = call;
  };
  const message = {
    at: clock.wallTime(),
    direction: 'out' as const,
    transport: 'UDP' as const,
    from: {address: '192.0.2.1', port: 5060},
    to: {address: '192.0.2.7', port: 5060},
    callId: 'call-0',
    bytes: Buffer.from('INVITE sip:101@example.org SIP/2.0\r\nCall-ID: call-0\r\n\r\n'),
  };
  telephone.onTrace?.(message);
  clock.advance(3);
  telephone.onTrace?.(message);
  const id = station.status().call!.id;
  expect(grown).toBe(id);
  expect(station.ladder(id)).toMatchObject([
    {
      direction: 'out',
      from: '192.0.2.1:5060',
      to: '192.0.2.7:5060',
      message: expect.stringMatching(/^INVITE/),
    },
    {},
  ]);
  telephone.calls[0]!.answers();
  telephone.calls[0]!.ends('hung-up-there');
  expect(callLog.list(1)).toMatchObject([{pressToInviteMs: 4}]);
  clock.advance(10_000);
  expect(station.ladder(id)).toHaveLength(2);
  expect(station.ladder(id + 1)).toBeUndefined();
});

test('dialling: one call at a time, and a target that cannot be read changes nothing', () => {
  const {station, callLog, kinds} = makeStation();
  expect(station.dial('bad target')).toMatchObject({
    ok: false,
    error: {code: 'bad-target', text: expect.stringContaining('cannot be read')},
  });
  expect(station.status()).toMatchObject({state: 'idle', light: 'ready'});
  expect(callLog.list(10)).toEqual([]);
  expect(station.dial('101')).toMatchObject({ok: true});
  expect(station.dial('102')).toMatchObject({ok: false, error: {code: 'busy'}});
  expect(station.hangUp()).toMatchObject({ok: true});
  expect(station.hangUp()).toMatchObject({ok: false, error: {code: 'no-call'}});
  expect(kinds()).toEqual(['started', 'call-started', 'call-ended']);
});

test('commands name what is allowed', () => {
  const {station} = makeStation();
  expect(station.press('nose')).toMatchObject({
    ok: false,
    error: {code: 'unknown', text: expect.stringContaining('"bell"')},
  });
  expect(station.commandDoor('back', 'open', 'web')).toMatchObject({
    ok: false,
    error: {code: 'unknown', text: expect.stringContaining('"front"')},
  });
  expect(station.answer()).toMatchObject({ok: false, error: {code: 'no-call'}});
  expect(station.press('bell')).toMatchObject({ok: true});
  expect(station.status().state).toBe('calling');
});

test('an account that is down shows in light and journal until it is up again', () => {
  const {station, telephone, kinds} = makeStation();
  telephone.onAccountChange?.({name: 'house', registered: false, reason: 'password refused'});
  expect(station.status().light).toBe('account-down');
  telephone.onAccountChange?.({name: 'house', registered: false, reason: 'password refused'});
  telephone.onAccountChange?.({name: 'house', registered: true, reason: ''});
  expect(station.status().light).toBe('ready');
  expect(kinds()).toEqual(['started', 'account-down', 'account-registered']);
});

test('an account that goes down sounds once, not again with every reason, and not into a call', () => {
  const {telephone, media, press} = makeStation();
  const errors = () => media.sounds.filter((sound) => sound === 'error').length;
  const report = (name: string, registered: boolean, reason = '') =>
    telephone.onAccountChange?.({name, registered, reason});
  report('house', false, 'no answer');
  report('house', false, 'password refused');
  report('backup', false, 'no answer');
  expect(errors()).toBe(1);
  report('house', true);
  report('backup', true);
  press();
  report('house', false, 'no answer');
  expect(errors()).toBe(1);
});

test('what strangers say of themselves is kept in short', () => {
  const {telephone, journal, callLog} = makeStation({answer: {mode: 'automatic', from: []}});
  telephone.receive(party({uri: `sip:${'x'.repeat(8_000)}@example.org`}));
  const kept = JSON.stringify([journal.after(0, 10), callLog.list(10)]);
  expect(kept).toContain('xxx…');
  expect(kept.length).toBeLessThan(3_000);
});

test('stopping locks the door, ends the call, keeps the ladder, and leaves no timer', async () => {
  const {station, clock, telephone, relay, ring, press, database, kinds, callLog} = makeStation();
  press();
  telephone.calls[0]!.answers();
  station.commandDoor('front', 'open', 'test');
  expect(relay.active).toBe(true);
  await station.stop();
  database.flush();
  expect(relay.active).toBe(false);
  expect(telephone.calls.every(({state}) => state === 'ended')).toBe(true);
  expect(ring.frames.at(-1)!.every((value) => value === 0)).toBe(true);
  expect(kinds().slice(-3)).toEqual(['door-closed', 'call-ended', 'stopped']);
  expect(callLog.ladder(callLog.list(1)[0]!.id)).toEqual([]);
  expect(clock.pending).toBe(0);
  press();
  telephone.receive(party());
  expect(station.status().state).toBe('idle');
});
