import {createSocket} from 'node:dgram';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {systemClock} from '../../firmware/base/clock.ts';
import {systemRandom} from '../../firmware/base/random.ts';
import type {Result} from '../../firmware/base/result.ts';
import type {Binding, BindingFailure, BindingQuestion} from '../../firmware/stun/binding.ts';
import {StunClient} from '../../firmware/stun/client.ts';
import {Coturn} from '../support/peers/coturn.ts';
import {requirePeers} from '../support/peers/require.ts';
import {freePort} from '../support/ports.ts';
import {type Run, startRun} from '../support/run-folder.ts';

const program = fileURLToPath(new URL('../../firmware/cli.ts', import.meta.url));

/** Runs `doorline nat` to its end. */
async function doorlineNat(run: Run, ...parameters: string[]): Promise<{status: number; output: string}> {
  const process = run.processes.start(globalThis.process.execPath, [program, 'nat', ...parameters]);
  const status = await process.waitForExit(30_000);
  return {status, output: process.output};
}

/** Asks a server from a socket of its own. */
async function ask(question: BindingQuestion): Promise<Result<Binding, BindingFailure> & {port: number}> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const {port} = socket.address();
  try {
    const result = await new Promise<Result<Binding, BindingFailure>>((resolve) => {
      const client = new StunClient({
        clock: systemClock,
        random: systemRandom,
        send: (bytes, to) => socket.send(bytes, to.port, to.address),
      });
      socket.on('message', (bytes, from) => client.receive(bytes, from));
      client.bind(question, resolve);
    });
    return {...result, port};
  } finally {
    socket.close();
  }
}

test('coturn on two addresses: no NAT, nothing filtered', async (context) => {
  requirePeers(context, 'turnserver');
  const run = startRun(context);
  const {port} = await Coturn.start(run);
  const {status, output} = await doorlineNat(run, '127.0.0.1', String(port));
  expect(output).toContain('This machine is 127.0.0.1, and is seen so outside: there is no NAT between.');
  expect(output).toContain('Filtering   endpoint-independent');
  expect(status).toBe(0);
});

test('coturn with one address: filtering stays unknown', async (context) => {
  requirePeers(context, 'turnserver');
  const run = startRun(context);
  const {port} = await Coturn.start(run, {addresses: ['127.0.0.1']});
  const {status, output} = await doorlineNat(run, `stun:127.0.0.1:${port}`);
  expect(output).toContain('Filtering   not known');
  expect(status).toBe(0);
});

test('coturn wants long-term credentials', async (context) => {
  requirePeers(context, 'turnserver');
  const run = startRun(context);
  const {port} = await Coturn.start(run, {user: {name: 'door', password: 'door-secret'}});
  const server = {address: '127.0.0.1', port};
  const login = {kind: 'long-term', user: 'door', password: 'door-secret'} as const;
  const good = await ask({server, credentials: login});
  expect(good).toMatchObject({ok: true, value: {mapped: {address: '127.0.0.1', port: good.port}}});
  const wrong = await ask({server, credentials: {...login, password: 'guess'}});
  expect(wrong).toMatchObject({ok: false, error: {code: 'credentials'}});
  expect(await ask({server})).toMatchObject({ok: false, error: {code: 'credentials'}});
});

test('a server that is not there, and what is no server at all', async (context) => {
  const run = startRun(context);
  const silent = await doorlineNat(run, '127.0.0.1', String(await freePort()));
  expect(silent).toMatchObject({status: 1, output: expect.stringContaining('does not answer')});
  expect(await doorlineNat(run, 'sip:nobody')).toMatchObject({status: 2});
  expect(await doorlineNat(run)).toMatchObject({status: 2});
});
