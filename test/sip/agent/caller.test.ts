import {expect, test} from 'vitest';
import {callerOf} from '../../../firmware/sip/agent/caller.ts';
import {createRequest} from '../../../firmware/sip/message/create.ts';

const server = {address: '192.0.2.9', port: 5060};

function caller(
  headers: Record<string, string>,
  account?: string,
  from = '"Anna" <sip:101@example.org>;tag=a',
) {
  const request = createRequest({
    method: 'INVITE',
    requestUri: 'sip:door@192.0.2.1',
    from,
    to: '<sip:door@192.0.2.1>',
    callId: 'c',
    cseq: 1,
    headers: Object.entries(headers),
  });
  return callerOf(request, server, account);
}

const asserted = {'P-Asserted-Identity': '"Bob" <sip:102@example.org;user=phone>'};
const remote = {'Remote-Party-ID': '"Carl" <sip:103@example.org>;party=calling;screen=yes;privacy=off'};

test("an account's server is believed about who calls", () => {
  expect(caller(asserted, 'house')).toMatchObject({
    uri: 'sip:102@example.org',
    displayName: 'Bob',
    user: '102',
    host: 'example.org',
    verified: true,
  });
  expect(caller(remote, 'house')).toMatchObject({user: '103', displayName: 'Carl'});
  expect(caller({...remote, ...asserted}, 'house')).toMatchObject({user: '102'});
});

test('anybody else can assert what he likes', () => {
  expect(caller({...remote, ...asserted})).toMatchObject({user: '101', displayName: 'Anna', verified: false});
});

test('a SIP address is preferred to a telephone number, which does alone', () => {
  const tel = '"Bob" <tel:+49-30-(123)456;phone-context=x>';
  expect(caller({'P-Asserted-Identity': `${tel}, <sip:102@example.org>`}, 'house')).toMatchObject({
    user: '102',
  });
  expect(caller({'P-Asserted-Identity': tel}, 'house')).toMatchObject({user: '+4930123456', host: ''});
});

test('what cannot be read, names who is called, or was not screened is as if it were not there', () => {
  for (const headers of [
    {'P-Asserted-Identity': 'garbage <'},
    {'P-Asserted-Identity': '<http://example.org>'},
    {'Remote-Party-ID': '<sip:103@example.org>;party=called'},
    {'Remote-Party-ID': '<sip:103@example.org>;screen=no'},
  ]) {
    expect(caller(headers as Record<string, string>, 'house')).toMatchObject({
      user: '101',
      displayName: 'Anna',
    });
  }
});

test('the name in From is kept where only the same address is asserted', () => {
  expect(caller({'P-Asserted-Identity': '<sip:101@example.org>'}, 'house').displayName).toBe('Anna');
  expect(caller({'P-Asserted-Identity': '<sip:102@example.org>'}, 'house').displayName).toBe('');
});

test.each([
  {Privacy: 'id'},
  {Privacy: 'user;critical'},
  {'Remote-Party-ID': '<sip:101@example.org>;privacy=full'},
])('who wants privacy (%j) is known by address but not shown', (headers) => {
  const party = caller({...asserted, ...(headers as Record<string, string>)}, 'house');
  expect(party).toMatchObject({uri: 'sip:anonymous@anonymous.invalid', displayName: '', verified: true});
  expect(party.user).toBe('102');
  expect(caller({Privacy: 'none'}).uri).toBe('sip:101@example.org');
});

test('names are made safe to show, and a password in the address is not shown', () => {
  const from = '"\u202eAn\u0007na" <sip:101:secret@example.org;x=y>;tag=a';
  expect(caller({}, undefined, from)).toMatchObject({uri: 'sip:101@example.org', displayName: 'Anna'});
});
