/**
 * A station's threads and the machine's watchdog: `feed` lets both threads work for longer than the watchdog waits, ends the
 * watch, and waits for as long again; `hang` has a media thread that hangs.
 */
import {setTimeout as wait} from 'node:timers/promises';
import {MediaEngine} from '../../../firmware/audio/media-engine.ts';
import {systemClock as clock} from '../../../firmware/base/clock.ts';
import {Health} from '../../../firmware/station/health.ts';
import {openWatchdog} from '../../../hal/linux/watchdog.ts';

const hangs = process.argv[2] === 'hang';
const program = hangs ? '../../audio/hung-worker.ts' : '../../../firmware/media-main.ts';
const media = await MediaEngine.start({
  worker: new URL(program, import.meta.url),
  microphone: 'silence',
  speaker: 'discard',
  echo: 'off',
  tones: 'eu',
  sounds: {},
  volumes: {speech: 100, sounds: 100},
  ports: {first: 20_000, last: 20_010},
});
const watchdog = openWatchdog('/dev/watchdog');
console.log(`the watchdog waits ${watchdog.patience} ms`);
const health = new Health({watchdogs: [watchdog], mediaAnswers: () => media.answers(), clock});
health.start();
await wait(1.5 * watchdog.patience + (hangs ? 60_000 : 0));
console.log('the machine lives');
health.close();
await wait(1.2 * watchdog.patience);
await media.close();
console.log('the watch has ended');
