import {readdirSync, readFileSync} from 'node:fs';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {formatCredentials, parseChallenge} from '../../../firmware/sip/message/auth-params.ts';
import {createResponse} from '../../../firmware/sip/message/create.ts';
import type {SipMessage} from '../../../firmware/sip/message/message.ts';
import {formatNameAddress, parseNameAddress} from '../../../firmware/sip/message/name-address.ts';
import {Parameters} from '../../../firmware/sip/message/parameters.ts';
import {parseMessage} from '../../../firmware/sip/message/parse.ts';
import {formatUri, parseUri, type SipUri} from '../../../firmware/sip/message/uri.ts';
import {formatVia, parseVia} from '../../../firmware/sip/message/via.ts';
import {writeMessage} from '../../../firmware/sip/message/write.ts';
import {sipCorpus} from '../../bench/sip-corpus.ts';

const vectors = ['rfc4475', 'rfc5118'].flatMap((name) => {
  const folder = new URL(`../../vectors/${name}/`, import.meta.url);
  return readdirSync(folder).map((file) => readFileSync(new URL(file, folder)));
});
const seeds = [...sipCorpus, ...vectors];

/** Everything that can be asked of a message; on a parsed one none of it throws. */
function readAll(message: SipMessage): unknown[] {
  const {via, from, to, cseq, callId, contact, body} = message;
  const addresses = [from, to].map((address) => [formatUri(address.uri), formatNameAddress(address)]);
  return [
    Array.from(via.parameters),
    cseq,
    callId,
    body.length,
    formatVia(via),
    addresses,
    contact && formatNameAddress(contact),
    message.kind === 'request' ? formatUri(message.uri) : message.reason,
    Array.from(message.headers),
    message.headers.list('Via'),
  ];
}

/** Parses, and does with the outcome what the layers above do; returns the message where it was good. */
function work(bytes: Uint8Array): SipMessage | undefined {
  const result = parseMessage(bytes);
  if (!result.ok) {
    const {status, request} = result.error;
    expect(status === undefined).toBe(request === undefined);
    if (request && status !== undefined) {
      expect(request.via.host).not.toBe('');
      writeMessage(createResponse(request, status, undefined, 'tag'));
    }
    return undefined;
  }
  const message = result.value;
  const before = readAll(message);
  if (message.kind === 'request') writeMessage(createResponse(message, 200, undefined, 'tag'));
  // A change of the headers makes the getters read them again, from text: they find the same.
  message.headers.append('X-Changed', '1');
  const after = readAll(message);
  expect(after.slice(0, 6)).toEqual(before.slice(0, 6));
  message.headers.remove('X-Changed');
  return message;
}

/** What happens to a good message on its way into a fuzzer's report. */
const mutation = fc.oneof(
  fc.record({kind: fc.constant('flip' as const), at: fc.nat(), bit: fc.integer({min: 0, max: 7})}),
  fc.record({kind: fc.constant('cut' as const), at: fc.nat(), length: fc.nat({max: 40})}),
  fc.record({kind: fc.constant('truncate' as const), at: fc.nat()}),
  fc.record({kind: fc.constant('double line' as const), at: fc.nat()}),
  fc.record({
    kind: fc.constant('huge number' as const),
    at: fc.nat(),
    digits: fc.integer({min: 5, max: 400}),
  }),
  fc.record({
    kind: fc.constant('insert' as const),
    at: fc.nat(),
    text: fc.constantFrom(
      '\r\n',
      '\r\n ',
      '\n',
      '\r',
      '"',
      '<',
      '>',
      ',',
      ';',
      ':',
      '\\',
      '\0',
      '=',
      '@',
      'ü',
      '[',
      '%',
    ),
  }),
);

