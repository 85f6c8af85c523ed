import {randomBytes} from 'node:crypto';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {cryptoSuites, masterLength, type SuiteName} from '../../firmware/rtp/srtp/crypto-suite.ts';
import {formatCrypto, parseCrypto} from '../../firmware/sdp/crypto-attribute.ts';
import {LocalKeys, type LocalSecurity} from '../../firmware/sdp/media-security.ts';
import {acceptAnswer, answerOffer, createOffer, type LocalMedia} from '../../firmware/sdp/offer-answer.ts';
import {parseSessionDescription} from '../../firmware/sdp/parse.ts';
import type {SessionDescription} from '../../firmware/sdp/session-description.ts';
import {writeSessionDescription} from '../../firmware/sdp/write.ts';

const keys30 = Buffer.alloc(30, 7).toString('base64');
const keys46 = Buffer.alloc(46, 7).toString('base64');

function wish(required: boolean): LocalSecurity {
  return {required, keys: new LocalKeys((count) => randomBytes(count))};
}

function side(host: number, security: LocalSecurity | undefined): LocalMedia {
  const address = `192.0.2.${host}`;
  const port = 4000 + 10 * host;
  return {address, port, sessionId: '1', version: 1, direction: 'sendrecv', codecs: ['PCMU'], security};
}

function read(...lines: string[]): SessionDescription {
  const text = ['v=0', 'o=- 1 1 IN IP4 192.0.2.9', 'c=IN IP4 192.0.2.9', ...lines].join('\r\n');
  const parsed = parseSessionDescription(new TextEncoder().encode(text));
  if (!parsed.ok) throw new Error(parsed.error.text);
  return parsed.value;
}

describe('a=crypto', () => {
  test.each([
    ['a lifetime', `1 AES_CM_128_HMAC_SHA1_80 inline:${keys30}|2^48`, 'AES_CM_128_HMAC_SHA1_80'],
    [
      'a lifetime in packets',
      `1 AES_CM_128_HMAC_SHA1_32 inline:${keys30}|1048576`,
      'AES_CM_128_HMAC_SHA1_32',
    ],
    ['a window size hint', `1 AES_CM_128_HMAC_SHA1_80 inline:${keys30} WSH=64`, 'AES_CM_128_HMAC_SHA1_80'],
    ['what is marked optional', `1 AES_CM_128_HMAC_SHA1_80 inline:${keys30} -NEW`, 'AES_CM_128_HMAC_SHA1_80'],
    ['256 bits', `7 AES_256_CM_HMAC_SHA1_80 inline:${keys46}`, 'AES_256_CM_HMAC_SHA1_80'],
  ])('with %s is taken', (_, value, suite) => {
    expect(parseCrypto(value)?.suite).toBe(suite);
  });

  test.each([
    ['another suite', `1 F8_128_HMAC_SHA1_80 inline:${keys30}`],
    ['a suite that objects have by nature', `1 constructor inline:${keys30}`],
    ['no key', '1 AES_CM_128_HMAC_SHA1_80'],
    ['a key elsewhere', '1 AES_CM_128_HMAC_SHA1_80 uri:https://example.org/key'],
    ['a short key', `1 AES_CM_128_HMAC_SHA1_80 inline:${keys30.slice(4)}`],
    ['a long key', `1 AES_CM_128_HMAC_SHA1_80 inline:${keys46}`],
    ['a key that is no base64', `1 AES_CM_128_HMAC_SHA1_80 inline:${'*'.repeat(40)}`],
    ['a master key identifier', `1 AES_CM_128_HMAC_SHA1_80 inline:${keys30}|2^20|1:4`],
    ['only a master key identifier', `1 AES_CM_128_HMAC_SHA1_80 inline:${keys30}|1:4`],
    ['two keys', `1 AES_CM_128_HMAC_SHA1_80 inline:${keys30}|2^20|1:4;inline:${keys30}|2^20|2:4`],
    ['a lifetime of none', `1 AES_CM_128_HMAC_SHA1_80 inline:${keys30}|0`],
    ['a lifetime beyond all', `1 AES_CM_128_HMAC_SHA1_80 inline:${keys30}|2^49`],
    ['no authentication', `1 AES_CM_128_HMAC_SHA1_80 inline:${keys30} UNAUTHENTICATED_SRTP`],
    ['no encryption', `1 AES_CM_128_HMAC_SHA1_80 inline:${keys30} UNENCRYPTED_SRTP`],
    ['key derivation on the way', `1 AES_CM_128_HMAC_SHA1_80 inline:${keys30} KDR=1`],
    ['no tag', `x AES_CM_128_HMAC_SHA1_80 inline:${keys30}`],
  ])('with %s is passed over', (_, value) => {
    expect(parseCrypto(value)).toBeUndefined();
  });

  test('any text is read without harm; what is written is read again', () => {
    fc.assert(fc.property(fc.string({maxLength: 300}), (text) => parseCrypto(text) === undefined));
    const suite = fc.constantFrom(...(Object.keys(cryptoSuites) as SuiteName[]));
    const attribute = fc
      .tuple(fc.nat(999_999_999), suite, fc.uint8Array({minLength: 46, maxLength: 46}))
      .map(([tag, name, bytes]) => ({tag, suite: name, key: bytes.slice(0, masterLength(name))}));
    fc.assert(
      fc.property(attribute, (one) => {
        expect(parseCrypto(formatCrypto(one))).toEqual(one);
      }),
    );
  });
});

