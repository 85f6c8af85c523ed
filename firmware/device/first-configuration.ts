import {type Document, isMap, parseDocument} from 'yaml';
import {editTargets} from '../config/edit-targets.ts';
import type {SetupSettings} from './setup-settings.ts';

/** What the first configuration must know of a board. */
export interface BoardNames {
  readonly name: string;
  readonly inputs: readonly {readonly name: string}[];
  readonly outputs: readonly {readonly name: string}[];
}

/** The configuration of a board that has none yet: one button, one door, a page for the network it is in. */
export function firstConfiguration({name, inputs, outputs}: BoardNames): string {
  const [bell] = inputs;
  const [relay] = outputs;
  const button = bell ? `buttons:\n  - {name: bell, input: ${bell.name}, call: []}\n` : '';
  const door = relay
    ? `doors:\n  # It opens from the page. With a code, such as  code: 7  , whom the button calls may open it by that key.\n  - {name: front, output: ${relay.name}, open_seconds: 3}\n`
    : '';
  return `# The configuration of this door station. docs/configuration.md of the project tells what may stand here.
name: Doorline
board: ${name}
${button}${door}http: {listen: 0.0.0.0:80}
`;
}

/** A configuration with what the settings of the first boot say; all else, and comments, stay. */
export function withSettings(text: string, settings: SetupSettings): string {
  const document = parseDocument(text, {schema: 'failsafe'});
  const {name, board, timezone, call, account} = settings;
  if (name !== undefined) document.set('name', name);
  if (board !== undefined) document.set('board', board);
  if (timezone !== undefined) document.set('timezone', timezone);
  if (account !== undefined) document.setIn(['sip', 'accounts'], [accountNode(document, account)]);
  const edited = document.toString({lineWidth: 0, flowCollectionPadding: false});
  return call === undefined ? edited : withTargets(edited, call);
}

/** The first button is the bell. */
function withTargets(text: string, call: readonly string[]): string {
  const buttons = parseDocument(text, {schema: 'failsafe'}).get('buttons') as {items?: unknown[]} | undefined;
  const [first] = buttons?.items ?? [];
  const name = isMap(first) ? String(first.get('name')) : '';
  return editTargets(text, name, call) ?? text;
}

/** The password is kept apart, so that the file can be shown to others. */
function accountNode(document: Document, account: NonNullable<SetupSettings['account']>) {
  const {uri, user, password, registrar} = account;
  const secret = document.createNode(ACCOUNT_SECRET);
  secret.tag = '!secret';
  const node = document.createNode({
    name: 'house',
    uri,
    ...(user === undefined ? {} : {user}),
    ...(password === undefined ? {} : {password: secret}),
    ...(registrar === undefined ? {} : {registrar}),
  });
  return node;
}

/** Name of the secret that is the password of the account. */
export const ACCOUNT_SECRET = 'house';
