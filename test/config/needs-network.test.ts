import {expect, test} from 'vitest';
import {boards} from '../../boards/index.ts';
import {parseConfig} from '../../firmware/config/load-config.ts';
import {needsNetwork} from '../../firmware/config/needs-network.ts';

const account = (registrar: string) =>
  `\n  accounts: [{name: house, uri: sip:door@example.org, registrar: '${registrar}'}]`;
const call = (...targets: string[]) =>
  `\nbuttons: [{name: bell, input: button-1, call: [${targets.map((one) => `'${one}'`).join()}]}]`;

test.each([
  ['listening on loopback', "['udp:127.0.0.1:0', 'tcp:[::1]:0']", call('sip:a@192.0.2.1'), false],
  ['open, and only to be called', "['udp:0.0.0.0:0']", '', true],
  ['calling phones elsewhere', "['udp:0.0.0.0:0']", call('127.0.0.1', '192.0.2.1'), true],
  ['calling a name', "['udp:0.0.0.0:0']", call('sip:101@pbx'), true],
  [
    'calling this machine only',
    "['udp:0.0.0.0:0']",
    call('127.0.0.1:5070', 'sip:a@[::1]:7', 'sip:a@localhost'),
    false,
  ],
  ['a name that only begins so', "['udp:0.0.0.0:0']", call('sip:a@localhost.example.org'), true],
  ['a server elsewhere', "['udp:0.0.0.0:0']", account('sip:192.0.2.1') + call('101'), true],
  ['a server here', "['udp:[::]:0']", account('sip:127.0.0.1:5080;transport=tcp') + call('101'), false],
  ['one address of its own', "['udp:127.0.0.1:0', 'udp:192.0.2.7:0']", '', true],
])('%s: %s%s needs a network: %s', (_, listen, rest, expected) => {
  const text = `name: Door\nboard: simulated\nsip:\n  listen: ${listen}${rest}\n`;
  const config = parseConfig(text, 'doorline.yaml', boards, () => ({reason: 'none'}));
  if (!config.ok) throw new Error(JSON.stringify(config.error));
  expect(needsNetwork(config.value)).toBe(expected);
});
