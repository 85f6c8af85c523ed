import {expect, test} from 'vitest';
import {
  type DigestChallenge,
  digestResponse,
  readChallenge,
  strongestChallenge,
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
const page = {method: 'GET', uri: '/dir/index.html'};
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
    {method: 'GET', uri: '/doe.json'},
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
  ['protection of the body alone', {realm: 'r', nonce: 'n', qop: 'auth-int'}],
])('a challenge with %s cannot be answered', (_name, parameters) => {
  expect(readChallenge(new Map(Object.entries(parameters)))).toBeUndefined();
});

test('of several challenges the strongest is answered', () => {
  const offered = ['MD5', 'SHA-256', undefined].map((algorithm) => ({...challenge, algorithm}));
  expect(strongestChallenge(offered)?.algorithm).toBe('SHA-256');
  expect(strongestChallenge(offered.slice(2))?.algorithm).toBeUndefined();
  expect(strongestChallenge([])).toBeUndefined();
});
