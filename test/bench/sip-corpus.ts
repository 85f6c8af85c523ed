/**
 * Sixteen messages as they pass between a door station, a registrar and a phone in one registration and one
 * call: 494 bytes on average, four of them with SDP.
 */
const door = 'sip:door@192.0.2.20:5060';
const allow = 'Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, INFO';
const digest =
  'Digest username="door", realm="house.example.org", nonce="1795344530/6eea192ec33053c3", uri="sip:101@house.example.org", response="c4f3304b5834c6b4fc34c94c109bcfdd", algorithm=MD5, qop=auth, nc=00000001, cnonce="70a7130f713f6879"';
const challenge =
  'Digest realm="house.example.org", nonce="1795344530/6eea192ec33053c3", algorithm=MD5, qop="auth"';

const registerVia = 'Via: SIP/2.0/UDP 192.0.2.20:5060;branch=z9hG4bK7e062abdf29caa1e;rport';
const inviteVia = 'Via: SIP/2.0/UDP 192.0.2.20:5060;branch=z9hG4bK61b7e2f1a1db5a1d;rport';
const inviteViaBack = `${inviteVia}=5060;received=192.0.2.20`;
const phoneVia = 'Via: SIP/2.0/UDP 192.0.2.101:5062;branch=z9hG4bKad1f09c7e5520b13;rport';

const registration = [
  'From: "Front door" <sip:door@house.example.org>;tag=4bdcd8b1293207d5',
  'To: <sip:door@house.example.org>',
  'Call-ID: e04326ffe083fa0c',
];
const from = 'From: "Front door" <sip:door@house.example.org>;tag=46a770a229de4b82';
const to = 'To: <sip:101@house.example.org>';
const toTagged = `${to};tag=26992774-ee9b-40c7`;
const callId = 'Call-ID: 1c791bada961458d';
const call = [from, to, callId];
const dialog = [from, toTagged, callId];
const doorContact = `Contact: <${door}>`;
const phoneContact = 'Contact: <sip:101@192.0.2.101:5062;transport=udp>';

function description(address: string, port: number): string[] {
  return [
    'v=0',
    `o=- 690658787 582412361 IN IP4 ${address}`,
    's=-',
    `c=IN IP4 ${address}`,
    't=0 0',
    `m=audio ${port} RTP/AVP 0 101`,
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:101 telephone-event/8000',
    'a=fmtp:101 0-15',
  ];
}

function message(startLine: string, headers: (string | string[])[], sdp?: string[]): Buffer {
  const body = sdp ? `${sdp.join('\r\n')}\r\n` : '';
  const lines = [startLine, ...headers.flat()];
  if (sdp) lines.push('Content-Type: application/sdp');
  lines.push(`Content-Length: ${body.length}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

const forwards = 'Max-Forwards: 70';
const agent = 'User-Agent: Doorline/0.1';
const phone = 'User-Agent: Example Phone';
const supported = 'Supported: replaces, timer';

/** The messages, in the order in which they pass. */
export const sipCorpus: readonly Buffer[] = [
  message('REGISTER sip:house.example.org SIP/2.0', [
    registerVia,
    forwards,
    registration,
    'CSeq: 23677 REGISTER',
    `${doorContact};expires=300`,
    agent,
  ]),
  message('SIP/2.0 401 Unauthorized', [
    `${registerVia}=5060;received=192.0.2.20`,
    registration,
    'CSeq: 23677 REGISTER',
    `WWW-Authenticate: ${challenge}`,
    'Server: Example Registrar',
  ]),
  message('REGISTER sip:house.example.org SIP/2.0', [
    registerVia,
    forwards,
    registration,
    'CSeq: 23678 REGISTER',
    `${doorContact};expires=300`,
    `Authorization: ${digest}`,
    agent,
    allow,
  ]),
  message('SIP/2.0 200 OK', [
    `${registerVia}=5060;received=192.0.2.20`,
    registration,
    'CSeq: 23678 REGISTER',
    'Date: Sun, 22 Nov 2026 10:48:51 GMT',
    `${doorContact};expires=300`,
    'Server: Example Registrar',
  ]),
  message(
    'INVITE sip:101@house.example.org SIP/2.0',
    [inviteVia, forwards, call, 'CSeq: 7324 INVITE', doorContact, agent, allow, supported],
    description('192.0.2.20', 16384),
  ),
  message('SIP/2.0 407 Proxy Authentication Required', [
    inviteViaBack,
    dialog,
    'CSeq: 7324 INVITE',
    `Proxy-Authenticate: ${challenge}`,
    'Server: Example Registrar',
  ]),
  message('ACK sip:101@house.example.org SIP/2.0', [
    inviteVia,
    forwards,
    dialog,
    'CSeq: 7324 ACK',
    doorContact,
    agent,
  ]),
  message(
    'INVITE sip:101@house.example.org SIP/2.0',
    [inviteVia, forwards, call, 'CSeq: 7325 INVITE', doorContact, `Proxy-Authorization: ${digest}`, agent],
    description('192.0.2.20', 16384),
  ),
  message('SIP/2.0 100 Trying', [inviteViaBack, call, 'CSeq: 7325 INVITE', 'Server: Example Registrar']),
  message('SIP/2.0 180 Ringing', [
    inviteViaBack,
    'Record-Route: <sip:198.51.100.7;lr>',
    dialog,
    'CSeq: 7325 INVITE',
    phoneContact,
    phone,
    allow,
  ]),
  message(
    'SIP/2.0 200 OK',
    [
      inviteViaBack,
      'Record-Route: <sip:198.51.100.7;lr>',
      dialog,
      'CSeq: 7325 INVITE',
      phoneContact,
      phone,
      allow,
    ],
    description('192.0.2.101', 11784),
  ),
  message('ACK sip:101@192.0.2.101:5062;transport=udp SIP/2.0', [
    inviteVia,
    'Route: <sip:198.51.100.7;lr>',
    forwards,
    dialog,
    'CSeq: 7325 ACK',
    doorContact,
    agent,
  ]),
  message(`INFO ${door} SIP/2.0`, [
    phoneVia,
    'Route: <sip:198.51.100.7;lr>',
    forwards,
    'From: <sip:101@house.example.org>;tag=26992774-ee9b-40c7',
    'To: "Front door" <sip:door@house.example.org>;tag=46a770a229de4b82',
    callId,
    'CSeq: 1 INFO',
    phoneContact,
    phone,
  ]),
  message(
    `INVITE ${door} SIP/2.0`,
    [
      phoneVia,
      forwards,
      'From: <sip:101@house.example.org>;tag=26992774-ee9b-40c7',
      'To: "Front door" <sip:door@house.example.org>;tag=46a770a229de4b82',
      callId,
      'CSeq: 2 INVITE',
      phoneContact,
      phone,
    ],
    description('192.0.2.101', 11784),
  ),
  message(`BYE ${door} SIP/2.0`, [
    phoneVia,
    'Route: <sip:198.51.100.7;lr>',
    forwards,
    'From: <sip:101@house.example.org>;tag=26992774-ee9b-40c7',
    'To: "Front door" <sip:door@house.example.org>;tag=46a770a229de4b82',
    callId,
    'CSeq: 3 BYE',
    phone,
  ]),
  message('SIP/2.0 200 OK', [
    `${phoneVia}=5062;received=192.0.2.101`,
    'From: <sip:101@house.example.org>;tag=26992774-ee9b-40c7',
    'To: "Front door" <sip:door@house.example.org>;tag=46a770a229de4b82',
    callId,
    'CSeq: 3 BYE',
    agent,
    supported,
  ]),
];
