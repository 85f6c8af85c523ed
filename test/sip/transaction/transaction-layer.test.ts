import {expect, test} from 'vitest';
import {createResponse} from '../../../firmware/sip/message/create.ts';
import {writeMessage} from '../../../firmware/sip/message/write.ts';
import {incoming, Listener, outgoing, peer, Scene} from './scene.ts';

/** What the layer does beside the four machines: where responses go, bad input, floods. */

function answering(status: number): Scene {
  const scene = new Scene();
  scene.layer.onRequest = (server, request) =>
    server?.respond(createResponse(request, status, undefined, 'a'));
  return scene;
}

test('a request and its response between two addresses', () => {
  const scene = new Scene();
  const listener = new Listener(scene.clock);
  scene.layer.request(outgoing('OPTIONS'), peer, listener);
  scene.clock.advance(0);
  scene.answer('OPTIONS', 200);
  expect(listener.statuses).toEqual([200]);
});

test.each([
  ['to the source port where rport asks for it', 'SIP/2.0/UDP 10.0.0.9:6000;branch=z9hG4bK1;rport', 5060],
  ['to the port of sent-by otherwise', 'SIP/2.0/UDP 10.0.0.9:6000;branch=z9hG4bK1', 6000],
  ['to 5060 where sent-by has no port', 'SIP/2.0/UDP client.example;branch=z9hG4bK1', 5060],
])('responses go to the source address, %s', (_name, via, port) => {
  const scene = answering(200);
  scene.send(incoming('OPTIONS', {via}));
  const {to, text} = scene.network.sent.at(-1)!;
  expect(to).toEqual({address: '192.0.2.2', port});
  expect(text).toContain('received=192.0.2.2');
});

test('a Via that is right as it is stays as it came', () => {
  const scene = answering(200);
  scene.send(incoming('OPTIONS', {via: 'SIP/2.0/UDP 192.0.2.2 ; branch=z9hG4bK1'}));
  expect(scene.network.sent.at(-1)?.text).toContain('Via: SIP/2.0/UDP 192.0.2.2 ; branch=z9hG4bK1\r\n');
});

test.each([
  [
    'its parameters, in their case, order and spaces',
    'SIP/2.0/udp 10.0.0.9:6000 ;I=abc;Branch=z9hG4bK/a+b==;Rport; Opaque="a;rport\\"=,b"',
    'SIP/2.0/udp 10.0.0.9:6000 ;I=abc;Branch=z9hG4bK/a+b==;rport=5060; Opaque="a;rport\\"=,b";received=192.0.2.2',
  ],
  [
    'but what a client claims to have been received',
    'SIP/2.0/UDP 10.0.0.9;received=10.1.1.1;branch=z9hG4bK1;rport=7, SIP/2.0/TCP a;branch=z9hG4bK2',
    'SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK1;rport=5060;received=192.0.2.2\r\nVia: SIP/2.0/TCP a;branch=z9hG4bK2',
  ],
])('a Via that needs a note of its source keeps %s', (_name, via, noted) => {
  const scene = answering(200);
  scene.send(incoming('OPTIONS', {via}));
  expect(scene.network.sent.at(-1)?.text).toContain(`\r\nVia: ${noted}\r\n`);
});

test('garbage is counted and not answered', () => {
  const scene = new Scene();
  for (const garbage of ['nonsense that is long enough', 'SIP/2.0 200 OK\r\n\r\n', '\0'.repeat(100)]) {
    scene.sendText(garbage);
  }
  expect(scene.layer.garbage).toBe(3);
  expect(scene.arrived).toEqual([]);
  expect(scene.layer.size).toBe(0);
});

test('a request that cannot be understood is answered as far as it can be read, and nothing is kept', () => {
  const scene = new Scene();
  scene.sendText(
    'OPTIONS sip:a@b SIP/7.0\r\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK1;rport\r\nFrom: <sip:a@b>;tag=1\r\n' +
      'To: <sip:a@b>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n',
  );
  expect(scene.kinds).toEqual([505]);
  expect(scene.response(505).to.tag).toMatch(/./);
  expect(scene.response(505).via).toMatchObject({received: '192.0.2.2', rport: 5060});
  expect(scene.layer.size).toBe(0);
});