function mutate(
  bytes: Buffer,
  change: typeof mutation extends fc.Arbitrary<infer Change> ? Change : never,
): Buffer {
  const text = bytes.toString('latin1');
  const at = text.length === 0 ? 0 : change.at % text.length;
  const replaced = (from: number, to: number, middle: string) =>
    Buffer.from(text.slice(0, from) + middle + text.slice(to), 'latin1');
  switch (change.kind) {
    case 'flip':
      return replaced(at, at + 1, String.fromCharCode((text.charCodeAt(at) ^ (1 << change.bit)) & 0xff));
    case 'cut':
      return replaced(at, at + change.length, '');
    case 'truncate':
      return replaced(at, text.length, '');
    case 'double line': {
      const start = text.lastIndexOf('\n', at) + 1;
      const end = text.indexOf('\n', at) + 1 || text.length;
      return replaced(end, end, text.slice(start, end));
    }
    case 'huge number': {
      const digit = text.slice(at).search(/\d/);
      return digit < 0 ? bytes : replaced(at + digit, at + digit + 1, '9'.repeat(change.digits));
    }
    case 'insert':
      return replaced(at, at, Buffer.from(change.text).toString('latin1'));
  }
}

describe('hostile datagrams never throw', () => {
  test('random bytes', () => {
    fc.assert(fc.property(fc.uint8Array({maxLength: 600}), (bytes) => void work(bytes)));
  });

  test('random bytes behind a good start line and Via', () => {
    const head = Buffer.from('INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\n');
    fc.assert(
      fc.property(fc.string({unit: 'binary', maxLength: 300}), (text) => {
        work(Buffer.concat([head, Buffer.from(text)]));
      }),
    );
  });

  test('good messages, damaged', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...seeds),
        fc.array(mutation, {minLength: 1, maxLength: 6}),
        (seed, changes) => {
          work(changes.reduce(mutate, seed));
        },
      ),
      {numRuns: 2000},
    );
  });

  test('what is written from an accepted message is accepted again, and says the same', () => {
    fc.assert(
      fc.property(fc.constantFrom(...seeds), fc.array(mutation, {maxLength: 2}), (seed, changes) => {
        const message = work(changes.reduce(mutate, seed));
        if (!message) return;
        const again = parseMessage(writeMessage(message));
        if (!again.ok) throw new Error(`${again.error.place}: ${again.error.text}`);
        const withoutLength = (one: SipMessage) =>
          [...one.headers].filter(([name]) => !/^(l|content-length)$/i.test(name));
        expect(withoutLength(again.value)).toEqual(withoutLength(message));
        expect(again.value.via).toEqual(message.via);
        expect(again.value.cseq).toEqual(message.cseq);
        expect(Buffer.from(again.value.body).equals(message.body)).toBe(true);
      }),
      {numRuns: 500},
    );
  });
});

/** Time is bounded by the datagram's size: shapes that make careless scanners quadratic. */
test.each([
  ['quotes', '"'],
  ['backslashes in quotes', '\\"'],
  ['brackets', '<'],
  ['commas', ','],
  ['semicolons', ';a'],
  ['folds', '\r\n '],
  ['bare LF', '\n'],
  ['bare LF lines', '\nX: 1'],
  ['CR', '\r'],
  ['Via values', 'SIP/2.0/UDP a,'],
  ['spaces', ' '],
])('64 KiB of %s are refused or read at once', (_name, unit) => {
  for (const header of ['Via: ', 'From: "', 'Contact: ', 'Subject: ', 'Call-ID: ', 'CSeq: ']) {
    const head = `INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\n${header}`;
    const bytes = Buffer.from((head + unit.repeat(Math.ceil(65_535 / unit.length))).slice(0, 65_535));
    work(bytes);
    work(bytes.subarray(0, 32_000));
  }
});

