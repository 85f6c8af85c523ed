import {expect, test} from 'vitest';
import {CallScene} from './scene.ts';

/** Single requests, as bytes, and what must come back: RFC 3261 section 8.2 line by line. */

const sdp = [
  'v=0',
  'o=- 1 1 IN IP4 192.0.2.9',
  's=-',
  'c=IN IP4 192.0.2.9',
  't=0 0',
  'm=audio 7000 RTP/AVP 0',
  '',
].join('\r\n');

interface Odd {
  method?: string;
  uri?: string;
  version?: string;
  /** Header lines that replace those of the same name; an empty list takes the header away. */
  headers?: Record<string, string[]>;
  body?: string;
}

/** A good request but for what `odd` says. */
function requestText({
  method = 'INVITE',
  uri = 'sip:door@192.0.2.1',
  version = 'SIP/2.0',
  headers = {},
  body,
}: Odd) {
  const content = body ?? (method === 'INVITE' ? sdp : '');
  const lines: Record<string, string[]> = {
    Via: ['SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKodd'],
    'Max-Forwards': ['70'],
    From: ['<sip:peer@192.0.2.9>;tag=peer'],
    To: ['<sip:door@192.0.2.1>'],
    'Call-ID': ['odd'],
    CSeq: [`1 ${method}`],
    Contact: ['<sip:peer@192.0.2.9>'],
    'Content-Type': content === '' ? [] : ['application/sdp'],
    'Content-Length': [String(content.length)],
    ...headers,
  };
  const head = Object.entries(lines).flatMap(([name, values]) => values.map((value) => `${name}: ${value}`));
  return [`${method} ${uri} ${version}`, ...head, '', content].join('\r\n');
}

/** Tesla with a stranger who keeps what arrives as text. */
function scene() {
  const all = new CallScene();
  const arrived: string[] = [];
  const stranger = all.network.open('192.0.2.9');
  stranger.onMessage = (bytes) => void arrived.push(Buffer.from(bytes).toString());
  const send = async (text: string) => {
    stranger.send(Buffer.from(text), {transport: 'UDP', address: '192.0.2.1', port: 5060});
    await all.settle();
    return arrived.at(-1) ?? '';
  };
  return {all, arrived, send};
}

