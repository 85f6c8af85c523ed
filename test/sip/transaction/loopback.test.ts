import {expect, test} from 'vitest';
import {systemClock} from '../../../firmware/base/clock.ts';
import {systemRandom} from '../../../firmware/base/random.ts';
import {createResponse} from '../../../firmware/sip/message/create.ts';
import type {SipResponse} from '../../../firmware/sip/message/message.ts';
import {TransactionLayer} from '../../../firmware/sip/transaction/transaction-layer.ts';
import {UdpTransport} from '../../../firmware/sip/transport/udp.ts';
import {outgoing} from './scene.ts';

function newEnd() {
  const transport = new UdpTransport(systemClock);
  const layer = new TransactionLayer({transport, clock: systemClock, random: systemRandom});
  transport.onMessage = (bytes, remote, local) => layer.receive(bytes, remote, local);
  return {transport, layer};
}

test('a request and its response travel over real sockets, with rport and received', async () => {
  const [client, server] = [newEnd(), newEnd()];
  const {port} = await client.transport.bind('0.0.0.0', 0);
  const place = await server.transport.bind('127.0.0.1', 0);
  server.layer.onRequest = (transaction, request) =>
    transaction?.respond(createResponse(request, 200, undefined, 'server'));
  const response = await new Promise<SipResponse>((onResponse, reject) => {
    const onFailure = (_why: string, text: string) => reject(new Error(text));
    client.layer.request(outgoing('OPTIONS'), {transport: 'UDP', ...place}, {onResponse, onFailure});
  });
  expect(response.status).toBe(200);
  expect(response.via).toMatchObject({host: '127.0.0.1', port, rport: port, received: '127.0.0.1'});
  for (const {layer, transport} of [client, server]) {
    layer.close();
    expect(layer.size).toBe(0);
    transport.close();
  }
});
