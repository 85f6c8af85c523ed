import {createHash} from 'node:crypto';
import {expect, test} from 'vitest';
import {
  type DigestChallenge,
  digestResponse,
  readChallenge,
  strongestChallenges,
} from '../../../firmware/sip/agent/digest.ts';

const challenge: DigestChallenge = {
  realm: 'http-auth@example.org',
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  opaque: 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS',
  algorithm: 'MD5',
  qop: 'auth',
  stale: false,
};
const mufasa = {user: 'Mufasa', password: 'Circle of Life'};
const noBody = new Uint8Array();
const page = {method: 'GET', uri: '/dir/index.html', body: noBody};
const firstUse = {count: 1, cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ'};

test('RFC 7616 section 3.9.1, MD5', () => {
  const answer = digestResponse(challenge, mufasa, page, firstUse);
  expect(Object.fromEntries(answer)).toEqual({
    username: 'Mufasa',
    realm: challenge.realm,
    nonce: challenge.nonce,
    uri: '/dir/index.html',
    response: '8ca523f5e9506fed4657c9700eebdbec',
    algorithm: 'MD5',
    cnonce: firstUse.cnonce,
    qop: 'auth',
    nc: '00000001',
    opaque: challenge.opaque,
  });
});

test('RFC 7616 section 3.9.1, SHA-256', () => {
  const answer = digestResponse({...challenge, algorithm: 'SHA-256'}, mufasa, page, firstUse);
  expect(answer.get('response')).toBe('753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1');
});

test('RFC 7616 section 3.9.2 with erratum 4897, SHA-512-256 and a name in UTF-8', () => {
  const answer = digestResponse(
    {
      realm: 'api@example.org',
      nonce: '5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK',
      opaque: 'HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS',
      algorithm: 'SHA-512-256',
      qop: 'auth',
      stale: false,
    },
    {user: 'J\u00e4s\u00f8n Doe', password: 'Secret, or not?'},
    {method: 'GET', uri: '/doe.json', body: noBody},
    {count: 1, cnonce: 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v'},
  );
  expect(answer.get('response')).toBe('3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5');
});

test('RFC 2617 section 3.5: no algorithm given means MD5, and none is answered', () => {
  const answer = digestResponse(
    {
      ...challenge,
      realm: 'testrealm@host.com',
      nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
      algorithm: undefined,
      opaque: undefined,
    },
    {user: 'Mufasa', password: 'Circle Of Life'},
    page,
    {count: 1, cnonce: '0a4f113b'},
  );
  expect(answer.get('response')).toBe('6629fae49393a05397450978507c4ef1');
  expect(answer.has('algorithm')).toBe(false);
  expect(answer.has('opaque')).toBe(false);
});

test('without qop, as in RFC 2069 with its erratum 749', () => {
  const answer = digestResponse(
    {
      ...challenge,
      realm: 'testrealm@host.com',
      nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
      qop: 'none',
    },
    {user: 'Mufasa', password: 'CircleOfLife'},
    page,
    firstUse,
  );
  expect(answer.get('response')).toBe('1949323746fe6a43ef61f9606e7febea');
  expect(answer.has('nc')).toBe(false);
  expect(answer.has('cnonce')).toBe(false);
});

test('the nonce count is eight hexadecimal digits', () => {
  expect(digestResponse(challenge, mufasa, page, {...firstUse, count: 171}).get('nc')).toBe('000000ab');
});

test('a challenge is read, with names and words in any case', () => {
  const parameters = new Map([
    ['realm', 'door'],
    ['nonce', 'n'],
    ['qop', 'auth-int, AUTH'],
    ['stale', 'TRUE'],
    ['algorithm', 'sha-256'],
  ]);
  expect(readChallenge(parameters)).toEqual({
    realm: 'door',
    nonce: 'n',
    opaque: undefined,
    algorithm: 'sha-256',
    qop: 'auth',
    stale: true,
  });
});

test.each([
  ['no realm', {nonce: 'n'}],
  ['no nonce', {realm: 'r'}],
  ['an algorithm that is not known', {realm: 'r', nonce: 'n', algorithm: 'SHA-3'}],
  ['a protection that is not known', {realm: 'r', nonce: 'n', qop: 'auth-conf'}],
])('a challenge with %s cannot be answered', (_name, parameters) => {
  expect(readChallenge(new Map(Object.entries(parameters)))).toBeUndefined();
});

test('protection of the body is chosen only where no other is offered', () => {
  const read = (qop: string) => readChallenge(new Map(Object.entries({realm: 'r', nonce: 'n', qop})))?.qop;
  expect(read('auth-int')).toBe('auth-int');
  expect(read('auth-conf, AUTH-INT')).toBe('auth-int');
  expect(read('auth-int,auth')).toBe('auth');
});

const register = {
  method: 'INVITE',
  uri: 'sip:bob@biloxi.example.com',
  body: new TextEncoder().encode('v=0\r\nm=audio 0 RTP/AVP 0\r\n'),
};
const alice = {user: 'alice', password: 'wonder'};

/** What RFC 7616 section 3.4 says, written out for one algorithm. */
function expected(hash: string, {session, whole}: {session: boolean; whole: boolean}): string {
  const h = (text: string) => createHash(hash).update(text, 'utf8').digest('hex');
  const a1 = h('alice:biloxi:wonder');
  const ha1 = session ? h(`${a1}:server-nonce:client-nonce`) : a1;
  const a2 = 'INVITE:sip:bob@biloxi.example.com';
  const ha2 = whole ? h(`${a2}:${h('v=0\r\nm=audio 0 RTP/AVP 0\r\n')}`) : h(a2);
  return h(`${ha1}:server-nonce:00000003:client-nonce:${whole ? 'auth-int' : 'auth'}:${ha2}`);
}

test.each([
  ['MD5', 'md5'],
  ['SHA-256', 'sha256'],
  ['SHA-512-256', 'sha512-256'],
])('%s, also for sessions and with the body', (name, hash) => {
  for (const session of [false, true]) {
    for (const whole of [false, true]) {
      const algorithm = session ? `${name}-sess` : name;
      const asked = readChallenge(
        new Map(
          Object.entries({
            realm: 'biloxi',
            nonce: 'server-nonce',
            algorithm,
            qop: whole ? 'auth-int' : 'auth',
          }),
        ),
      )!;
      const answer = digestResponse(asked, alice, register, {count: 3, cnonce: 'client-nonce'});
      expect(answer.get('response')).toBe(expected(hash, {session, whole}));
      expect(answer.get('algorithm')).toBe(algorithm);
      expect(answer.get('qop')).toBe(asked.qop);
    }
  }
});

// Computed with Python's hashlib from the same strings.
test.each([
  ['MD5-sess', 'auth', '0f4db8b4df77940592458d797c764d4a'],
  ['SHA-256-sess', 'auth', 'aed639697191b8be777d226395ec48702d440f2b1d5c49d91d55b9a6b10b670e'],
  ['SHA-512-256-sess', 'auth-int', '2691dd456ede201360a1e215245f30dc735feb71be8adcf34a5d91fa864ec29f'],
  ['MD5', 'auth-int', '3deeea342e5796f4efc5ce396b7583c8'],
] as const)('%s with %s, as computed elsewhere', (algorithm, qop, response) => {
  const asked: DigestChallenge = {
    realm: 'biloxi',
    nonce: 'server-nonce',
    opaque: undefined,
    algorithm,
    qop,
    stale: false,
  };
  const answer = digestResponse(asked, alice, register, {count: 3, cnonce: 'client-nonce'});
  expect(answer.get('response')).toBe(response);
});

test('a session algorithm without qop still names our nonce', () => {
  const asked = {...challenge, algorithm: 'MD5-sess', qop: 'none' as const};
  const answer = digestResponse(asked, mufasa, page, firstUse);
  expect(answer.get('cnonce')).toBe(firstUse.cnonce);
  expect(answer.has('nc')).toBe(false);
});

test('of several challenges the strongest of each realm is answered', () => {
  const offered = ['MD5', 'SHA-256-sess', undefined].map((algorithm) => ({...challenge, algorithm}));
  expect(strongestChallenges(offered)).toEqual([offered[1]]);
  expect(strongestChallenges(offered.slice(2))).toEqual([offered[2]]);
  const other = {...challenge, realm: 'other'};
  expect(strongestChallenges([other, ...offered])).toEqual([offered[1], other]);
  expect(strongestChallenges([])).toEqual([]);
});
