import {expect, test} from 'vitest';
import {type PacedWork, Pacer} from '../../firmware/audio/pacer.ts';

/** A thread of its own: time, commands, and a loop that runs when told. */
class FakeThread implements PacedWork {
  time = 1000;
  commands = 0;
  active = true;
  arrived = 0;
  readonly log: string[] = [];
  readonly sent: number[] = [];
  readonly slept: number[] = [];
  /** Runs while the loop handles events. */
  onLoop: () => void = () => {};
  /** Time at which a command arrives in the sleep, if any. */
  commandAt: number | undefined;
  #turn: (() => void) | undefined;
  readonly pacer = new Pacer(this, {
    now: () => this.time,
    commandCount: () => this.commands,
    sleep: (seen, milliseconds) => {
      if (seen !== this.commands) return;
      const end = this.time + milliseconds;
      const woken = this.commandAt !== undefined && this.commandAt < end;
      if (woken) this.commands++;
      this.time = woken ? this.commandAt! : end;
      if (woken) this.commandAt = undefined;
      this.slept.push(milliseconds);
    },
    stayAwake: (time) => {
      this.time = Math.max(this.time, time);
    },
    yieldToLoop: (turn) => {
      this.#turn = turn;
    },
  });

  readonly due: number[] = [];

  captureFrame(due: number): void {
    this.due.push(due);
    this.log.push('capture');
  }

  sendFrame(): void {
    this.log.push('send');
    this.sent.push(this.time);
  }

  playFrame(): void {
    this.log.push('play');
  }

  skipFrames(count: number): void {
    this.log.push(`skip ${count}`);
  }

  get scheduled(): boolean {
    return this.#turn !== undefined;
  }

  loop(turns = 1): void {
    for (let index = 0; index < turns; index++) {
      this.onLoop();
      const turn = this.#turn;
      this.#turn = undefined;
      turn?.();
    }
  }
}

test('sends on the dot every 20 ms, and plays after the loop has run', () => {
  const thread = new FakeThread();
  thread.pacer.wake();
  thread.onLoop = () => {
    thread.log.push('loop');
    thread.time += 3;
  };
  thread.loop(5);
  expect(thread.sent.map((time) => time - thread.sent[0]!)).toEqual([0, 17, 37, 57, 77]);
  expect(thread.log.slice(0, 7)).toEqual(['loop', 'capture', 'send', 'loop', 'play', 'capture', 'send']);
});

test('nothing is scheduled without work; a command begins it at once', () => {
  const thread = new FakeThread();
  thread.active = false;
  thread.pacer.wake();
  expect(thread.scheduled).toBe(false);
  thread.active = true;
  thread.pacer.wake();
  thread.pacer.wake();
  thread.loop();
  expect(thread.sent).toEqual([1000]);
  thread.active = false;
  thread.loop();
  expect(thread.scheduled).toBe(false);
  expect(thread.log.at(-1)).toBe('play');
});

test('a command in the sleep gets the loop at once, and the deadline stays', () => {
  const thread = new FakeThread();
  thread.pacer.wake();
  thread.loop();
  thread.commandAt = 1005;
  thread.loop();
  expect(thread.time).toBe(1005);
  expect(thread.scheduled).toBe(true);
  thread.loop();
  expect(thread.sent).toEqual([1000, 1020]);
});

test('a command while the loop was running is not slept over', () => {
  const thread = new FakeThread();
  thread.pacer.wake();
  thread.loop();
  // It came after the loop had looked for commands.
  thread.commands++;
  thread.loop();
  expect(thread.slept).toEqual([]);
  expect(thread.time).toBe(1000);
});

test('a little late is made up for, very late is skipped', () => {
  const thread = new FakeThread();
  thread.pacer.wake();
  thread.loop();
  thread.time += 70;
  thread.loop(4);
  expect(thread.sent).toEqual([1000, 1070, 1070, 1070, 1080]);
  expect(thread.due).toEqual([1000, 1020, 1040, 1060, 1080]);
  thread.log.length = 0;
  thread.time += 1000;
  thread.loop(3);
  expect(thread.log.filter((entry) => /send|skip/.test(entry))).toEqual(['skip 49', 'send', 'send', 'send']);
  expect(thread.sent.slice(-3)).toEqual([2080, 2100, 2120]);
});

test('in a flood the loop runs until all is read, and half of the time is left to play and send', () => {
  const thread = new FakeThread();
  thread.pacer.wake();
  thread.loop();
  // So many wait in the socket; the loop reads 32 of them at a time, in a millisecond.
  let waiting = 100;
  thread.onLoop = () => {
    const read = Math.min(32, waiting);
    waiting -= read;
    thread.arrived += read;
    thread.time += 1;
    thread.log.push(`read ${read}`);
  };
  thread.log.length = 0;
  thread.loop(5);
  expect(thread.log).toEqual([
    'read 32',
    'read 32',
    'read 32',
    'read 4',
    'play',
    'capture',
    'send',
    'read 0',
    'play',
    'capture',
    'send',
  ]);
  waiting = Infinity;
  thread.log.length = 0;
  thread.sent.length = 0;
  thread.loop(100);
  expect(thread.sent.length).toBeGreaterThanOrEqual(5);
  for (const [index, time] of thread.sent.entries()) expect(time - thread.sent[0]!).toBe(20 * index);
  expect(thread.log.filter((entry) => entry === 'play').length).toBe(thread.sent.length);
});
