import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {CallEnd} from '../../firmware/sip/agent/call.ts';
import {CallPlan, type CallPlanSettings, type PlanAction} from '../../firmware/station/call-plan.ts';

function plan(settings: Partial<CallPlanSettings> = {}) {
  return new CallPlan(
    {targets: ['a', 'b', 'c'], ring: 'together', ringSeconds: 30, whenRefused: 'next', ...settings},
    0,
  );
}

function ended(leg: number, cause: CallEnd['cause']) {
  return {type: 'ended', leg, end: {cause, text: cause}} as const;
}

const call = (leg: number): PlanAction => ({do: 'call', leg});

describe('together', () => {
  test('all are called at once; the first to answer wins, the others are told so', () => {
    const it = plan();
    expect(it.start(0)).toEqual([call(0), call(1), call(2)]);
    it.handle({type: 'ringing', leg: 1}, 10);
    expect(it.state).toBe('ringing');
    expect(it.handle({type: 'answered', leg: 1}, 20)).toEqual([
      {do: 'hang-up', leg: 0, reason: 'answered-elsewhere'},
      {do: 'hang-up', leg: 2, reason: 'answered-elsewhere'},
      {do: 'connect', leg: 1},
    ]);
    expect(it.wakeAt).toBeUndefined();
    expect(it.handle(ended(0, 'answered-elsewhere'), 30)).toEqual([]);
    expect(it.legs.map(({cause}) => cause)).toEqual(['answered-elsewhere', 'answered', 'answered-elsewhere']);
  });

  test('an answer that crosses the end is let go', () => {
    const it = plan();
    it.start(0);
    it.handle({type: 'answered', leg: 1}, 20);
    expect(it.handle({type: 'answered', leg: 2}, 21)).toEqual([
      {do: 'hang-up', leg: 2, reason: 'answered-elsewhere'},
    ]);
  });

  test('a refusal does not end it, even where it would in turn', () => {
    const it = plan({whenRefused: 'end'});
    it.start(0);
    expect(it.handle(ended(0, 'refused'), 5)).toEqual([]);
  });

  test.each([
    [['busy', 'busy', 'busy'], 'busy'],
    [['unreachable', 'busy', 'failed'], 'busy'],
    [['no-answer', 'refused', 'busy'], 'refused'],
    [['unreachable', 'failed', 'no-answer'], 'no-answer'],
    [['failed', 'unreachable', 'failed'], 'unreachable'],
    [['cancelled', 'hung-up-there', 'failed'], 'failed'],
  ] as const)('%j sums up to %s', (causes, result) => {
    const it = plan();
    it.start(0);
    const actions = causes.flatMap((cause, leg) => it.handle(ended(leg, cause), 5));
    expect(actions).toEqual([{do: 'finish', result}]);
  });

  test('when the time is over, those that rang did not answer, those that did not were not reached', () => {
    const it = plan({targets: ['a', 'b']});
    it.start(0);
    it.handle({type: 'ringing', leg: 0}, 10);
    expect(it.wakeAt).toBe(30_000);
    expect(it.wake(30_000)).toEqual([
      {do: 'hang-up', leg: 0},
      {do: 'hang-up', leg: 1},
      {do: 'finish', result: 'no-answer'},
    ]);
    expect(it.legs.map(({cause}) => cause)).toEqual(['no-answer', 'unreachable']);
  });
});

