import {beforeEach, describe, expect, test} from 'vitest';
import {createRequest, createResponse} from '../../../firmware/sip/message/create.ts';
import type {SipRequest} from '../../../firmware/sip/message/message.ts';
import type {ServerTransaction} from '../../../firmware/sip/transaction/transaction.ts';
import {incoming, Scene} from './scene.ts';

/** INVITE server transactions: RFC 3261 section 17.2.1, RFC 6026 section 7.1, CANCEL: section 9.2. */
let scene: Scene;
let transaction: ServerTransaction;
/** Methods of the requests that reached the user, and whether with a transaction. */
let told: string[];

beforeEach(() => {
  scene = new Scene();
  told = [];
  scene.layer.onRequest = (server, request) => {
    told.push(server ? request.method : `${request.method} alone`);
    if (server) transaction = server;
  };
  scene.send(incoming('INVITE'));
});

function respond(status: number, toTag = 'alice'): void {
  transaction.respond(createResponse(transaction.request, status, undefined, toTag));
  scene.clock.advance(0);
}

/** The ACK as the peer's INVITE transaction sends it. */
function acknowledgement(branch = 'z9hG4bKpeer1'): SipRequest {
  return incoming('ACK', {branch, to: '<sip:alice@192.0.2.1>;tag=alice'});
}

test('100 goes out by itself after 200 ms of silence, with the Timestamp', () => {
  scene = new Scene();
  const invite = incoming('INVITE');
  invite.headers.append('Timestamp', '54.2');
  scene.send(invite);
  scene.clock.advance(199);
  expect(scene.kinds).toEqual([]);
  scene.clock.advance(1);
  expect(scene.kinds).toEqual([100]);
  expect(scene.response(100).headers.get('Timestamp')).toBe('54.2');
});

test('a user that answers within 200 ms is not preceded by a 100', () => {
  respond(180);
  scene.clock.advance(1000);
  expect(scene.kinds).toEqual([180]);
});

test('an INVITE that comes again gets the last provisional response, and the user does not hear of it', () => {
  scene.send(incoming('INVITE'));
  expect(scene.kinds).toEqual([]);
  respond(180);
  respond(183);
  scene.send(incoming('INVITE'));
  expect(scene.kinds).toEqual([180, 183, 183]);
  expect(told).toEqual(['INVITE']);
});

describe('a final response that is no 2xx', () => {
  test('timer G: is repeated after 500 ms, doubling up to 4 s; timer H: fails after 32 s', () => {
    const failures: string[] = [];
    transaction.onFailure = (why) => failures.push(`${why} at ${scene.clock.now()}`);
    respond(486);
    scene.clock.advance(40_000);
    expect(scene.times(486)).toEqual([
      0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500,
    ]);
    expect(failures).toEqual(['timeout at 32000']);
    expect(scene.layer.size).toBe(0);
    expect(scene.clock.pending).toBe(0);
  });

  test('is repeated at once when the INVITE comes again', () => {
    respond(486);
    scene.clock.advance(100);
    scene.send(incoming('INVITE'));
    expect(scene.times(486)).toEqual([0, 100]);
  });

  test('is at rest after the ACK; timer I: further ACKs are absorbed for 5 s', () => {
    respond(486);
    scene.clock.advance(100);
    scene.send(acknowledgement());
    expect(transaction.state).toBe('confirmed');
    scene.send(acknowledgement());
    scene.send(incoming('INVITE'));
    scene.clock.advance(4999);
    expect(scene.times(486)).toEqual([0]);
    expect(scene.layer.size).toBe(1);
    scene.clock.advance(1);
    expect(scene.layer.size).toBe(0);
    expect(told).toEqual(['INVITE']);
    expect(scene.clock.pending).toBe(0);
  });

  test('is the last word', () => {
    respond(486);
    respond(200);
    respond(180);
    expect(scene.kinds).toEqual([486]);
  });
});

describe('a 2xx', () => {
  test('is repeated by the user alone; INVITEs that come again are absorbed; timer L ends it after 32 s', () => {
    respond(200);
    expect(transaction.state).toBe('accepted');
    scene.clock.advance(500);
    scene.send(incoming('INVITE'));
    respond(200);
    expect(scene.times(200)).toEqual([0, 500]);
    expect(told).toEqual(['INVITE']);
    scene.clock.advance(31_499);
    expect(scene.layer.size).toBe(1);
    scene.clock.advance(1);
    expect(scene.layer.size).toBe(0);
    expect(scene.clock.pending).toBe(0);
  });

  test('has an ACK of its own, which is the user\u2019s, whatever its branch', () => {
    respond(200);
    scene.send(acknowledgement('z9hG4bKanother'));
    scene.send(acknowledgement());
    expect(told).toEqual(['INVITE', 'ACK alone', 'ACK alone']);
    respond(486);
    expect(scene.kinds).toEqual([200]);
  });
});

