import {describe, expect, test} from 'vitest';
import {formatCredentials, parseChallenge} from '../../../firmware/sip/message/auth-params.ts';
import {formatNameAddress, parseNameAddress} from '../../../firmware/sip/message/name-address.ts';
import {Parameters} from '../../../firmware/sip/message/parameters.ts';
import {formatUri, parseUri} from '../../../firmware/sip/message/uri.ts';
import {formatVia, parseVia} from '../../../firmware/sip/message/via.ts';

function good<Value>(result: {ok: true; value: Value} | {ok: false; error: {text: string}}): Value {
  if (!result.ok) throw new Error(result.error.text);
  return result.value;
}

describe('URIs', () => {
  test.each([
    ['sip:alice@example.org', {scheme: 'sip', user: 'alice', host: 'example.org', port: undefined}],
    ['SIPS:alice:secret@example.org:5061', {scheme: 'sips', user: 'alice', password: 'secret', port: 5061}],
    ['sip:example.org', {user: undefined, host: 'example.org'}],
    ['sip:192.0.2.1:5070;transport=tcp', {host: '192.0.2.1', port: 5070}],
    ['sip:a@[2001:db8::1]:5060', {host: '2001:db8::1', port: 5060}],
    ['sip:*21#@192.0.2.1', {user: '*21#'}],
    ['sip:+49-30-1234;phone-context=example.org@gw', {user: '+49-30-1234;phone-context=example.org'}],
    ['sip:a@my_host', {host: 'my_host'}],
    ['sip:a@b?Subject=x&Priority=y', {headers: 'Subject=x&Priority=y'}],
    ['tel:+1-212-555-0100;ext=7', {scheme: 'tel', text: 'tel:+1-212-555-0100;ext=7', host: undefined}],
  ])('%s', (text, parts) => {
    expect(good(parseUri(text))).toMatchObject(parts);
  });

  test('parameters: any case, with and without a value', () => {
    const uri = good(parseUri('sip:a@b;LR;Transport=TCP;maddr=[::1]'));
    if (uri.host === undefined) throw new Error('not a sip URI');
    expect(Array.from(uri.parameters)).toEqual([
      ['lr', undefined],
      ['transport', 'TCP'],
      ['maddr', '[::1]'],
    ]);
    expect(uri.parameters.has('LR')).toBe(true);
    expect(formatUri(uri)).toBe('sip:a@b;lr;transport=TCP;maddr=[::1]');
  });

  test.each([
    '',
    'sip:',
    'alice',
    'sip:a b@c',
    'sip:a@',
    'sip:a@b:',
    'sip:a@b:65536',
    'sip:a@b;',
    'sip:a@b;=x',
    'sip:a@b?',
    'sip:a@[::1',
    'sip:a@[12]',
    'sip:2001:db8::1',
    'sip:a@b\r\nVia: c',
    'sip:a@b>',
    '1:2',
  ])('not a URI: %j', (text) => {
    expect(parseUri(text)).toMatchObject({ok: false, error: {code: 'bad-uri'}});
  });
});

describe('names and addresses', () => {
  test.each([
    ['<sip:a@b>', {displayName: '', tag: undefined}],
    ['sip:a@b;tag=1', {displayName: '', tag: '1'}],
    ['Front door <sip:a@b>;tag=1', {displayName: 'Front door'}],
    ['Haustür <sip:a@b>', {displayName: 'Haustür'}],
    ['"say \\"hi\\" \\\\ <x>" <sip:a@b> ; tag = 7', {displayName: 'say "hi" \\ <x>', tag: '7'}],
    ['""<sip:a@b>', {displayName: ''}],
    ['Door (left) & Co. <sip:a@b>', {displayName: 'Door (left) & Co.'}],
  ])('%s', (text, parts) => {
    expect(good(parseNameAddress(text))).toMatchObject(parts);
  });

  test('within brackets parameters are of the URI, behind them of the header', () => {
    const {uri, parameters} = good(parseNameAddress('<sip:a@b;x=1>;y=2;+sip.instance="<urn:uuid:1>"'));
    expect(uri.host !== undefined && Array.from(uri.parameters)).toEqual([['x', '1']]);
    expect(Array.from(parameters)).toEqual([
      ['y', '2'],
      ['+sip.instance', '<urn:uuid:1>'],
    ]);
  });

  test.each([
    '',
    '<>',
    '<sip:a@b',
    '"a <sip:a@b>',
    'a, b <sip:a@b>',
    '< sip:a@b>',
    '<sip:a@b >',
    '<sip:a@b>;',
    '<sip:a@b>;;x',
    '<sip:a@b>;tag',
    '<sip:a@b> x',
    'sip:a@b?x=y',
    '<sip:a@b>, <sip:c@d>',
    '*',
    'a',
  ])('not a name and address: %j', (text) => {
    expect(parseNameAddress(text)).toMatchObject({ok: false, error: {code: 'bad-address'}});
  });

  test('formatting quotes what needs quotes, and sets the tag', () => {
    const uri = good(parseUri('sip:a@b'));
    expect(formatNameAddress({uri})).toBe('<sip:a@b>');
    expect(formatNameAddress({displayName: 'door', uri, tag: '1'})).toBe('door <sip:a@b>;tag=1');
    expect(formatNameAddress({displayName: 'a "b" \\', uri})).toBe('"a \\"b\\" \\\\" <sip:a@b>');
    expect(formatNameAddress({displayName: 'a\r\nVia: b', uri})).toBe('"a  Via: b" <sip:a@b>');
    const parameters = new Parameters([
      ['expires', '300'],
      ['+sip.instance', '<urn:uuid:1>'],
      ['lr', undefined],
    ]);
    expect(formatNameAddress({uri, parameters})).toBe(
      '<sip:a@b>;expires=300;+sip.instance="<urn:uuid:1>";lr',
    );
  });
});

