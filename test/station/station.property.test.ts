import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {CallEnd} from '../../firmware/sip/agent/call.ts';
import {LIGHT_STATES} from '../../firmware/station/light-pattern.ts';
import {type FakeCall, party} from './fakes/call.ts';
import {makeStation} from './fakes/station.ts';

const CODE = '4711';
/** The code, with keys that the phone may have sent both ways. */
const CODE_KEYS = /4+7+1{2,}/;

const causes: CallEnd['cause'][] = [
  'busy',
  'refused',
  'no-answer',
  'unreachable',
  'not-found',
  'failed',
  'hung-up-there',
  'cancelled',
];
const anyCall = fc.nat(20);

const happening = fc.oneof(
  fc.record({what: fc.constant('press' as const), button: fc.constantFrom(0, 1)}),
  fc.record({what: fc.constant('rings' as const), call: anyCall, earlyMedia: fc.boolean()}),
  fc.record({what: fc.constant('answers' as const), call: anyCall}),
  fc.record({what: fc.constant('ends' as const), call: anyCall, cause: fc.constantFrom(...causes)}),
  fc.record({
    what: fc.constant('keys' as const),
    call: anyCall,
    digits: fc.oneof(
      {weight: 1, arbitrary: fc.constant(CODE)},
      {weight: 2, arbitrary: fc.string({unit: fc.constantFrom(...'0123456789*#'), maxLength: 6})},
    ),
    info: fc.boolean(),
  }),
  fc.record({what: fc.constant('receive' as const), allowed: fc.boolean()}),
  fc.record({what: fc.constant('transfer' as const), call: anyCall}),
  fc.record({what: fc.constant('takeOver' as const), call: anyCall, allowed: fc.boolean()}),
  fc.record({what: fc.constant('silence' as const), call: anyCall, seconds: fc.constantFrom(4, 10)}),
  fc.record({what: fc.constantFrom('answer', 'hangUp', 'dial')}),
  fc.record({what: fc.constant('wait' as const), milliseconds: fc.oneof(fc.nat(500), fc.nat(40_000))}),
);

const settings = fc.record({
  mode: fc.constantFrom('automatic' as const, 'manual' as const, 'refuse' as const),
  ring: fc.constantFrom('together' as const, 'in-turn' as const),
  whenRefused: fc.constantFrom('next' as const, 'end' as const),
});

test('whatever happens, in whatever order, the station keeps its promises', async () => {
  await fc.assert(
    fc.asyncProperty(
      settings,
      fc.array(happening, {maxLength: 40}),
      async ({mode, ring, whenRefused}, happenings) => {
        const {station, clock, telephone, relay, media, press, database, callLog, journal} = makeStation({
          buttons: [
            {
              name: 'bell',
              input: 'button-1',
              call: ['101', '102', '103'],
              ring,
              ring_seconds: 20,
              when_refused: whenRefused,
            },
            {
              name: 'other',
              input: 'button-2',
              call: ['201'],
              ring,
              ring_seconds: 20,
              when_refused: whenRefused,
            },
          ],
          doors: [{name: 'front', output: 'relay-1', held_open_seconds: 60, open_seconds: 3, code: CODE}],
          answer: {mode, from: ['192.0.2.7']},
        });
        /** What each call's party keyed in while it talked. */
        const keyed = new Map<FakeCall, string>();
        let wasOpen = false;
        const check = (opener: FakeCall | undefined) => {
          const {state, call} = station.status();
          const talking = telephone.calls.filter((one) => one.state === 'talking');
          expect(talking.length).toBeLessThanOrEqual(1);
          expect(state === 'talking').toBe(talking.length === 1);
          expect(call === null).toBe(state === 'idle');
          if (state === 'idle') expect(telephone.calls.filter((one) => one.state !== 'ended')).toEqual([]);
          expect(media.attached === undefined || state !== 'idle').toBe(true);
          if (relay.active && !wasOpen) expect(opener && keyed.get(opener)).toMatch(CODE_KEYS);
          wasOpen = relay.active;
          expect(LIGHT_STATES).toContain(station.status().light);
          expect(station.light()).toHaveLength(48);
        };
        for (const one of happenings) {
          let opener: FakeCall | undefined;
          const call =
            'call' in one ? telephone.calls[one.call % Math.max(1, telephone.calls.length)] : undefined;
          if (one.what === 'press') press(one.button);
          else if (one.what === 'rings') call?.rings(one.earlyMedia);
          else if (one.what === 'answers' && (call?.direction !== ('incoming' as string) || call?.listener))
            call?.answers();
          else if (one.what === 'ends') call?.ends(one.cause);
          else if (one.what === 'keys' && call) {
            for (const digit of one.digits) {
              clock.advance(1);
              if (call.state !== 'talking') continue;
              keyed.set(call, (keyed.get(call) ?? '') + digit);
              if (one.info) call.listener?.onDigit(digit, 'info');
              else call.media.onDigit?.(digit, 'rtp');
            }
            opener = call;
          } else if (one.what === 'receive')
            telephone.receive(party(one.allowed ? {} : {address: '198.51.100.9'}));
          else if (one.what === 'transfer' && call) telephone.transfer(call, '401');
          else if (one.what === 'takeOver' && call && call.state !== 'ended')
            telephone.receive(party(one.allowed ? {} : {address: '198.51.100.9'}), undefined, call);
          else if (one.what === 'silence') call?.media.onSilence?.(one.seconds);
          else if (one.what === 'answer') station.answer();
          else if (one.what === 'hangUp') station.hangUp();
          else if (one.what === 'dial') station.dial('301');
          else if (one.what === 'wait') clock.advance(one.milliseconds);
          check(opener);
        }
        await station.stop();
        database.flush();
        expect(station.status()).toMatchObject({state: 'idle', call: null});
        expect(telephone.calls.every(({state}) => state === 'ended')).toBe(true);
        expect(relay.active).toBe(false);
        await Promise.resolve();
        database.flush();
        expect(clock.pending).toBe(0);
        for (const record of callLog.list(500)) expect(record.result).not.toBeNull();
        const seqs = journal.after(0, 1_000).map(({seq}) => seq);
        expect(seqs).toEqual(seqs.map((_, index) => index + 1));
        expect(JSON.stringify(journal.after(0, 1_000))).not.toContain(CODE);
      },
    ),
    {numRuns: 300},
  );
});