test('a request that cannot be understood gets the same To tag when it comes again, another one another', () => {
  const scene = new Scene();
  for (const callId of ['x', 'x', 'y']) {
    scene.sendText(
      'INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK1;rport\r\nFrom: <sip:a@b>;tag=1\r\n' +
        `To: <sip:a@b>\r\nCall-ID: ${callId}\r\nCSeq: 1 BYE\r\n\r\n`,
    );
  }
  const tags = scene.arrived.map(({message}) => message.to.tag);
  expect(tags[0]).toMatch(/^[0-9a-f]{16}$/);
  expect(tags[1]).toBe(tags[0]);
  expect(tags[2]).not.toBe(tags[0]);
});

test('a flood of requests that wait takes bounded room, one address a part of it; then 503 with Retry-After', () => {
  const scene = new Scene();
  const local = {address: '192.0.2.1', port: 5060};
  const flood = (source: number, count: number) => {
    for (let index = 0; index < count; index++) {
      const via = `SIP/2.0/UDP 10.0.0.${source}:5060;branch=z9hG4bK${source}-${index}`;
      const text = [
        'INVITE sip:a@192.0.2.1 SIP/2.0',
        `Via: ${via}`,
        'From: <sip:b@c>;tag=1',
        'To: <sip:a@b>',
        `Call-ID: ${source}-${index}`,
        'CSeq: 1 INVITE',
        'Content-Length: 0\r\n\r\n',
      ].join('\r\n');
      scene.layer.receive(Buffer.from(text), {address: `10.0.0.${source}`, port: 5060}, local);
    }
  };
  flood(1, 1000);
  expect(scene.layer.size).toBe(64);
  expect(scene.layer.refused).toBe(936);
  for (let source = 2; source < 50; source++) flood(source, 100);
  expect(scene.layer.size).toBe(256);
  const refusal = scene.network.sent.at(-1)!;
  expect(refusal.text).toMatch(/^SIP\/2.0 503 /);
  expect(refusal.text).toMatch(/Retry-After: \d+\r\n/);
  scene.layer.close();
  expect(scene.layer.size).toBe(0);
  scene.clock.advance(0);
  expect(scene.clock.pending).toBe(0);
});

test('large requests that are answered are bounded by their bytes', () => {
  const scene = answering(200);
  const body = Buffer.alloc(60_000, 'x').toString();
  for (let index = 0; index < 300; index++) {
    const head = Buffer.from(writeMessage(incoming('OPTIONS', {branch: `z9hG4bK${index}`}))).toString();
    scene.sendText(
      head
        .replace('CSeq: 1', `CSeq: ${index}`)
        .replace('Content-Length: 0', `Content-Length: ${body.length}`) + body,
    );
  }
  expect(scene.times(200)).toHaveLength(300);
  expect(scene.layer.size).toBeLessThan(72);
  scene.clock.advance(32_000);
  expect([scene.layer.size, scene.clock.pending]).toEqual([0, 0]);
});

test('a request that comes by two ways is known for one, as long as the first transaction lives', () => {
  const scene = new Scene();
  const merged: boolean[] = [];
  scene.layer.onRequest = (server, request) => {
    merged.push(server!.merged);
    server!.respond(createResponse(request, 200, undefined, 'a'));
  };
  for (const branch of ['z9hG4bK1', 'z9hG4bK2']) scene.send(incoming('OPTIONS', {branch}));
  scene.send(incoming('INFO', {branch: 'z9hG4bK3'}));
  scene.clock.advance(32_000);
  scene.send(incoming('OPTIONS', {branch: 'z9hG4bK4'}));
  expect(merged).toEqual([false, true, false, false]);
});

test('a flood of requests that are answered is bounded, does not push out a call, and is gone in time', () => {
  const scene = answering(200);
  scene.send(incoming('INVITE', {branch: 'z9hG4bKcall'}));
  for (let index = 0; index < 5000; index++) scene.send(incoming('OPTIONS', {branch: `z9hG4bK${index}`}));
  expect(scene.layer.size).toBe(1024);
  const answers = scene.times(200).length;
  scene.send(incoming('INVITE', {branch: 'z9hG4bKcall'}));
  expect(scene.times(200)).toHaveLength(answers);
  scene.clock.advance(32_000);
  expect(scene.layer.size).toBe(0);
  expect(scene.clock.pending).toBe(0);
  scene.send(incoming('OPTIONS', {branch: 'z9hG4bKlater'}));
  expect(scene.times(200)).toHaveLength(answers + 1);
});