const token = fc.stringMatching(/^[a-zA-Z0-9\-.!%*_+`'~]{1,12}$/);
const name = token.map((text) => text.toLowerCase());
const text = fc.string({unit: 'grapheme', maxLength: 20}).filter((value) => !/[\r\n]/.test(value));
const host = fc.oneof(
  fc.domain(),
  fc.ipV4(),
  fc.ipV6().filter((address) => !address.includes('.')),
);
const port = fc.option(fc.integer({min: 0, max: 65_535}), {nil: undefined});

function parameters(value: fc.Arbitrary<string>, reserved: string[] = []): fc.Arbitrary<Parameters> {
  return fc
    .uniqueArray(fc.tuple(name, fc.option(value, {nil: undefined})), {maxLength: 4, selector: ([key]) => key})
    .map((entries) => new Parameters(entries.filter(([key]) => !reserved.includes(key))));
}

const sipUri: fc.Arbitrary<SipUri> = fc.record({
  scheme: fc.constantFrom('sip' as const, 'sips' as const),
  user: fc.option(fc.stringMatching(/^[a-z0-9\-_.!~*'()&=+$,;?/%#]{1,12}$/), {nil: undefined}),
  password: fc.constant(undefined),
  host,
  port,
  parameters: parameters(fc.stringMatching(/^[a-z0-9\-_.!~*'()[\]/:&+$]{1,12}$/)),
  headers: fc.constantFrom('', 'Subject=x', 'a=b&c=%20'),
});

describe('what is formatted is read back', () => {
  test('URIs', () => {
    fc.assert(
      fc.property(sipUri, (uri) => {
        const result = parseUri(formatUri(uri));
        expect(result.ok && {...result.value, parameters: undefined}).toEqual({
          ...uri,
          parameters: undefined,
        });
        expect(result.ok && result.value.host !== undefined && Array.from(result.value.parameters)).toEqual(
          Array.from(uri.parameters),
        );
      }),
    );
  });

  test('names and addresses', () => {
    fc.assert(
      fc.property(text, sipUri, parameters(text), (displayName, uri, own) => {
        const result = parseNameAddress(formatNameAddress({displayName, uri, parameters: own}));
        if (!result.ok) throw new Error(result.error.text);
        expect(result.value.displayName).toBe(displayName);
        expect(formatUri(result.value.uri)).toBe(formatUri(uri));
        expect(Array.from(result.value.parameters)).toEqual(Array.from(own));
      }),
    );
  });

  test('Via', () => {
    const via = fc.record({
      transport: fc.constantFrom('UDP', 'TCP', 'TLS', 'SCTP'),
      host,
      port,
      branch: fc.option(token, {nil: undefined}),
      received: fc.option(fc.oneof(fc.ipV4(), fc.ipV6()), {nil: undefined}),
      rport: fc.option(fc.oneof(fc.constant(true as const), fc.integer({min: 0, max: 65_535})), {
        nil: undefined,
      }),
      parameters: parameters(text, ['branch', 'received', 'rport']),
    });
    fc.assert(
      fc.property(via, (value) => {
        const result = parseVia(formatVia(value));
        if (!result.ok) throw new Error(result.error.text);
        expect({...result.value, parameters: undefined}).toEqual({...value, parameters: undefined});
        for (const [key, own] of value.parameters) expect(result.value.parameters.get(key)).toBe(own);
      }),
    );
  });

  test('credentials', () => {
    const entries = fc.uniqueArray(fc.tuple(name, text), {maxLength: 8, selector: ([key]) => key});
    fc.assert(
      fc.property(token, entries, (scheme, pairs) => {
        const quoted = pairs.filter(
          ([key]) => !['algorithm', 'qop', 'nc', 'stale', 'userhash'].includes(key),
        );
        const credentials = {scheme, parameters: new Map(quoted)};
        const result = parseChallenge(formatCredentials(credentials));
        expect(result.ok && result.value).toEqual(credentials);
      }),
    );
  });
});

test('values that are no values never throw', () => {
  fc.assert(
    fc.property(fc.string({unit: 'binary', maxLength: 60}), (value) => {
      for (const parse of [parseUri, parseNameAddress, parseVia, parseChallenge])
        expect(parse(value)).toHaveProperty('ok');
    }),
    {numRuns: 500},
  );
});