test('an ACK that belongs to nothing is the user\u2019s', () => {
  scene.send(acknowledgement('z9hG4bKelsewhere'));
  expect(told).toEqual(['INVITE', 'ACK alone']);
  expect(scene.layer.size).toBe(1);
});

test('the same branch from another sent-by is another transaction', () => {
  scene.send(incoming('INVITE', {via: 'SIP/2.0/UDP 192.0.2.3:5060;branch=z9hG4bKpeer1'}));
  scene.send(incoming('INVITE', {via: 'SIP/2.0/UDP 192.0.2.2:5062;branch=z9hG4bKpeer1'}));
  expect(told).toEqual(['INVITE', 'INVITE', 'INVITE']);
});

test('a client of RFC 2543, without a usable branch, is understood: repetition and ACK match', () => {
  scene = new Scene();
  const seen: string[] = [];
  scene.layer.onRequest = (server, request) => {
    seen.push(request.method);
    server?.respond(createResponse(request, 486, undefined, 'alice'));
  };
  const via = 'SIP/2.0/UDP 192.0.2.2';
  scene.send(incoming('INVITE', {via}));
  scene.send(incoming('INVITE', {via}));
  expect(scene.kinds).toEqual([486, 486]);
  scene.send(incoming('ACK', {via, to: '<sip:alice@192.0.2.1>;tag=alice'}));
  expect(seen).toEqual(['INVITE']);
  scene.clock.advance(5000);
  expect(scene.layer.size).toBe(0);
});

describe('CANCEL', () => {
  test('is answered 200, with the To tag of the INVITE, and then told', () => {
    respond(180, 'alice');
    let reason: string | undefined;
    transaction.onCancel = (cancel) => {
      reason = cancel.headers.get('Reason');
      respond(487);
    };
    const cancel = incoming('CANCEL');
    cancel.headers.append('Reason', 'SIP;cause=200');
    scene.send(cancel);
    expect(scene.kinds).toEqual([180, 200, 487]);
    expect(scene.response(200).cseq.method).toBe('CANCEL');
    expect(scene.response(200).to.tag).toBe('alice');
    expect(scene.response(487).cseq.method).toBe('INVITE');
    expect(reason).toBe('SIP;cause=200');
    expect(told).toEqual(['INVITE']);
  });

  test('that comes again is answered again and told once', () => {
    let times = 0;
    transaction.onCancel = () => times++;
    scene.send(incoming('CANCEL'));
    scene.send(incoming('CANCEL'));
    expect(scene.kinds).toEqual([200, 200]);
    expect(times).toBe(1);
  });

  test('after the final response changes nothing', () => {
    transaction.onCancel = () => {
      throw new Error('told of a CANCEL that came too late');
    };
    respond(200);
    scene.send(incoming('CANCEL'));
    expect(scene.kinds).toEqual([200, 200]);
    expect(transaction.state).toBe('accepted');
  });

  test('of something else is answered 481, with a tag', () => {
    scene.send(incoming('CANCEL', {branch: 'z9hG4bKother'}));
    expect(scene.kinds).toEqual([481]);
    expect(scene.response(481).to.tag).toMatch(/./);
    expect(told).toEqual(['INVITE']);
  });
});

test('a response that cannot be sent is told, and the transaction stays', () => {
  const failures: string[] = [];
  transaction.onFailure = (why, text) => failures.push(`${why}: ${text}`);
  scene.network.unreachable.add('192.0.2.2');
  respond(180);
  expect(failures).toEqual(['transport: cannot send to 192.0.2.2:5060: no route there']);
  expect(transaction.state).toBe('proceeding');
});

test('a request built by hand with several Vias keeps them in order in its responses', () => {
  scene = new Scene();
  scene.layer.onRequest = (server, request) => server?.respond(createResponse(request, 486));
  const request = createRequest({
    method: 'INVITE',
    requestUri: 'sip:alice@192.0.2.1',
    via: 'SIP/2.0/UDP proxy.example;branch=z9hG4bKa;rport, SIP/2.0/UDP client.example;branch=z9hG4bKb',
    from: '<sip:bob@192.0.2.2>;tag=bob',
    to: '<sip:alice@192.0.2.1>',
    callId: 'x',
    cseq: 1,
  });
  scene.send(request);
  expect(scene.response(486).headers.list('Via')).toEqual([
    'SIP/2.0/UDP proxy.example;branch=z9hG4bKa;rport=5060;received=192.0.2.2',
    'SIP/2.0/UDP client.example;branch=z9hG4bKb',
  ]);
});
