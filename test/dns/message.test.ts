import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {answersQuestion, parseResponse, writeQuery} from '../../firmware/dns/message.ts';
import {readName, writeName} from '../../firmware/dns/name.ts';
import {answerQuery, type Zone} from '../support/dns-server.ts';

/** DNS messages as bytes: what the name server of the tests writes, and everything else. */

const zone: Zone = {
  'example.org': [
    {type: 'NAPTR', order: 50, preference: 20, service: 'SIP+D2U', replacement: '_sip._udp.example.org'},
  ],
  '_sip._udp.example.org': [
    {type: 'SRV', priority: 1, weight: 60, port: 5062, target: 'one.example.org', ttl: 77},
    {type: 'SRV', priority: 2, weight: 0, port: 5060, target: ''},
  ],
  'one.example.org': [
    {type: 'A', address: '192.0.2.1'},
    {type: 'AAAA', address: '2001:db8::1:0:0:2'},
  ],
};

function response(name: string, type: 'A' | 'AAAA' | 'SRV' | 'NAPTR'): Buffer {
  return answerQuery(zone, writeQuery(0x1234, {name, type})!);
}

describe('responses', () => {
  test('hold records of all types that matter', () => {
    expect(parseResponse(response('_sip._udp.example.org', 'SRV'))).toEqual({
      ok: true,
      value: {
        id: 0x1234,
        truncated: false,
        code: 0,
        answers: [
          {
            name: '_sip._udp.example.org',
            type: 'SRV',
            ttl: 77,
            priority: 1,
            weight: 60,
            port: 5062,
            target: 'one.example.org',
          },
          {
            name: '_sip._udp.example.org',
            type: 'SRV',
            ttl: 300,
            priority: 2,
            weight: 0,
            port: 5060,
            target: '',
          },
        ],
        authority: [],
      },
    });
    expect(parseResponse(response('example.org', 'NAPTR'))).toMatchObject({
      value: {
        answers: [
          {
            order: 50,
            preference: 20,
            flags: 's',
            service: 'SIP+D2U',
            regexp: '',
            replacement: '_sip._udp.example.org',
          },
        ],
      },
    });
    expect(parseResponse(response('one.example.org', 'A'))).toMatchObject({
      value: {answers: [{address: '192.0.2.1'}]},
    });
    expect(parseResponse(response('one.example.org', 'AAAA'))).toMatchObject({
      value: {answers: [{address: '2001:db8::1:0:0:2'}]},
    });
  });

  test('that say no carry how long it holds', () => {
    expect(parseResponse(response('two.example.org', 'A'))).toMatchObject({
      value: {code: 3, answers: [], authority: [{type: 'SOA', ttl: 3600, minimum: 20}]},
    });
  });

  test('belong to their question only', () => {
    const bytes = response('ONE.example.org', 'A');
    expect(answersQuestion(bytes, {name: 'one.EXAMPLE.org', type: 'A'})).toBe(true);
    expect(answersQuestion(bytes, {name: 'one.example.org', type: 'AAAA'})).toBe(false);
    expect(answersQuestion(bytes, {name: 'two.example.org', type: 'A'})).toBe(false);
    expect(answersQuestion(bytes.subarray(0, 12), {name: 'one.example.org', type: 'A'})).toBe(false);
  });

  test.each([
    ['nothing', 0, 'too-short'],
    ['half a header', 11, 'too-short'],
    ['half a question', 20, 'malformed'],
    ['half a record', 60, 'malformed'],
  ])('with %s are refused', (_what, length, code) => {
    const bytes = response('_sip._udp.example.org', 'SRV').subarray(0, length);
    expect(parseResponse(bytes)).toMatchObject({ok: false, error: {code}});
  });

  test('a query is no response; more records than anybody has are not read', () => {
    const query = writeQuery(1, {name: 'example.org', type: 'A'})!;
    expect(parseResponse(query)).toMatchObject({error: {code: 'not-a-response'}});
    const many = response('one.example.org', 'A');
    many.writeUInt16BE(257, 6);
    expect(parseResponse(many)).toMatchObject({error: {code: 'too-many-records'}});
  });

  test('a time with its highest bit set is none (RFC 2181 section 8)', () => {
    const bytes = response('one.example.org', 'A');
    bytes.writeUInt8(0x80, bytes.length - 10);
    expect(parseResponse(bytes)).toMatchObject({value: {answers: [{ttl: 0}]}});
  });
});

