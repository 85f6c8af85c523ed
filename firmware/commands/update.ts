import {type FileHandle, open} from 'node:fs/promises';
import {readConfiguration} from '../configuration.ts';
import {updateUrl} from '../update/shown-source.ts';
import type {UpdateStatus} from '../update/update-status.ts';
import {type Answer, detailOf, RunningStation} from './running-station.ts';

const PATH = '/api/update';
/** How often it is asked how far it is; ms. */
const ASK = 1_000;

/**
 * `doorline update`: gives the running station an update, a file or a URL, and tells how it goes. Exit code 0 once it is installed, 1
 * where it is refused or the station does not answer, 2 where there is no such file or the configuration is wrong.
 */
export async function update(configFile: string, source: string): Promise<number> {
  const config = readConfiguration(configFile);
  if (!config) return 2;
  const url = updateUrl(source);
  let file: FileHandle | undefined;
  try {
    if (url === undefined) file = await open(source);
    if (file && !(await file.stat()).isFile()) throw new Error('it is no file');
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException;
    return complain(`${source} cannot be read: ${reasons[code ?? ''] ?? code ?? message}.`, 2);
  }
  const station = RunningStation.find(config);
  if (!station.ok) return complain(station.error, 1);
  try {
    const begun = file
      ? await upload(station.value, file)
      : await station.value.ask('POST', PATH, {json: {url}});
    if (begun.status !== 200) return complain(detailOf(begun), 1);
    return await follow(station.value);
  } catch (error) {
    return complain((error as Error).message, 1);
  } finally {
    await file?.close();
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'its permissions do not allow it',
};

async function upload(station: RunningStation, file: FileHandle): Promise<Answer> {
  const {size} = await file.stat();
  return station.ask('POST', PATH, {file: file.createReadStream({autoClose: false}), size});
}

async function follow(station: RunningStation): Promise<number> {
  let told = '';
  for (;;) {
    const answer = await station.ask('GET', PATH);
    if (answer.status !== 200) return complain(detailOf(answer), 1);
    const {state, percent, reason} = answer.body as UpdateStatus;
    const words = state === 'installing' ? `installing ${percent ?? 0} %` : news[state];
    if (words === undefined) {
      return complain(
        'The station was started anew before the update was installed: its journal tells more.',
        1,
      );
    }
    if (words !== told) console.log(words);
    told = words;
    if (state === 'installed') return 0;
    if (state === 'refused') return complain(reason ?? '', 1);
    await new Promise((resolve) => setTimeout(resolve, ASK));
  }
}

const news: Partial<Record<UpdateStatus['state'], string>> = {
  waiting: 'waiting for the end of the call',
  installed: 'installed: the board starts anew when nobody talks',
  refused: 'refused; what runs is unchanged',
};

function complain(text: string, code: number): number {
  process.stderr.write(`${text}\n`);
  return code;
}