describe('in turn', () => {
  test('the next is called when one says no, is busy, or does not answer in its time', () => {
    const it = plan({ring: 'in-turn', ringSeconds: 20});
    expect(it.start(0)).toEqual([call(0)]);
    expect(it.handle(ended(0, 'busy'), 1_000)).toEqual([call(1)]);
    it.handle({type: 'ringing', leg: 1}, 1_100);
    expect(it.wakeAt).toBe(21_000);
    expect(it.wake(21_000)).toEqual([{do: 'hang-up', leg: 1}, call(2)]);
    expect(it.handle(ended(2, 'refused'), 22_000)).toEqual([{do: 'finish', result: 'refused'}]);
  });

  test('a refusal ends it where it shall; a busy phone does not', () => {
    const it = plan({ring: 'in-turn', whenRefused: 'end'});
    it.start(0);
    expect(it.handle(ended(0, 'busy'), 10)).toEqual([call(1)]);
    expect(it.handle(ended(1, 'refused'), 20)).toEqual([{do: 'finish', result: 'refused'}]);
    expect(it.legs[2]?.cause).toBeUndefined();
  });

  test('a dead phone does not delay the next: it is joined after 5 s, and may still answer', () => {
    const it = plan({ring: 'in-turn'});
    it.start(0);
    expect(it.wakeAt).toBe(5_000);
    expect(it.wake(5_000)).toEqual([call(1)]);
    it.handle({type: 'ringing', leg: 1}, 5_100);
    expect(it.wakeAt).toBe(30_000);
    expect(it.handle({type: 'answered', leg: 0}, 9_000)).toEqual([
      {do: 'hang-up', leg: 1, reason: 'answered-elsewhere'},
      {do: 'connect', leg: 0},
    ]);
  });

  test('the time of all together is 60 s', () => {
    const it = plan({ring: 'in-turn', ringSeconds: 40});
    it.start(0);
    it.handle({type: 'ringing', leg: 0}, 10);
    it.wake(40_000);
    it.handle({type: 'ringing', leg: 1}, 40_010);
    expect(it.wakeAt).toBe(60_000);
    expect(it.wake(60_000)).toEqual([
      {do: 'hang-up', leg: 1},
      {do: 'finish', result: 'no-answer'},
    ]);
  });
});

test('cancelling lets go of all that ring, once', () => {
  const it = plan({targets: ['a', 'b']});
  it.start(0);
  it.handle(ended(0, 'busy'), 5);
  expect(it.cancel()).toEqual([
    {do: 'hang-up', leg: 1},
    {do: 'finish', result: 'cancelled'},
  ]);
  expect(it.cancel()).toEqual([]);
});

test('whatever happens: nobody is called twice, all that were called are let go, it ends once and in time', () => {
  const causes: CallEnd['cause'][] = [
    'busy',
    'refused',
    'no-answer',
    'unreachable',
    'not-found',
    'failed',
    'hung-up-there',
  ];
  const step = fc.record({
    wait: fc.integer({min: 0, max: 20_000}),
    leg: fc.integer({min: 0, max: 3}),
    what: fc.constantFrom('ringing', 'answered', 'ended', 'cancel', 'nothing'),
    cause: fc.constantFrom(...causes),
  });
  const settings = fc.record({
    ring: fc.constantFrom('together' as const, 'in-turn' as const),
    ringSeconds: fc.integer({min: 5, max: 90}),
    whenRefused: fc.constantFrom('next' as const, 'end' as const),
  });
  fc.assert(
    fc.property(settings, fc.array(step, {maxLength: 20}), (chosen, steps) => {
      const it = plan({...chosen, targets: ['a', 'b', 'c', 'd']});
      const live = new Set<number>();
      const called = new Set<number>();
      let finishes = 0;
      let connected: number | undefined;
      const perform = (actions: readonly PlanAction[]) => {
        for (const action of actions) {
          if (action.do === 'finish') finishes += 1;
          else if (action.do === 'connect') connected = action.leg;
          else if (action.do === 'hang-up') live.delete(action.leg);
          else {
            expect(called).not.toContain(action.leg);
            called.add(action.leg);
            live.add(action.leg);
          }
        }
      };
      let now = 0;
      const moveTo = (time: number) => {
        while (it.wakeAt !== undefined && it.wakeAt <= time) {
          expect(it.wakeAt).toBeGreaterThanOrEqual(now);
          now = it.wakeAt;
          perform(it.wake(now));
        }
        now = time;
      };
      perform(it.start(0));
      for (const {wait, leg, what, cause} of steps) {
        moveTo(now + wait);
        if (what === 'cancel') perform(it.cancel());
        if (!live.has(leg) || what === 'nothing' || what === 'cancel') continue;
        if (what === 'ended') {
          live.delete(leg);
          perform(it.handle(ended(leg, cause), now));
        } else perform(it.handle({type: what, leg}, now));
      }
      moveTo(60_000);
      expect(it.wakeAt).toBeUndefined();
      expect([...live].filter((leg) => leg !== connected)).toEqual([]);
      expect(finishes + (connected === undefined ? 0 : 1)).toBe(1);
    }),
  );
});