describe('names', () => {
  test('are compressed with pointers that lead back', () => {
    const bytes = Buffer.concat([
      writeName('example.org')!,
      Buffer.from([3, ...Buffer.from('sip'), 0xc0, 0]),
    ]);
    expect(readName(bytes, 13)).toEqual({name: 'sip.example.org', next: 19});
    expect(readName(bytes, 0)).toEqual({name: 'example.org', next: 13});
  });

  test.each([
    ['a pointer to itself', [0xc0, 0], 0],
    ['two pointers in a circle', [0xc0, 2, 0xc0, 0], 2],
    ['a pointer forward', [0xc0, 2, 0], 0],
    ['a label of an unknown kind', [0x40, 0], 0],
    ['no end', [1, 97], 0],
    ['half a pointer', [0xc0], 0],
  ])('with %s are malformed', (_what, octets, offset) => {
    expect(readName(Uint8Array.from(octets), offset)).toBeUndefined();
  });

  test('longer than 255 octets are not read, though pointers make them from little', () => {
    const octets = [63, ...Array<number>(63).fill(97), 0];
    for (let index = 0; index < 5; index += 1)
      octets.push(1, 98, 0xc0, index === 0 ? 0 : 65 + 4 * (index - 1));
    expect(readName(Uint8Array.from(octets), octets.length - 4)?.name).toMatch(/^b\.b\.b\.b\.b\.a{63}$/);
    const long = Array.from({length: 4}, () => [63, ...Array<number>(63).fill(97)]).flat();
    expect(readName(Uint8Array.from([...long, 0]), 0)).toBeUndefined();
  });

  test.each(['', '.', 'a..b', `${'a'.repeat(64)}.org`, `${'a.'.repeat(130)}org`, 'tür.example', 'a b'])(
    'such as "%s" are not asked for',
    (name) => {
      expect(writeName(name)).toBeUndefined();
    },
  );

  test('odd octets are read as what they are', () => {
    expect(readName(Uint8Array.from([4, 97, 46, 0, 200, 0]), 0)?.name).toBe('a\\046\\000\\200');
  });
});

const label = fc.stringMatching(/^[a-zA-Z0-9_-]{1,12}$/);
const name = fc.array(label, {minLength: 1, maxLength: 5}).map((labels) => labels.join('.'));

describe('whatever arrives', () => {
  test('names survive being written and read', () => {
    fc.assert(
      fc.property(name, (text) => {
        expect(readName(writeName(text)!, 0)).toEqual({name: text, next: text.length + 2});
      }),
    );
  });

  test('no bytes make the parser throw or run for long', () => {
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 600}), fc.boolean(), (bytes, isResponse) => {
        if (isResponse && bytes.length > 2) bytes[2] = bytes[2]! | 0x80;
        parseResponse(bytes);
        answersQuestion(bytes, {name: 'example.org', type: 'A'});
        readName(bytes, 12);
      }),
      {numRuns: 2000},
    );
  });

  test('a real response with bytes changed, cut or repeated is read or refused', () => {
    const originals = (['SRV', 'NAPTR', 'A'] as const).map((type) =>
      response(
        type === 'SRV' ? '_sip._udp.example.org' : type === 'A' ? 'one.example.org' : 'example.org',
        type,
      ),
    );
    const change = fc.record({at: fc.nat(400), to: fc.integer({min: 0, max: 255})});
    fc.assert(
      fc.property(
        fc.constantFrom(...originals),
        fc.array(change, {maxLength: 6}),
        fc.nat(400),
        (original, changes, length) => {
          const bytes = Uint8Array.from(original);
          for (const {at, to} of changes) bytes[at % bytes.length] = to;
          bytes[2] = bytes[2]! | 0x80;
          const parsed = parseResponse(bytes.subarray(0, Math.max(length, 20)));
          if (parsed.ok) {
            for (const {name, ttl} of parsed.value.answers) {
              expect(name.length).toBeLessThanOrEqual(4 * 255);
              expect(ttl).toBeGreaterThanOrEqual(0);
            }
          }
        },
      ),
      {numRuns: 2000},
    );
  });
});