describe('Via', () => {
  test('all its parts', () => {
    const text =
      'SIP / 2.0 / udp [2001:db8::1] : 5070 ; branch = z9hG4bK1;RPORT=5071;received="2001:db8::2";ttl=1';
    const via = good(parseVia(text));
    expect(via).toMatchObject({
      transport: 'UDP',
      host: '2001:db8::1',
      port: 5070,
      branch: 'z9hG4bK1',
      rport: 5071,
      received: '2001:db8::2',
    });
    expect(formatVia(via)).toBe(
      'SIP/2.0/UDP [2001:db8::1]:5070;branch=z9hG4bK1;rport=5071;received=2001:db8::2;ttl=1',
    );
  });

  test('what a receiver adds (RFC 3581 section 4)', () => {
    const via = good(parseVia('SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1;rport'));
    expect(formatVia({...via, received: '192.0.2.9', rport: 1024})).toBe(
      'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1;rport=1024;received=192.0.2.9',
    );
    expect(
      formatVia({
        transport: 'UDP',
        host: '::1',
        port: undefined,
        branch: 'z9hG4bK2',
        received: undefined,
        rport: true,
      }),
    ).toBe('SIP/2.0/UDP [::1];branch=z9hG4bK2;rport');
  });

  test.each([
    '',
    'SIP/2.0/UDP',
    'SIP/2.0 192.0.2.1',
    'HTTP/2.0/UDP a',
    'SIP/2.0/UDP a:b',
    'SIP/2.0/UDP a:70000',
    'SIP/2.0/UDP a;rport=x',
    'SIP/2.0/UDP a;rport=65536',
    'SIP/2.0/UDP a;branch=',
    'SIP/2.0/UDP a;;',
    'SIP/2.0/UDP a, SIP/2.0/UDP b',
    'SIP/2.0/UDP [a]',
  ])('not a Via value: %j', (text) => {
    expect(parseVia(text)).toMatchObject({ok: false, error: {code: 'bad-via'}});
  });
});

describe('challenges and credentials', () => {
  test('a challenge as registrars send it', () => {
    const {scheme, parameters} = good(
      parseChallenge(
        'Digest realm="a, \\"b\\"",nonce="1/2==", Algorithm=SHA-256 , qop="auth,auth-int", stale=TRUE',
      ),
    );
    expect(scheme).toBe('Digest');
    expect(Array.from(parameters)).toEqual([
      ['realm', 'a, "b"'],
      ['nonce', '1/2=='],
      ['algorithm', 'SHA-256'],
      ['qop', 'auth,auth-int'],
      ['stale', 'TRUE'],
    ]);
  });

  test('a scheme alone', () => {
    expect(good(parseChallenge('Negotiate')).parameters.size).toBe(0);
  });

  test('credentials: quoted as RFC 7616 section 3.4 has it', () => {
    const parameters = new Map([
      ['username', 'door "1"'],
      ['uri', 'sip:a@b'],
      ['qop', 'auth'],
      ['nc', '00000001'],
      ['algorithm', 'MD5'],
    ]);
    const text = formatCredentials({scheme: 'Digest', parameters});
    expect(text).toBe('Digest username="door \\"1\\"", uri="sip:a@b", qop=auth, nc=00000001, algorithm=MD5');
    expect(good(parseChallenge(text)).parameters).toEqual(parameters);
  });

  test.each([
    '',
    '="x"',
    'Digest realm',
    'Digest realm=',
    'Digest realm="x',
    'Digest realm="x" nonce="y"',
    'Digest a=1,a=2',
    'Digest ,a=1',
  ])('not a challenge: %j', (text) => {
    expect(parseChallenge(text)).toMatchObject({ok: false, error: {code: 'bad-challenge'}});
  });

  test('their number is bounded', () => {
    const many = Array.from({length: 33}, (_, index) => `p${index}=1`).join(',');
    expect(parseChallenge(`Digest ${many}`).ok).toBe(false);
  });
});