describe('offer and answer', () => {
  test.each([
    [true, true, 'RTP/SAVP'],
    [true, false, 'RTP/SAVP'],
    [false, true, 'RTP/AVP'],
    [false, false, 'RTP/AVP'],
  ])('required %s and %s: encrypted, each with the key of the other', (caller, callee, protocol) => {
    const [one, two] = [side(1, wish(caller)), side(2, wish(callee))];
    const offer = createOffer(one);
    expect(offer.media[0]!.protocol).toBe(protocol);
    const wire = parseSessionDescription(writeSessionDescription(offer));
    if (!wire.ok) throw new Error(wire.error.text);
    const answered = answerOffer(wire.value, two);
    if (!answered.ok) throw new Error(answered.error.text);
    const accepted = acceptAnswer(offer, answered.value.answer, caller);
    if (!accepted.ok) throw new Error(accepted.error.text);
    const [here, there] = [accepted.value.security!, answered.value.stream.security!];
    expect(here.suite).toBe('AES_CM_128_HMAC_SHA1_80');
    expect(there).toEqual({suite: here.suite, localKey: here.remoteKey, remoteKey: here.localKey});
    expect(here.localKey).not.toEqual(here.remoteKey);
  });

  test('who does not want it is offered no keys, and answers as if there were none', () => {
    expect(JSON.stringify(createOffer(side(1, undefined)))).not.toContain('crypto');
    const offer = createOffer(side(1, wish(false)));
    const answered = answerOffer(offer, side(2, undefined));
    if (!answered.ok) throw new Error(answered.error.text);
    expect(answered.value.stream.security).toBeUndefined();
    expect(acceptAnswer(offer, answered.value.answer, false)).toMatchObject({value: {security: undefined}});
  });

  test('required never falls back', () => {
    const offer = createOffer(side(1, wish(true)));
    expect(answerOffer(offer, side(2, undefined))).toMatchObject({
      ok: false,
      error: {code: 'encryption-off'},
    });
    expect(answerOffer(createOffer(side(1, undefined)), side(2, wish(true)))).toMatchObject({
      error: {code: 'unencrypted', text: expect.stringContaining('required')},
    });
    for (const protocol of ['RTP/AVP', 'RTP/SAVP']) {
      const bare = read(`m=audio 6000 ${protocol} 0`);
      expect(acceptAnswer(offer, bare, true)).toMatchObject({error: {code: 'unencrypted'}});
      const otherTag = read(
        `m=audio 6000 ${protocol} 0`,
        `a=crypto:9 AES_CM_128_HMAC_SHA1_80 inline:${keys30}`,
      );
      expect(acceptAnswer(offer, otherTag, true)).toMatchObject({error: {code: 'unencrypted'}});
      const otherSuite = read(
        `m=audio 6000 ${protocol} 0`,
        `a=crypto:1 AES_CM_128_HMAC_SHA1_32 inline:${keys30}`,
      );
      expect(acceptAnswer(offer, otherSuite, true)).toMatchObject({error: {code: 'unencrypted'}});
    }
  });

  test('of two lines the one that can be encrypted is taken; the first usable key of several', () => {
    const offer = read(
      'm=audio 6000 RTP/AVP 0',
      'm=audio 6002 RTP/SAVP 0',
      `a=crypto:1 F8_128_HMAC_SHA1_80 inline:${keys30}`,
      `a=crypto:4 AES_256_CM_HMAC_SHA1_80 inline:${keys46}`,
      `a=crypto:5 AES_CM_128_HMAC_SHA1_80 inline:${keys30}`,
    );
    const answered = answerOffer(offer, side(2, wish(false)));
    if (!answered.ok) throw new Error(answered.error.text);
    const {answer, stream} = answered.value;
    expect(answer.media.map(({port, protocol}) => `${port} ${protocol}`)).toEqual([
      '0 RTP/AVP',
      '4020 RTP/SAVP',
    ]);
    const crypto = answer.media[1]!.attributes.filter(({name}) => name === 'crypto');
    expect(crypto.map(({value}) => value!.split(' ').slice(0, 2).join(' '))).toEqual([
      '4 AES_256_CM_HMAC_SHA1_80',
    ]);
    expect(stream).toMatchObject({remote: {port: 6002}, security: {suite: 'AES_256_CM_HMAC_SHA1_80'}});
    const plain = answerOffer(offer, side(2, undefined));
    expect(plain).toMatchObject({value: {stream: {remote: {port: 6000}, security: undefined}}});
  });

  test('the keys of a session stay, those of another session are others', () => {
    const one = side(1, wish(true));
    const first = createOffer(one);
    expect(createOffer({...one, version: 2}, first).media).toEqual(first.media);
    expect(createOffer(side(1, wish(true))).media).not.toEqual(first.media);
  });
});
