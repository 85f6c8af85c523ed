import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {randomNumbers} from '../support/random-numbers.ts';
import {makeBoard, stationReady} from './support/board.ts';
import type {BoardMachine} from './support/board-machine.ts';
import {goodBundle} from './support/bundles.ts';
import {FickleCard} from './support/fickle-card.ts';
import {HOST} from './support/network.ts';
import {allowApi, ask, type Entry, journalAfter} from './support/station-api.ts';
import {serveUpdates} from './support/update-server.ts';

/** How often the power is cut: in the first boot, while configuration and journal are written, in updates. */
const [FIRST_BOOT, WRITING, UPDATE] = process.env['DOORLINE_FULL'] === '1' ? [6, 18, 8] : [1, 2, 0];
const SEED = Number(process.env['DOORLINE_SEED'] ?? 1);
/** From the kernel's start to a station that writes its first entries takes about so long (ms). */
const BOOT = 30_000;
/** Longest time of writing before a cut (ms). */
const LONGEST = 6_000;

interface Status {
  readonly name: string;
  readonly buttons: readonly {readonly call: readonly string[]}[];
}

test('whenever the power fails the board boots, with the old configuration or the new one, and every entry that was told', async (context) => {
  const {run, machine} = await makeBoard(context, {cardSize: 3072});
  const url = await serveUpdates(run);
  await allowApi(machine);
  await machine.writeToBoot('doorline-setup.yaml', `name: Gate\nboard: simulated\ncall: [sip:0@${HOST}]\n`);
  const card = await FickleCard.insert(run, machine.card);
  machine.drive = card.drive;
  const random = randomNumbers(SEED);
  const losses: number[] = [];
  const cut = async () => {
    await machine.cutPower();
    // Nothing, anything, or everything of what was not flushed gets through.
    const chance = [0, 0.5, 1][Math.floor(random() * 3)]!;
    losses.push(card.cutPower(() => random() < chance).lost);
    console.log(`Power cut ${losses.length} of ${FIRST_BOOT + WRITING + UPDATE}`);
  };

  for (let index = 0; index < FIRST_BOOT; index += 1) {
    await machine.start();
    await machine.waitForConsole(/Starting kernel/);
    await sleep(random() * BOOT);
    await cut();
  }
  await boot(machine);
  expect(await ask('GET', '/api/status')).toMatchObject({name: 'Gate', buttons: [{call: [`sip:0@${HOST}`]}]});
  expect((await machine.inside('ls /boot')).output).not.toContain('doorline-setup');

  const seen = new Map<number, Entry>();
  let number = 0;
  for (let index = 0; index < WRITING; index += 1) {
    const {targets, next} = await writeUntil(() => sleep(random() * LONGEST).then(cut));
    await boot(machine);
    const {buttons} = (await ask('GET', '/api/status')) as Status;
    expect([targets, next]).toContainEqual(buttons[0]!.call);
    await expectAll(seen);
  }

  let duration = LONGEST;
  for (let index = 0; index < UPDATE; index += 1) {
    const start = performance.now();
    await ask('POST', '/api/update', {body: {url: url(goodBundle(run))}});
    if (index === 0) {
      await machine.waitForConsole(/Slot B is on trial/);
      duration = performance.now() - start;
    } else {
      await sleep(random() * duration);
    }
    await look(seen).catch(() => {}); // it may be starting anew already
    await cut();
    await boot(machine);
    await provesGood(machine);
    await expectAll(seen);
  }
  expect((await machine.inside('systemctl --failed --plain --no-legend --no-pager')).output).toBe('');
  console.log(
    `The power was cut ${losses.length} times (seed ${SEED}); sectors that were written, not flushed, and lost: ${losses.join(', ')}; ` +
      `${seen.size} entries of the journal and ${number} configurations were told of before.`,
  );

  /** Changes the configuration and reads the journal, over and over, until the power is cut. */
  async function writeUntil(end: () => Promise<void>) {
    const status = (await ask('GET', '/api/status')) as Status;
    let targets = status.buttons[0]!.call;
    let next = targets;
    // What is asked of a board without power would get its answer never.
    const power = new AbortController();
    const ended = end().then(() => power.abort());
    while (!power.signal.aborted) {
      number += 1;
      // Long enough for several sectors.
      next = Array.from({length: 16}, (_, place) => `sip:${'x'.repeat(60)}-${number}-${place}@${HOST}`);
      try {
        await ask('POST', '/api/buttons/bell/targets', {body: {call: next}, stop: power.signal});
        targets = next;
        await look(seen, power.signal);
      } catch (error) {
        await Promise.race([ended, sleep(1_000)]);
        if (!power.signal.aborted) throw error;
      }
    }
    await ended;
    return {targets, next};
  }
});

async function boot(machine: BoardMachine): Promise<void> {
  await machine.start();
  await machine.waitForConsole(/root@\S+:\/# /);
  await machine.waitUntil('the station answers', () => ask('GET', '/api/status'));
}

/** Notes what the journal has that is new. */
async function look(seen: Map<number, Entry>, stop?: AbortSignal): Promise<void> {
  for (const entry of await journalAfter(Math.max(0, ...seen.keys()), stop)) seen.set(entry.seq, entry);
}

/** All that was seen is there still, as it was, each once and in order. */
async function expectAll(seen: Map<number, Entry>): Promise<void> {
  const now = await journalAfter(0);
  expect(now.map(({seq}) => seq)).toEqual(now.map(({seq}) => seq).sort((one, other) => one - other));
  expect(new Set(now.map(({seq}) => seq)).size).toBe(now.length);
  const there = new Map(now.map((entry) => [entry.seq, entry]));
  for (const [seq, entry] of seen) expect(there.get(seq)).toEqual(entry);
}

/** The slot that runs is marked good, whichever it is. */
async function provesGood(machine: BoardMachine): Promise<void> {
  await stationReady(machine);
  const command = `fw_printenv -n BOOT_$(sed -n 's/.*rauc.slot=\\([AB]\\).*/\\1/p' /proc/cmdline)_LEFT`;
  await machine.waitUntil('the slot has proved good', async () => {
    const {output} = await machine.inside(command);
    return output === '9';
  });
}
