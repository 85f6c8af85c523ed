import * as v from 'valibot';
import {MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH, parsePasswordHash} from '../access/password-hash.ts';
import {failure, type Result, success} from '../base/result.ts';
import {checkSchema} from '../config/check.ts';
import {bareNumber, keys, list, pattern, text, timezone} from '../config/fields.ts';
import {type ConfigProblem, inOrder} from '../config/problem.ts';
import {name, sipAddress, target} from '../config/schema.ts';
import {readYaml, type YamlTree} from '../config/yaml-tree.ts';
import {isSshPublicKey} from './ssh-key.ts';

/**
 * The settings of the first boot, `doorline-setup.yaml` on the boot partition: written by the flash tool or by hand, read
 * once, then wiped. Every key may be left out.
 */
const wifi = keys({
  ssid: v.pipe(
    text(32, 'must be the name of a Wi-Fi'),
    v.check((value) => Buffer.byteLength(value) <= 32, 'must be at most 32 bytes long in UTF-8'),
  ),
  passphrase: v.optional(
    pattern(
      /^[ -~]{8,63}$/,
      'must be 8 to 63 printable ASCII characters (without accents), as Wi-Fi demands',
    ),
  ),
  country: pattern(/^[A-Z]{2}$/, 'must be the two capital letters of the country, such as DE, US or GB'),
});

const passwordLength = `must be ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters long`;

const password = v.pipe(
  text(MAX_PASSWORD_LENGTH, 'must be a password'),
  v.minLength(MIN_PASSWORD_LENGTH, passwordLength),
);

const passwordHash = v.pipe(
  v.string(),
  v.check(
    (value) => parsePasswordHash(value) !== undefined,
    'must be a hash such as $scrypt$ln=15,r=8,p=3$SALT$HASH, as docs/first-boot.md tells; or set password instead',
  ),
);

const sshKey = v.pipe(
  text(4096, 'must be a public key'),
  v.check(
    isSshPublicKey,
    'must be one public key as it stands in a .pub file, such as ssh-ed25519 AAAA… name',
  ),
);

const account = keys({
  uri: sipAddress,
  user: v.optional(text(128, 'must be a user name')),
  password: v.optional(text(256, 'must be a password')),
  registrar: v.optional(
    pattern(/^sips?:[^\s@<>"]{1,255}$/i, 'must be an address such as sip:pbx.example.org'),
  ),
});

const schema = keys({
  name: v.optional(name),
  board: v.optional(name),
  timezone: v.optional(timezone),
  wifi: v.optional(wifi),
  call: v.optional(v.lazy((value) => (Array.isArray(value) ? targets : oneTarget))),
  account: v.optional(account),
  password: v.optional(password),
  password_hash: v.optional(passwordHash),
  ssh_key: v.optional(
    v.lazy((value) => (Array.isArray(value) ? list(sshKey, 1, 16, '[ssh-ed25519 AAAA… name]') : oneSshKey)),
  ),
});

const targets = list(target, 1, 16, '[192.168.1.20, sip:101@pbx.example.org]');
const oneTarget = v.pipe(
  target,
  v.transform((one) => [one]),
);
const oneSshKey = v.pipe(
  sshKey,
  v.transform((one) => [one]),
);

/** What the setup file says. */
export type SetupSettings = v.InferOutput<typeof schema>;

/** Reads the settings. `file` names it in problems, which are all that is wrong, in the order of the file. */
export function parseSetup(
  content: string,
  file: string,
  boards: readonly string[],
): Result<SetupSettings, ConfigProblem[]> {
  const tree = readYaml(content, file, undefined);
  if (!tree.readable) return failure(tree.problems);
  // Nothing but comments: nothing was asked for.
  if (tree.value === '') return success({});
  const checked = checkSchema(tree, schema);
  const problems = [...tree.problems, ...checked.problems, ...checkTogether(tree, boards)];
  return checked.value && problems.length === 0 ? success(checked.value) : failure(inOrder(problems));
}

/** What the schema of single keys cannot know. */
function checkTogether(tree: YamlTree, boards: readonly string[]): ConfigProblem[] {
  const {value} = tree;
  if (typeof value !== 'object' || Array.isArray(value)) return [];
  const problems: ConfigProblem[] = [];
  const {board, call} = value;
  if (typeof board === 'string' && board !== '' && !boards.includes(board)) {
    problems.push(tree.at(['board'], `there is no such board. Allowed: ${boards.join(', ')}`));
  }
  if (value['password'] !== undefined && value['password_hash'] !== undefined) {
    problems.push(tree.atKey(['password_hash'], 'stands beside password: keep one of the two'));
  }
  if (value['account'] === undefined) {
    const called = Array.isArray(call) ? call.entries() : [[undefined, call] as const];
    for (const [index, one] of called) {
      if (typeof one !== 'string' || !bareNumber.test(one)) continue;
      const path = index === undefined ? ['call'] : ['call', String(index)];
      problems.push(tree.at(path, 'is a bare number: it needs an account, or to say where: sip:NUMBER@HOST'));
    }
  }
  return problems;
}