const refused: [name: string, odd: Odd, status: number, header?: RegExp][] = [
  ['a method that is known but not supported', {method: 'PUBLISH'}, 405, /^Allow: INVITE, ACK, .*OPTIONS/m],
  ['SUBSCRIBE to nonsense', {method: 'SUBSCRIBE', headers: {Event: ['x']}}, 489, /^Allow-Events: dialog/m],
  ['a method that nobody knows', {method: 'INVITE2'}, 501, /^Allow: /m],
  ['a method in lower case, which is another', {method: 'invite'}, 501],
  ['a method nobody knows and a scheme nobody knows', {method: 'DANCE', uri: 'soap.beep://x'}, 501],
  ['a scheme nobody knows', {uri: 'nobodyKnowsThisScheme:totallyopaquecontent', method: 'OPTIONS'}, 416],
  ['a scheme nobody knows, before Require', {uri: 'tel:+1555', headers: {Require: ['100rel']}}, 416],
  ['another version', {version: 'SIP/7.0'}, 505],
  ['extensions required', {headers: {Require: ['a, b', 'c']}}, 420, /^Unsupported: a, b, c\r$/m],
  [
    'extensions required of OPTIONS',
    {method: 'OPTIONS', headers: {Require: ['x']}},
    420,
    /^Unsupported: x\r$/m,
  ],
  [
    'another body type',
    {headers: {'Content-Type': ['text/plain']}},
    415,
    /^Accept: application\/sdp, multipart\/mixed, /m,
  ],
  ['a body without a type', {headers: {'Content-Type': []}}, 415, /^Accept: application\/sdp, /m],
  ['a packed body', {headers: {'Content-Encoding': ['gzip']}}, 415, /^Accept-Encoding: identity\r$/m],
  ['a packed body, compact', {headers: {e: ['deflate']}}, 415, /^Accept-Encoding: identity\r$/m],
  ['no Contact', {headers: {Contact: []}}, 400, /^Warning: 399 doorline "an INVITE needs a Contact/m],
  ['a Contact that no request could go to', {headers: {Contact: ['<tel:+1555>']}}, 400],
  ['the method of another request in CSeq', {headers: {CSeq: ['1 OPTIONS']}}, 400],
  ['a CSeq number of 32 bits', {headers: {CSeq: ['4294967295 INVITE']}}, 400],
  ['no From', {headers: {From: []}}, 400],
  ['no To', {headers: {To: []}}, 400],
  ['no Call-ID', {headers: {'Call-ID': []}}, 400],
  ['no CSeq', {headers: {CSeq: []}}, 400],
  ['two of From', {headers: {From: ['<sip:a@b>;tag=1', '<sip:a@b>;tag=2']}}, 400],
  ['two of To', {headers: {To: ['<sip:a@b>', '<sip:c@d>']}}, 400],
  ['two of Call-ID', {headers: {'Call-ID': ['a', 'b']}}, 400],
  ['two of CSeq', {headers: {CSeq: ['1 INVITE', '2 INVITE']}}, 400],
  ['two of Max-Forwards', {headers: {'Max-Forwards': ['1', '2']}}, 400],
  ['two lengths', {headers: {'Content-Length': ['4', '0']}}, 400],
  ['a length beyond the datagram', {headers: {'Content-Length': ['9999']}}, 400],
  ['a negative length', {headers: {'Content-Length': ['-1']}}, 400],
  ['a Request-URI in angle brackets', {uri: '<sip:door@192.0.2.1>'}, 400],
  ['a Request-URI with headers', {uri: 'sip:door@192.0.2.1?Subject=x'}, 400],
  ['a quote that is never closed', {headers: {From: ['"peer <sip:peer@192.0.2.9>;tag=peer']}}, 400],
  [
    'more Vias than any way has',
    {headers: {Via: Array(70).fill('SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKodd')}},
    513,
  ],
  ['headers without end', {headers: {Subject: ['x'.repeat(40_000)]}}, 513],
  ['a dialog that nobody knows', {headers: {To: ['<sip:door@192.0.2.1>;tag=nobody']}}, 481],
  ['BYE outside of a dialog', {method: 'BYE'}, 481],
  ['BYE in a dialog that nobody knows', {method: 'BYE', headers: {To: ['<sip:d@192.0.2.1>;tag=x']}}, 481],
  ['INFO outside of a dialog', {method: 'INFO'}, 481],
  ['NOTIFY of what nobody subscribed to', {method: 'NOTIFY', headers: {Event: ['presence']}}, 481],
  [
    'REFER outside of a dialog, which would make the station call whom a stranger wants',
    {method: 'REFER', headers: {'Refer-To': ['<sip:0900@192.0.2.2>']}},
    403,
  ],
  [
    'Replaces in a request that is no INVITE',
    {method: 'OPTIONS', headers: {Replaces: ['a;to-tag=b;from-tag=c']}},
    400,
  ],
  ['a call to replace that nobody knows', {headers: {Replaces: ['a;to-tag=b;from-tag=c']}}, 481],
  ['a call to replace that is not named', {headers: {Replaces: ['a;to-tag=b']}}, 400, /^Warning: /m],
  ['two calls to replace', {headers: {Replaces: ['a;to-tag=b;from-tag=c', 'd;to-tag=e;from-tag=f']}}, 400],
  [
    'a call to replace and one to join',
    {headers: {Replaces: ['a;to-tag=b;from-tag=c'], Join: ['a;to-tag=b;from-tag=c']}},
    400,
  ],
  ['CANCEL of nothing', {method: 'CANCEL'}, 481],
  ['SDP that cannot be read', {body: 'v=1\r\n'}, 400],
  [
    'an offer without a common codec',
    {body: sdp.replace('AVP 0', 'AVP 18')},
    488,
    /^Warning: 399 doorline /m,
  ],
  ['an offer of video alone', {body: sdp.replace('audio', 'video')}, 488],
];
test.each(refused)('%s', async (_name, odd, status, header) => {
  const {all, arrived, send} = scene();
  const answer = await send(requestText(odd));
  expect(answer.split('\r\n', 1)[0]).toMatch(new RegExp(`^SIP/2.0 ${status} .`));
  if (header) expect(answer).toMatch(header);
  expect(answer.match(/^To: .*$/m)?.[0] ?? ';tag=').toContain(';tag=');
  expect(arrived).toHaveLength(1);
  expect(all.tesla.incoming).toHaveLength(0);
});

const accepted: [name: string, odd: Odd][] = [
  ['Max-Forwards 0, for who answers forwards nothing', {headers: {'Max-Forwards': ['0']}}],
  ['no Max-Forwards', {headers: {'Max-Forwards': []}}],
  ['Proxy-Require, which is for proxies', {headers: {'Proxy-Require': ['magic']}}],
  ['extensions supported there', {headers: {k: ['100rel, timer'], Supported: ['path']}}],
  ['no tag in From', {headers: {From: ['<sip:peer@192.0.2.9>']}}],
  ['a type in capitals with a parameter', {headers: {'Content-Type': ['APPLICATION/SDP ; charset=utf-8']}}],
  ['an encoding that is none', {headers: {'Content-Encoding': ['identity']}}],
  ['escapes in URIs', {uri: 'sip:%64oor;x=%20@192.0.2.1;transport=udp;foo=%22bar%22'}],
  [
    'an optional body of another type',
    {
      headers: {'Content-Type': ['text/x'], 'Content-Disposition': ['render;handling=optional']},
      body: 'x',
    },
  ],
];
test.each(accepted)('is taken: %s', async (_name, odd) => {
  const {all, arrived, send} = scene();
  await send(requestText(odd));
  expect(all.tesla.incoming).toHaveLength(1);
  expect(arrived).toEqual([]);
});

test('compact names, folded lines, lists and quoted strings: the answer carries them back', async () => {
  const {all, send} = scene();
  all.tesla.onCall = (call) => call.answer(all.tesla.listener);
  const answer = await send(
    [
      'INVITE sip:door@192.0.2.1 SIP/2.0',
      'v: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKodd,',
      ' SIP/2.0/TCP 192.0.2.8;branch="z9hG4bK, 2"',
      'RECORD-ROUTE: <sip:192.0.2.9;lr>, "a, b"',
      '\t<sip:192.0.2.8;lr>',
      'f  : "A. \\"Quote, Jr.\\"" <sip:peer@192.0.2.9>',
      '  ;TAG=Peer',
      't:<sip:door@192.0.2.1>',
      'i: Odd@192.0.2.9',
      'cseq: 0007',
      '  INVITE',
      'm:<sip:peer@192.0.2.9>',
      'c:application/sdp',
      `l: ${sdp.length}`,
      '',
      sdp,
    ].join('\r\n'),
  );
  const folded = answer.replace(/\r\n[ \t]+/g, ' ');
  expect(folded).toMatch(/^SIP\/2\.0 200 OK\r\n/);
  expect(folded).toMatch(
    /^v: SIP\/2\.0\/UDP 192\.0\.2\.9;branch=z9hG4bKodd, SIP\/2\.0\/TCP 192\.0\.2\.8;branch="z9hG4bK, 2"\r$/m,
  );
  expect(folded).toMatch(/^RECORD-ROUTE: <sip:192\.0\.2\.9;lr>, "a, b" <sip:192\.0\.2\.8;lr>\r$/m);
  expect(folded).toMatch(/^f: "A\. \\"Quote, Jr\.\\"" <sip:peer@192\.0\.2\.9> ;TAG=Peer\r$/m);
  expect(folded).toMatch(/^t: <sip:door@192\.0\.2\.1>;tag=[0-9a-f]+\r$/m);
  expect(folded).toMatch(/^cseq: 0007 INVITE\r$/m);
  expect(folded).toMatch(/^Contact: <sip:doorline@192\.0\.2\.1:5060>\r$/m);
  expect(all.tesla.incoming[0]?.caller.displayName).toBe('A. "Quote, Jr."');
});

test('OPTIONS says what can be done, and whether a call would be taken', async () => {
  const {all, send} = scene();
  const answer = await send(requestText({method: 'OPTIONS', headers: {Accept: ['application/sdp']}}));
  expect(answer).toMatch(/^SIP\/2\.0 200 OK\r\n/);
  expect(answer).toMatch(/^Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, .*MESSAGE/m);
  for (const line of [
    'Accept: application/sdp, multipart/mixed, multipart/alternative',
    'Accept-Encoding: identity',
    'Accept-Language: en',
    'Supported: 100rel, timer, replaces, norefersub',
  ]) {
    expect(answer.split('\r\n')).toContain(line);
  }
  all.tesla.agent.onIncoming = undefined;
  const away = requestText({
    method: 'OPTIONS',
    headers: {'Call-ID': ['2'], Via: ['SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK2']},
  });
  expect(await send(away)).toMatch(/^SIP\/2\.0 480 /);
});

test('what must never be answered: ACK, good or bad, and responses', async () => {
  const {all, arrived, send} = scene();
  for (const odd of [
    {method: 'ACK'},
    {method: 'ACK', headers: {To: ['<sip:d@192.0.2.1>;tag=x']}},
    {method: 'ACK', headers: {CSeq: ['1 INVITE']}},
    {method: 'ACK', version: 'SIP/3.0'},
    {method: 'ACK', headers: {Require: ['x']}},
  ]) {
    await send(requestText(odd));
  }
  await send(requestText({}).replace(/^.*/, 'SIP/2.0 200 OK'));
  await send(requestText({}).replace(/^.*/, 'SIP/2.0 999 Odd'));
  await all.pass(1000);
  expect(arrived).toEqual([]);
});

test('the same request by two ways is taken once, whatever its method', async () => {
  const {send} = scene();
  for (const [method, first] of [
    ['INVITE', ''],
    ['OPTIONS', '200'],
  ] as const) {
    const one = await send(requestText({method}));
    if (first) expect(one).toMatch(/^SIP\/2\.0 200 /);
    const headers = {Via: ['SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKother']};
    expect(await send(requestText({method, headers}))).toMatch(/^SIP\/2\.0 482 /);
    const next = {...headers, Via: ['SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKnext'], CSeq: [`2 ${method}`]};
    if (first) expect(await send(requestText({method, headers: next}))).toMatch(/^SIP\/2\.0 200 /);
  }
});
