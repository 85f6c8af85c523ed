import {readFileSync} from 'node:fs';
import {parseDocument, stringify} from 'yaml';
import {boards} from '../../boards/index.ts';
import {hashPassword} from '../../firmware/access/password-hash.ts';
import {formatProblem} from '../../firmware/config/problem.ts';
import {parseSetup} from '../../firmware/device/setup-settings.ts';

export const SETUP_FILE = 'doorline-setup.yaml';

/** Asks for a line; a secret one is not shown as it is typed. */
export type Ask = (question: string, kind?: 'secret') => Promise<string>;

/**
 * The settings of a first boot from a file, as they are to stand on the card: with a hash in place of the admin password.
 * @throws Error that says what is wrong with them, in words for people.
 */
export async function readSettings(file: string): Promise<string> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`The settings ${file} cannot be read: ${(error as Error).message}`);
  }
  const problems = problemsOf(text, file);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return hidePassword(text);
}

/** What is asked: each gives its part of the settings, nothing where it is left out. */
const questions: readonly ((ask: Ask) => Promise<object | undefined>)[] = [
  async (ask) => {
    const name = await ask('What is the station called?');
    return name === '' ? undefined : {name};
  },
  async (ask) => {
    const answer = await ask('Whom does the button call (192.168.1.20 or sip:101@pbx; several with commas)?');
    return answer === '' ? undefined : {call: answer.split(',').map((one) => one.trim())};
  },
  async (ask) => {
    const ssid = await ask('Name of the Wi-Fi (none for a cable)?');
    if (ssid === '') return undefined;
    const passphrase = await ask('Its passphrase (none where it is open)?', 'secret');
    const country = (await ask('The country it is in, two letters?')).toUpperCase();
    return {wifi: {ssid, ...(passphrase === '' ? {} : {passphrase}), country}};
  },
  async (ask) => {
    const password = await ask("Admin password of the station's page (none: the page asks)?", 'secret');
    return password === '' ? undefined : {password};
  },
  async (ask) => {
    // Undefined where this computer's own zone is none.
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone ?? 'UTC';
    const answer = await ask(
      `Its time zone, for the light at night and for updates (none: ${here}, as here)?`,
    );
    return {timezone: answer === '' ? here : answer};
  },
  async (ask) => {
    const file = await ask('File with a public SSH key (none: SSH stays off)?');
    return file === '' ? undefined : {ssh_key: readFileSync(file, 'utf8').trim()};
  },
];

/**
 * Asks for the settings of a first boot, each until it can be used; `say` is told what is wrong with an answer.
 * @returns what is to stand on the card.
 */
export async function askSettings(ask: Ask, say: (line: string) => void): Promise<string> {
  const settings: Record<string, unknown> = {};
  for (const question of questions) Object.assign(settings, await askUntilGood(question, ask, say));
  return hidePassword(stringify(settings));
}

async function askUntilGood(
  question: (ask: Ask) => Promise<object | undefined>,
  ask: Ask,
  say: (line: string) => void,
): Promise<object | undefined> {
  for (;;) {
    try {
      const part = await question(ask);
      const [problem] = part === undefined ? [] : problemsOf(stringify(part), '');
      if (problem === undefined) return part;
      // There is no file yet that a place could be told of.
      say(`  ${problem.replace(/^:\d+:\d+: /, '')}`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      say(`  ${(error as Error).message}`);
    }
  }
}

/** The settings with a hash in place of the admin password: the card never holds that. */
async function hidePassword(text: string): Promise<string> {
  // As it was typed: the digits of a number may begin with zeros.
  const typed = parseDocument(text, {schema: 'failsafe'}).toJS() as {password?: string} | null;
  if (typed?.password === undefined) return text;
  const document = parseDocument(text);
  document.delete('password');
  document.set('password_hash', await hashPassword(typed.password));
  return document.toString();
}

function problemsOf(text: string, file: string): string[] {
  const result = parseSetup(text, file, [...boards.keys()]);
  return result.ok ? [] : result.error.map(formatProblem);
}
