import {readdirSync, readFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {createResponse} from '../../../firmware/sip/message/create.ts';
import type {SipMessage, SipRequest, SipResponse} from '../../../firmware/sip/message/message.ts';
import {parseNameAddress} from '../../../firmware/sip/message/name-address.ts';
import {parseMessage} from '../../../firmware/sip/message/parse.ts';
import type {ParseFailure} from '../../../firmware/sip/message/parse-failure.ts';
import {writeMessage} from '../../../firmware/sip/message/write.ts';

/** The torture messages of RFC 4475, each judged as far as this layer judges. */
const folder = new URL('../../vectors/rfc4475/', import.meta.url);
const tested = new Set<string>();

function load(name: string): Buffer {
  tested.add(name);
  return readFileSync(new URL(`${name}.dat`, folder));
}

function accepted(name: string): SipMessage {
  const result = parseMessage(load(name));
  if (!result.ok) throw new Error(`${name}: ${result.error.place}: ${result.error.text}`);
  return result.value;
}

function request(name: string): SipRequest {
  const message = accepted(name);
  if (message.kind !== 'request') throw new Error(`${name} is no request`);
  return message;
}

function response(name: string): SipResponse {
  const message = accepted(name);
  if (message.kind !== 'response') throw new Error(`${name} is no response`);
  return message;
}

function refused(name: string): ParseFailure {
  const result = parseMessage(load(name));
  if (result.ok) throw new Error(`${name} was accepted`);
  return result.error;
}

function sipUri(uri: SipMessage['from']['uri'] | undefined) {
  if (uri?.host === undefined) throw new Error('not a sip URI');
  return uri;
}

describe('3.1.1: valid messages are accepted, and understood', () => {
  test('3.1.1.1 wsinv: folding, odd case, compact forms, white space wherever it may be', () => {
    const message = request('wsinv');
    expect(message.requestUri).toBe('sip:vivekg@chair-dnrc.example.com;unknownparam');
    expect(message.to.tag).toBe('1918181833n');
    expect(message.from).toMatchObject({displayName: 'J Rosenberg \\"', tag: '98asjd8'});
    expect(message.headers.get('Max-Forwards')).toBe('0068');
    expect(message.callId).toBe('wsinv.ndaksdj@192.0.2.1');
    expect(message.cseq).toEqual({number: 9, method: 'INVITE'});
    expect(message.via).toMatchObject({transport: 'UDP', host: '192.0.2.2', branch: '390skdjuw'});
    expect(message.headers.list('via')).toHaveLength(3);
    expect(message.headers.get('s')).toBe('');
    expect(message.headers.get('NewFangledHeader')).toBe('newfangled value continued newfangled value');
    expect(message.headers.get('Content-Type')).toBe('application/sdp');
    expect(message.headers.list('Route')).toHaveLength(1);
    expect(message.contact?.displayName).toBe('Quoted string ""');
    expect(message.contact?.parameters.get('newparam')).toBe('newvalue');
    expect(message.contact?.parameters.has('secondparam')).toBe(true);
    expect(message.contact?.parameters.get('q')).toBe('0.33');
    expect(message.body).toHaveLength(150);
  });

  test('3.1.1.2 intmeth: every character a token may have; 405 or 501 is for the user agent to say', () => {
    const message = request('intmeth');
    expect(message.method).toBe("!interesting-Method0123456789_*+`.%indeed'~");
    expect(sipUri(message.uri).user).toBe("1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*");
    expect(message.to.displayName).toBe('BEL:\x07 NUL:\x00 DEL:\x7f');
    expect(message.from.displayName).toBe("token1~` token2'+_ token3*%!.-");
    expect(message.from.parameters.get("fromParam''~+*_!.-%")).toBe('работающий');
    expect(message.headers.get("extensionHeader-!.%*+_`'~")).toBe('\ufeff大停電');
  });

  test('3.1.1.3 esc01: escapes in URIs stay as they are', () => {
    const message = request('esc01');
    expect(sipUri(message.uri).user).toBe('sips%3Auser%40example.com');
    expect(sipUri(message.from.uri).user).toBe('I%20have%20spaces');
    expect(Array.from(sipUri(message.contact?.uri).parameters)).toEqual([
      ['%6c%72', undefined],
      ['n%61me', 'v%61lue%25%34%31'],
    ]);
  });

  test('3.1.1.4 escnull: escaped NULs', () => {
    const message = request('escnull');
    expect(sipUri(message.to.uri).user).toBe('null-%00-null');
    expect(message.headers.list('Contact')).toEqual([
      '<sip:%00@host5.example.com>',
      '<sip:%00%00@host5.example.com>',
    ]);
  });

  test('3.1.1.5 esc02: an escaped method is another method; a header name is not unescaped', () => {
    const message = request('esc02');
    expect(message.method).toBe('RE%47IST%45R');
    expect(message.to.displayName).toBe('%Z%45');
    expect(message.headers.list('Contact')).toHaveLength(2);
  });

  test('3.1.1.6 lwsdisp: no white space before the bracket', () => {
    expect(request('lwsdisp').from).toMatchObject({displayName: 'caller', tag: '323'});
  });

  test('3.1.1.7 longreq: long values, many Vias', () => {
    const message = request('longreq');
    expect(message.headers.list('Via')).toHaveLength(34);
    expect(message.to.displayName).toHaveLength(103);
    expect(message.callId).toHaveLength(141);
  });

  test('3.1.1.8 dblreq: what follows the body in a datagram is ignored', () => {
    const message = request('dblreq');
    expect(message.method).toBe('REGISTER');
    expect(message.body).toHaveLength(0);
  });

  test('3.1.1.9 semiuri: a semicolon in the user part', () => {
    expect(sipUri(request('semiuri').uri)).toMatchObject({
      user: 'user;par=u%40example.net',
      host: 'example.com',
    });
  });

  test('3.1.1.10 transports: transports nobody knows', () => {
    expect(
      request('transports')
        .headers.list('Via')
        .map((via) => via.split(' ')[0]),
    ).toEqual(['SIP/2.0/UDP', 'SIP/2.0/SCTP', 'SIP/2.0/TLS', 'SIP/2.0/UNKNOWN', 'SIP/2.0/TCP']);
  });

  test('3.1.1.11 mpart01: a binary body is kept octet for octet', () => {
    const {body} = request('mpart01');
    expect(body).toHaveLength(553);
    expect(Buffer.from(body).equals(load('mpart01').subarray(-553))).toBe(true);
  });

  test('3.1.1.12 unreason: a reason phrase in UTF-8', () => {
    expect(response('unreason').reason).toBe('= 2**3 * 5**2 но сто девяносто девять - простое');
  });

  test('3.1.1.13 noreason: an empty reason phrase', () => {
    expect(response('noreason')).toMatchObject({status: 100, reason: ''});
  });
});

describe('3.1.2: invalid requests are answered', () => {
  test.each([
    ['3.1.2.1', 'badinv01', 400, 'Via'],
    ['3.1.2.2', 'clerr', 400, 'Content-Length'],
    ['3.1.2.3', 'ncl', 400, 'Content-Length'],
    ['3.1.2.4', 'scalar02', 400, 'CSeq'],
    ['3.1.2.6', 'quotbal', 400, 'To'],
    ['3.1.2.7', 'ltgtruri', 400, 'start line'],
    ['3.1.2.8', 'lwsruri', 400, 'start line'],
    ['3.1.2.9', 'lwsstart', 400, 'start line'],
    ['3.1.2.10', 'trws', 400, 'start line'],
    ['3.1.2.11', 'escruri', 400, 'start line'],
    ['3.1.2.12', 'baddate', 400, 'Date'],
    ['3.1.2.13', 'regbadct', 400, 'Contact'],
    ['3.1.2.14', 'badaspec', 400, 'To'],
    ['3.1.2.15', 'baddn', 400, 'From'],
    ['3.1.2.16', 'badvers', 505, 'start line'],
    ['3.1.2.17', 'mismatch01', 400, 'CSeq'],
    ['3.1.2.18', 'mismatch02', 400, 'CSeq'],
    ['3.3.1', 'insuf', 400, 'From'],
    ['3.3.8', 'multi01', 400, 'CSeq'],
    ['3.3.9', 'mcl01', 400, 'Content-Length'],
  ])('%s %s: %d for %s', (_section, name, status, place) => {
    const failure = refused(name);
    expect(failure).toMatchObject({status, place});
    const answer = createResponse(failure.request!, status, undefined, 'abc');
    const text = Buffer.from(writeMessage(answer)).toString();
    expect(text.startsWith(`SIP/2.0 ${status} `)).toBe(true);
    expect(text).toMatch(/\r\nVia: +SIP/);
    expect(text).toMatch(/CSeq: +\S+ \S+\r\n/);
  });

  test('what is malformed in scalar02 besides CSeq is refused on its own, too', () => {
    const text = load('scalar02')
      .toString()
      .replace(/CSeq: \d+/, 'CSeq: 1');
    const place = (message: string) => {
      const result = parseMessage(Buffer.from(message));
      return result.ok ? undefined : result.error.place;
    };
    expect(place(text)).toBe('Max-Forwards');
    expect(place(text.replace('Max-Forwards: 300', 'Max-Forwards: 30'))).toBe('Expires');
  });
});

describe('invalid responses are discarded', () => {
  test('3.1.2.5 scalarlg: a CSeq beyond 2**31', () => {
    expect(refused('scalarlg')).toMatchObject({place: 'CSeq', status: undefined, request: undefined});
  });

  test('3.1.2.19 bigcode: a status of ten digits', () => {
    expect(refused('bigcode')).toMatchObject({place: 'start line', status: undefined, request: undefined});
  });
});

describe('messages that a higher layer judges are read', () => {
  test('3.2.1 badbranch: nothing behind the magic cookie; the transaction layer matches as RFC 2543 did', () => {
    expect(request('badbranch').via.branch).toBe('z9hG4bK');
  });

  test('3.3.2 unkscm: an unknown scheme; 416 is for the user agent', () => {
    expect(request('unkscm').uri).toMatchObject({scheme: 'nobodyknowsthisscheme', host: undefined});
  });

  test('3.3.3 novelsc: a scheme of another protocol; 416 is for the user agent', () => {
    expect(request('novelsc').uri).toMatchObject({scheme: 'soap.beep', text: 'soap.beep://192.0.2.103:3002'});
  });

  test('3.3.4 unksm2: unknown schemes in From, To and Contact', () => {
    const message = request('unksm2');
    expect([message.from, message.to, message.contact].map((address) => address?.uri.host)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(message.to.uri.scheme).toBe('isbn');
    expect(message.contact?.uri).toMatchObject({scheme: 'name'});
  });

  test('3.3.5 bext01: extensions nobody supports; 420 is for the user agent', () => {
    expect(request('bext01').headers.list('Require')).toEqual([
      'nothingSupportsThis',
      'nothingSupportsThisEither',
    ]);
  });

  test('3.3.6 invut: an unknown kind of body; 415 is for the user agent', () => {
    expect(request('invut').headers.get('Content-Type')).toBe('application/unknownformat');
  });

  test('3.3.7 regaut01: an unknown authentication scheme; the registrar judges', () => {
    expect(request('regaut01').headers.get('Authorization')).toBe('NoOneKnowsThisScheme opaque-data=here');
  });

  test('3.3.10 bcast: a response to somebody else; the transaction layer finds no transaction', () => {
    expect(response('bcast').via.host).toBe('192.0.2.198');
  });

  test('3.3.11 zeromf: Max-Forwards 0 matters to those who forward', () => {
    expect(request('zeromf').headers.get('Max-Forwards')).toBe('0');
  });

  test('3.3.12 cparam01: an unknown parameter of Contact, without brackets', () => {
    const {contact} = request('cparam01');
    expect(contact?.parameters.has('unknownparam')).toBe(true);
    expect(sipUri(contact?.uri)).toMatchObject({user: '+19725552222'});
    expect(sipUri(contact?.uri).parameters.size).toBe(0);
  });

  test('3.3.13 cparam02: the same within brackets belongs to the URI', () => {
    const {contact} = request('cparam02');
    expect(contact?.parameters.size).toBe(0);
    expect(sipUri(contact?.uri).parameters.has('unknownparam')).toBe(true);
  });

  test('3.3.14 regescrt: a header in the URI of a Contact is kept, and obeyed by nobody', () => {
    expect(sipUri(request('regescrt').contact?.uri).headers).toBe('Route=%3Csip:sip.example.com%3E');
  });

  test('3.3.15 sdp01: SDP is not accepted by the sender; the user agent judges', () => {
    expect(request('sdp01').headers.get('Accept')).toBe('text/nobodyKnowsThis');
  });

  test('3.4.1 inv2543: an INVITE of the old kind: no branch, no tag, no Max-Forwards', () => {
    const message = request('inv2543');
    expect(message.via.branch).toBeUndefined();
    expect(message.from.tag).toBeUndefined();
    expect(message.to.parameters.get('user')).toBe('phone');
    const route = parseNameAddress(message.headers.get('Record-Route')!);
    expect(route.ok && sipUri(route.value.uri).parameters.get('maddr')).toBe('ss1.example.com');
  });
});

test('every file was judged', () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.dat'));
  expect(files).toHaveLength(49);
  expect(files.filter((file) => !tested.has(file.slice(0, -4)))).toEqual([]);
});
