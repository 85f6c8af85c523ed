import {expect, test} from 'vitest';
import {explainSocketError} from '../../../firmware/sip/transport/send-failure.ts';

test.each([
  ['ECONNREFUSED', 'connection refused: nothing listens there'],
  ['EPIPE', 'the other side broke the connection'],
  ['ETIMEDOUT', 'the other side does not answer'],
  ['EHOSTUNREACH', 'no route there; is this machine connected to that network?'],
  ['EINVAL', 'no way there from the address in sip.listen; does it listen on loopback only?'],
  ['EADDRNOTAVAIL', 'the address in sip.listen is not one of this machine; has it changed?'],
  ['EPERM', 'the firewall of this machine does not let it out'],
  ['EMSGSIZE', 'the message is too long for a datagram'],
  ['EWHATEVER', 'words of the system'],
])('%s: %s', (code, words) => {
  expect(explainSocketError(Object.assign(new Error('words of the system'), {code}))).toBe(words);
});
