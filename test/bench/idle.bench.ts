import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {TestStation} from '../support/station.ts';
import type {BenchRow} from './bench-row.ts';
import {openRun} from './bench-run.ts';
import {runTime} from './process-figures.ts';

const bundle = fileURLToPath(new URL('../../build/firmware/cli.js', import.meta.url));
/** Until the sounds of start and door are over, and the memory that they took is tidied up. */
const settlingTime = 8_000;
const measuredSeconds = 10;

interface Rest {
  /** How often a second a thread was woken, all of them together. */
  readonly wakeUps: number;
  /** Share of one processor, in percent. */
  readonly processor: number;
}

/**
 * What the bundled firmware does while nothing happens: with a light that stands still, and with all 16 lights of the ring in
 * motion (a door that is held open). The simulated ring sends nothing: SPI adds one write of 324 bytes a frame.
 */
export async function run(): Promise<BenchRow[]> {
  const {run: surroundings, end} = openRun();
  try {
    const environment = {NODE_COMPILE_CACHE: join(surroundings.folder, 'compile-cache')};
    const station = await TestStation.start(
      surroundings,
      {doors: [{name: 'front', output: 'relay-1'}]},
      {environment, program: bundle},
    );
    const still = await measure(station);
    await station.send('POST', '/api/doors/front/hold');
    const animated = await measure(station);
    await station.stop();
    return [
      row('wake-ups, idle', still.wakeUps, '/s', 20),
      row('processor, idle with a still light', still.processor, '%', 1),
      row('processor, idle with an animated light', animated.processor, '%', 1),
    ];
  } finally {
    await end();
  }
}

async function measure({process: {pid}}: TestStation): Promise<Rest> {
  await pause(settlingTime);
  const [wakeUpsBefore, timeBefore, began] = [wakeUps(pid!), runTime(pid!), performance.now()];
  await pause(measuredSeconds * 1_000);
  const seconds = (performance.now() - began) / 1_000;
  return {
    wakeUps: (wakeUps(pid!) - wakeUpsBefore) / seconds,
    processor: (runTime(pid!) - timeBefore) / (10 * seconds),
  };
}

/** How often the threads of a process have waited for something, each of which ends with being woken. */
function wakeUps(pid: number): number {
  return readdirSync(`/proc/${pid}/task`)
    .map((thread) => readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8'))
    .map((status) => Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1]))
    .reduce((sum, one) => sum + one, 0);
}

function row(name: string, figure: number, unit: string, most: number): BenchRow {
  return {name, figure, unit, anchor: null, ratio: null, goal: `<= ${most} ${unit}`, met: figure <= most};
}
