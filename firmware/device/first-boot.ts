import {createHash} from 'node:crypto';
import {existsSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {accessFile, readAccess, writeAccess} from '../access/access-file.ts';
import {hashPassword} from '../access/password-hash.ts';
import {UNFINISHED} from '../base/write-together.ts';
import {isLink, makeFolder, syncFolder, writeWhole} from '../base/write-whole.ts';
import {parseConfig} from '../config/load-config.ts';
import {type ConfigProblem, formatProblem} from '../config/problem.ts';
import {SECRETS_FILE, secretsBeside, withSecrets} from '../config/secrets.ts';
import {readTextFile} from '../config/text-file.ts';
import type {BoardWiring} from '../config/wiring.ts';
import type {SecretLookup} from '../config/yaml-tree.ts';
import {type DeviceFolders, deviceFolders} from './device-folders.ts';
import {carryOutReset} from './device-reset.ts';
import {ACCOUNT_SECRET, type BoardNames, firstConfiguration, withSettings} from './first-configuration.ts';
import {parseSetup, type SetupSettings} from './setup-settings.ts';
import {wifiFile} from './wifi-file.ts';
import {isHalfWiped, wipeFile} from './wipe-file.ts';

export interface FirstBootOptions {
  /** The settings file on the boot partition. */
  readonly from: string;
  /** Where the data partition is mounted. */
  readonly to: string;
  /** The board that this is. */
  readonly board: BoardNames;
  readonly boards: ReadonlyMap<string, BoardWiring & BoardNames>;
  /** Told what was done, in words. */
  readonly say: (text: string) => void;
}

/**
 * What a board does before its station starts, at every boot: carries out a reset that was asked for, makes the first
 * configuration where there is none, and takes the settings file, if there is one.
 *
 * The power may fail at any instant. Each file is written whole or not at all, and writing it once more does no harm; when all
 * are on the disk, a mark is kept that this very settings file was taken; only then is it wiped. So at the next boot it
 * is taken from the start, or only wiped. The mark goes last: the same file, put there again, is taken again.
 * @throws NodeJS.ErrnoException where the disk does not let itself be written.
 */
export async function firstBoot({from, to, board, boards, say}: FirstBootOptions): Promise<void> {
  const folders = deviceFolders(to);
  const reset = carryOutReset(folders);
  if (reset) say(`Reset: ${reset === 'network' ? 'the network settings are' : 'everything is'} as when new.`);
  const file = join(folders.station, 'doorline.yaml');
  if (!existsSync(file)) {
    makeFolder(folders.station, 0o750);
    writeWhole(file, firstConfiguration(board), 0o640);
    say(`There was no configuration: the first one for ${board.name} was made.`);
  }
  const mark = join(folders.network, 'setup-taken');
  const isTaken = existsSync(from) && wasTaken(from, mark);
  if (isTaken) {
    wipeFile(from);
    say('The settings had been taken before; the file was wiped.');
  }
  forget(mark);
  if (isTaken || !existsSync(from)) return;
  if (existsSync(join(folders.station, UNFINISHED))) {
    // The station's user has written that, who shall not write as root: the station itself goes on with it.
    say('A backup is still being put back: the settings are taken at the next start.');
    return;
  }
  const settings = readSettings(from, [...boards.keys()]);
  const problems = Array.isArray(settings) ? settings : await apply(settings, file, folders, boards);
  const errorFile = join(dirname(from), 'doorline-setup-error.txt');
  if (problems.length > 0) {
    // On FAT, which has no owners and modes to be set.
    writeFileSync(errorFile, errorText(problems), {flush: true});
    say(`The settings are wrong and were left: ${problems.map(formatProblem).join('; ')}`);
    return;
  }
  makeFolder(folders.network, 0o700);
  writeWhole(mark, `${fingerprint(from)}\n`);
  rmSync(errorFile, {force: true});
  wipeFile(from);
  forget(mark);
  say('The settings were taken, and their file was wiped.');
}

function wasTaken(from: string, mark: string): boolean {
  if (!existsSync(mark)) return false;
  return isHalfWiped(from) || readFileSync(mark, 'utf8').trim() === fingerprint(from);
}

function forget(mark: string): void {
  if (!existsSync(mark)) return;
  rmSync(mark);
  syncFolder(dirname(mark));
}

/** Of the whole file, with its secrets: only a hash of them is kept. */
function fingerprint(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function readSettings(from: string, boards: readonly string[]): SetupSettings | ConfigProblem[] {
  const text = readTextFile(from);
  if (!text.ok) return [whole(basename(from), text.error)];
  const settings = parseSetup(text.value, basename(from), boards);
  return settings.ok ? settings.value : settings.error;
}

/**
 * Puts the settings where they belong; returns what does not fit to the configuration that there is. This runs as root in folders of the
 * station's user, and follows no link there: it may lead to what is root's only.
 */
async function apply(
  settings: SetupSettings,
  file: string,
  {station, data, network, ssh}: DeviceFolders,
  boards: ReadonlyMap<string, BoardWiring>,
): Promise<ConfigProblem[]> {
  const {name, board, timezone, call, account, wifi, password, password_hash, ssh_key} = settings;
  const secrets = join(station, SECRETS_FILE);
  const link = [file, secrets, data, accessFile(data)].find(isLink);
  if (link !== undefined) return [whole(link, 'is a link: put what it leads to in its place')];
  if ([name, board, timezone, call, account].some((one) => one !== undefined)) {
    const password = account?.password;
    const kept = readFileSync(file, 'utf8');
    const edited = attempt(() => withSettings(kept, settings));
    const known = existsSync(secrets) ? readFileSync(secrets, 'utf8') : '';
    const withPassword = password === undefined ? known : withSecrets(known, {[ACCOUNT_SECRET]: password});
    const beside = secretsBeside(file, []);
    const secret: SecretLookup = (one) =>
      one === ACCOUNT_SECRET && password !== undefined ? {value: password} : beside(one);
    const config = parseConfig(edited ?? kept, file, boards, secret);
    if (!config.ok) return config.error;
    if (edited === undefined) return [whole(file, UNCHANGEABLE)];
    if (withPassword === undefined) return [whole(secrets, UNCHANGEABLE)];
    // Only now: settings that are wrong change nothing.
    if (password !== undefined) writeWhole(secrets, withPassword);
    writeWhole(file, edited);
  }
  const hash = password_hash ?? (password === undefined ? undefined : await hashPassword(password));
  if (hash !== undefined) {
    const kept = readAccess(accessFile(data));
    writeAccess(accessFile(data), {tokens: typeof kept === 'object' ? kept.tokens : [], password: hash});
  }
  if (wifi) keepPrivate(network, 'wifi.conf', wifiFile(wifi));
  if (ssh_key) keepPrivate(ssh, 'authorized_keys', `${ssh_key.join('\n')}\n`);
  return [];
}

/** What cannot be edited, being wrong itself, is undefined. */
function attempt(edit: () => string): string | undefined {
  try {
    return edit();
  } catch {
    return undefined;
  }
}

const UNCHANGEABLE = 'is wrong itself and cannot take these settings';

/** What is wrong with a file as a whole. */
function whole(file: string, message: string): ConfigProblem {
  return {file, line: 0, column: 0, key: '', message};
}

function keepPrivate(folder: string, name: string, content: string): void {
  makeFolder(folder, 0o700);
  writeWhole(join(folder, name), content, 0o600);
}

function errorText(problems: readonly ConfigProblem[]): string {
  const lines = [
    'The settings in doorline-setup.yaml were not taken, because something in them is wrong.',
    'Mend it and start the board again. The numbers are line and column.',
    '',
    ...problems.map(formatProblem),
  ];
  return `${lines.join('\r\n')}\r\n`;
}
