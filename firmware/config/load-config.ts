import {dirname, resolve} from 'node:path';
import type {ReadRecording} from '../audio/own-sounds.ts';
import {failure, type Result, success} from '../base/result.ts';
import {checkSchema} from './check.ts';
import {type ConfigProblem, inOrder} from './problem.ts';
import {checkReaders} from './readers.ts';
import {checkReferences} from './references.ts';
import {checkRelays} from './relays.ts';
import {type Config, configSchema} from './schema.ts';
import {secretsBeside} from './secrets.ts';
import {checkSoundFiles} from './sound-files.ts';
import {readTextFile} from './text-file.ts';
import {checkTlsFiles} from './tls-files.ts';
import {type BoardWiring, checkWiring} from './wiring.ts';
import {readYaml, type SecretLookup} from './yaml-tree.ts';

/**
 * Reads and checks a configuration file, with the secrets beside it.
 * `boards` gives the lines of each board that may be named in it.
 * With `readRecording` it also listens into the files of sound that are named.
 * The error is the list of everything that is wrong, in the order of the file.
 */
export function loadConfig(
  path: string,
  boards: ReadonlyMap<string, BoardWiring>,
  readRecording?: ReadRecording,
): Result<Config, ConfigProblem[]> {
  const text = readTextFile(path);
  if (!text.ok) return failure([{file: path, line: 0, column: 0, key: '', message: text.error}]);
  const secretProblems: ConfigProblem[] = [];
  const secret = secretsBeside(path, secretProblems);
  const config = parseConfig(text.value, path, boards, secret, readRecording);
  const problems = config.ok ? secretProblems : [...secretProblems, ...config.error];
  return config.ok && problems.length === 0 ? config : failure(problems);
}

/** The same for text already read; `file` names it in problems, and relative paths start from its folder. */
export function parseConfig(
  text: string,
  file: string,
  boards: ReadonlyMap<string, BoardWiring>,
  secret: SecretLookup,
  readRecording?: ReadRecording,
): Result<Config, ConfigProblem[]> {
  const tree = readYaml(text, file, secret);
  if (!tree.readable) return failure(tree.problems);
  const folder = dirname(resolve(file));
  const checked = checkSchema(tree, configSchema);
  const references = [
    ...checkReferences(tree, boards),
    ...checkReaders(tree),
    ...checkRelays(tree, boards),
    ...checkWiring(tree, boards),
    ...checkTlsFiles(tree, folder),
    ...(readRecording ? checkSoundFiles(tree, folder, readRecording) : []),
  ];
  const problems = [...tree.problems, ...checked.problems, ...references];
  if (checked.value === undefined || problems.length > 0) return failure(inOrder(problems));

  const absolute = (spec: string): string =>
    spec.startsWith('file:') ? `file:${resolve(folder, spec.slice('file:'.length))}` : spec;
  const {data, sip, audio, http, ...rest} = checked.value;
  const {certificate, key, authorities, verify} = sip.tls;
  const inFolder = (path: string | undefined) => path && resolve(folder, path);
  const tls = {
    certificate: inFolder(certificate),
    key: inFolder(key),
    authorities: inFolder(authorities),
    verify,
  };
  return success({
    ...rest,
    sip: {...sip, tls},
    data: resolve(folder, data),
    audio: {
      ...audio,
      microphone: absolute(audio.microphone),
      speaker: absolute(audio.speaker),
      sounds: Object.fromEntries(
        Object.entries(audio.sounds).map(([sound, path]) => [sound, resolve(folder, path!)]),
      ),
    },
    http: http?.listen,
  });
}
