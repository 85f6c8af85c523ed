/** Messages inside and about a call that two phones of ours do not send each other by themselves. */

const via = 'Via: SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bKfuzz;rport';
const ends = ['From: <sip:a@192.0.2.2>;tag=a', 'To: <sip:b@192.0.2.1>;tag=b', 'Call-ID: fuzz'];
const contact = 'Contact: <sip:a@192.0.2.2>';
const offer = [
  'v=0',
  'o=- 1 1 IN IP4 192.0.2.2',
  's=-',
  'c=IN IP4 192.0.2.2',
  't=0 0',
  'm=audio 7000 RTP/AVP 0 101',
  'a=rtpmap:101 telephone-event/8000',
];

function message(startLine: string, headers: readonly string[], body: readonly string[] = []): Buffer {
  const content = body.map((line) => `${line}\r\n`).join('');
  const lines = [
    startLine,
    via,
    ...ends,
    contact,
    ...headers,
    `Content-Length: ${content.length}`,
    '',
    content,
  ];
  return Buffer.from(lines.join('\r\n'));
}

function request(
  method: string,
  cseq: number,
  headers: readonly string[] = [],
  body?: readonly string[],
): Buffer {
  return message(`${method} sip:b@192.0.2.1 SIP/2.0`, [`CSeq: ${cseq} ${method}`, ...headers], body);
}

function response(status: number, ...headers: string[]): Buffer {
  return message(`SIP/2.0 ${status} Fuzz`, ['CSeq: 1 INVITE', ...headers]);
}

const sdp = 'Content-Type: application/sdp';
const digest = 'Digest realm="house", nonce="1", qop="auth"';

export const callMessages: readonly Buffer[] = [
  request('INFO', 20, ['Content-Type: application/dtmf-relay'], ['Signal=7', 'Duration=160']),
  request('INFO', 21, ['Content-Type: application/dtmf'], ['#']),
  request('INVITE', 22, [sdp], [...offer, 'a=sendonly']),
  request('INVITE', 23, [sdp], [...offer, 'a=inactive']),
  request('INVITE', 24, [sdp], offer),
  request('INVITE', 25),
  request('ACK', 25, [sdp], offer),
  request('ACK', 24),
  request('UPDATE', 26, ['Supported: timer', 'Session-Expires: 90;refresher=uac', 'Min-SE: 90']),
  request('UPDATE', 27, [sdp, 'Session-Expires: 60', 'Supported: timer'], [...offer, 'a=recvonly']),
  request('PRACK', 28, ['RAck: 1 1 INVITE']),
  response(180, 'Require: 100rel', 'RSeq: 1'),
  response(422, 'Min-SE: 120'),
  response(200, 'Session-Expires: 90;refresher=uac', 'Require: timer', 'Allow: INVITE, ACK, BYE'),
  request('BYE', 29),
  request('OPTIONS', 30, ['Require: 100rel']),
  request('CANCEL', 1, ['Reason: SIP;cause=200;text="Call completed elsewhere"']),
  message('SIP/2.0 183 Fuzz', ['CSeq: 1 INVITE', sdp], offer),
  message(
    'SIP/2.0 200 Fuzz',
    ['CSeq: 1 INVITE', 'Record-Route: <sip:192.0.2.2;lr>, <sip:192.0.2.1>', sdp],
    offer,
  ),
  response(199),
  response(302, 'Contact: <sip:c@192.0.2.1>;q=0.5, <sip:d@192.0.2.2>'),
  response(305, 'Contact: <sip:192.0.2.2;lr>'),
  response(401, `WWW-Authenticate: ${digest}, algorithm=SHA-256`, `WWW-Authenticate: ${digest}`),
  response(407, `Proxy-Authenticate: ${digest}, stale=true`),
  response(491, 'Retry-After: 1'),
  response(
    401,
    `WWW-Authenticate: ${digest}, algorithm=MD5-sess`,
    `WWW-Authenticate: Digest realm="b", nonce="2"`,
  ),
  request('MESSAGE', 31, ['Content-Type: text/plain'], ['A parcel is at the door']),
  request('MESSAGE', 32, ['Content-Type: text/html'], ['<p>']),
  request('SUBSCRIBE', 33, ['Event: dialog', 'Expires: 600', 'Accept: application/dialog-info+xml']),
  request('SUBSCRIBE', 34, ['Event: presence']),
  request('SUBSCRIBE', 35, ['Event: dialog', 'Expires: 0']),
  response(489, 'Allow-Events: dialog'),
  request('REFER', 36, ['Refer-To: <sip:c@192.0.2.2>', 'Referred-By: <sip:a@192.0.2.2>']),
  request('REFER', 37, [
    'Refer-To: <sip:c@192.0.2.1?Replaces=fuzz%3Bto-tag%3Db%3Bfrom-tag%3Da>',
    'Refer-Sub: false',
  ]),
  request(
    'NOTIFY',
    38,
    ['Event: refer', 'Subscription-State: active;expires=60', 'Content-Type: message/sipfrag'],
    ['SIP/2.0 180 Ringing'],
  ),
  request('NOTIFY', 39, ['Event: refer', 'Subscription-State: terminated;reason=noresource']),
  request('INVITE', 40, [sdp, 'Replaces: fuzz;to-tag=b;from-tag=a', 'Require: replaces'], offer),
  request(
    'INVITE',
    41,
    ['Content-Type: multipart/mixed;boundary=b'],
    [
      '--b',
      'Content-Type: text/plain',
      'Content-Disposition: render;handling=optional',
      '',
      'x',
      '--b',
      sdp,
      '',
      ...offer,
      '--b--',
    ],
  ),
];
