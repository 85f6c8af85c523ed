import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {BoardDefinition} from '../hal/board-definition.ts';
import type {ServiceManager, Watchdog} from '../hal/hal.ts';
import {type Machine, readMachine} from '../hal/linux/device-tree.ts';
import {serviceManager} from '../hal/linux/notify.ts';
import {openWatchdog} from '../hal/linux/watchdog.ts';
import type {MediaEngine} from './audio/media-engine.ts';
import {systemClock as clock} from './base/clock.ts';
import type {Config} from './config/schema.ts';
import {Health} from './station/health.ts';
import type {Log} from './station/log.ts';

/**
 * Tells the service manager that the station is ready, and feeds its watchdog and the one that the configuration names, from
 * now on.
 * @returns what tells that the station stops, and ends the watch.
 * @throws HardwareError where the watchdog cannot be had.
 */
export function beWatched(config: Config, media: MediaEngine): () => void {
  const manager = serviceManager(process.env, process.pid);
  const watchdogs = [manager?.watchdog, config.watchdog && openWatchdog(config.watchdog)].filter(
    (one): one is Watchdog => typeof one === 'object',
  );
  const health = new Health({watchdogs, mediaAnswers: () => media.answers(), clock});
  manager?.ready();
  manager?.status(`${config.name} is ready`);
  health.start();
  return () => {
    health.close();
    sayGoodbye(manager);
  };
}

function sayGoodbye(manager: ServiceManager | undefined): void {
  manager?.stopping();
  manager?.status('Hanging up and unregistering');
  manager?.close();
}

/** Warns where the configuration means another board than the one it runs on. Its lines may be other ones here. */
export function compareBoard(
  {name, title, compatible}: BoardDefinition,
  log: Pick<Log, 'warn'>,
  machine: Machine | undefined = readMachine(),
): void {
  if (machine === undefined || compatible.length === 0) return;
  if (compatible.some((one) => machine.compatible.includes(one))) return;
  log.warn(`The configuration is for the board ${name} (${title}), but this machine is a ${machine.model}`);
}

/** Id of this boot of the machine; empty where it has none. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

/** Whether a service manager starts the program again when it ends. */
export function isStartedAgain(): boolean {
  return Boolean(process.env['NOTIFY_SOCKET']);
}

/** Whether `requestRestart` can have an effect. */
export function canRestart(): boolean {
  return Boolean(process.env['RUNTIME_DIRECTORY']);
}

/**
 * Asks whatever watches the runtime folder (a unit of the image) to start the machine anew: a service of its own user may not
 * do so itself. False where there is no such folder, as in a checkout.
 */
export function requestRestart(folder: string | undefined = process.env['RUNTIME_DIRECTORY']): boolean {
  if (!folder) return false;
  try {
    writeFileSync(join(folder, 'reboot'), '');
    return true;
  } catch {
    return false;
  }
}

/**
 * Keeps a file in the runtime folder while there is a call: so long the machine is not started anew for an update that has not
 * proved good. It goes with the folder, which the service manager removes when the program ends.
 */
export function markCall(
  inCall: boolean,
  folder: string | undefined = process.env['RUNTIME_DIRECTORY'],
): void {
  if (!folder) return;
  const file = join(folder, 'in-call');
  try {
    if (inCall) writeFileSync(file, '');
    else rmSync(file, {force: true});
  } catch {
    // Where it cannot be told, a call may be cut off; the update is what does not work.
  }
}

/** What the station listens on. */
export interface Listening {
  /** `http`, or how SIP is carried: `udp`, `tcp` or `tls`. */
  readonly service: string;
  readonly address: string;
  readonly port: number;
}

/**
 * Writes into the runtime folder, for what tells the local network of the station, on which ports others reach it: a line for each
 * service, "http 80".
 */
export function tellPorts(
  listening: readonly Listening[],
  folder: string | undefined = process.env['RUNTIME_DIRECTORY'],
): void {
  if (!folder) return;
  const reachable = listening.filter(({address}) => !/^(127\.|::1$)/.test(address));
  const text = reachable.map(({service, port}) => `${service} ${port}\n`).join('');
  try {
    writeFileSync(join(folder, 'ports'), text);
  } catch {
    // It is not found by its name then, and works.
  }
}
