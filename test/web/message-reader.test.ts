import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {layOut} from '../../firmware/web/page/ladder-layout.ts';
import {readMessage} from '../../firmware/web/page/message-reader.ts';
import {sampleCall} from './sample-call.ts';

const messages = sampleCall();
const text = (index: number) => messages[index]?.message ?? '';

describe('a message is read for people', () => {
  test('a request with its session description', () => {
    const invite = readMessage(text(0));
    expect(invite).toMatchObject({kind: 'request', label: 'INVITE', method: 'INVITE', status: 0});
    expect(invite.meaning).toContain('start a call');
    expect(invite.isSessionDescription).toBe(true);
    const unexplained = [...invite.headers, ...invite.body].filter(({explanation}) => explanation === '');
    expect(unexplained).toEqual([]);
    const via = invite.headers.find(({name}) => name === 'Via');
    expect(via?.parts.map(({name}) => name)).toEqual(['branch', 'rport']);
    const codec = invite.body.find(({value}) => value.startsWith('rtpmap:0'));
    expect(codec?.parts[0]?.explanation).toContain('G.711');
  });

  test('answers, by what they answer', () => {
    expect(readMessage(text(2))).toMatchObject({kind: 'progress', label: '180 Ringing', status: 180});
    expect(readMessage(text(3))).toMatchObject({kind: 'success', meaning: 'somebody has answered'});
    expect(readMessage(text(7))).toMatchObject({kind: 'success', meaning: 'done: answers BYE'});
    expect(readMessage('SIP/2.0 486 Busy Here\r\n\r\n')).toMatchObject({
      kind: 'refusal',
      label: '486 Busy Here',
    });
    expect(readMessage('SIP/2.0 499 Odd\r\n\r\n').meaning).toContain('refused');
    expect(readMessage('SIP/2.0 302 Moved\r\n\r\n').kind).toBe('redirect');
  });

  test('compact and folded fields are explained like any other', () => {
    const {headers, body} = readMessage(
      'MESSAGE sip:a SIP/2.0\r\ni: 1\r\nv: SIP/2.0/UDP a\r\n ;branch=z9hG4bKx\r\nc: text/plain\r\nX-Own: 1\r\n\r\nhi',
    );
    expect(headers.map(({name, value}) => `${name}=${value}`)).toEqual([
      'i=1',
      'v=SIP/2.0/UDP a ;branch=z9hG4bKx',
      'c=text/plain',
      'X-Own=1',
    ]);
    expect(headers[0]?.explanation).toContain('name of this call');
    expect(headers[3]?.explanation).toContain('not of the SIP standard');
    expect(body).toEqual([{name: '', value: 'hi', explanation: '', parts: []}]);
  });

  test('the parts of a digest are named', () => {
    const {headers} = readMessage(
      'SIP/2.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm="a, b", nonce="1;tag=2", qop="auth"\r\n\r\n',
    );
    expect(headers[0]?.parts.map(({name}) => name)).toEqual(['realm', 'nonce', 'qop']);
  });

  test('whatever the text, it is shown and nothing breaks', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom('a=rtpmap:', 'Via: ;=', ': x', 'SIP/2.0 200', 'v=', '\t'),
    );
    const anything = fc.array(line).map((lines) => lines.join('\r\n'));
    fc.assert(
      fc.property(anything, (words) => {
        const {headers, body} = readMessage(words);
        expect(headers.length + body.length).toBeLessThanOrEqual(words.split('\n').length);
      }),
    );
  });
});

describe('a ladder is laid out', () => {
  const {lifelines, rows} = layOut(messages, 'Front door');

  test('one lifeline for the station, one for the other side, the caller on the left', () => {
    expect(lifelines).toEqual([
      {address: '', title: 'Front door', subtitle: '127.0.0.1:5060'},
      {address: '127.0.0.1:5062', title: 'indoor', subtitle: '127.0.0.1:5062'},
    ]);
  });

  test('messages in order with their times, sound after the ACK, retransmissions marked', () => {
    expect(
      rows.map((row) =>
        row.what === 'sound'
          ? `${row.from}=${row.to} ${row.codec}`
          : `${row.seconds} ${row.from}>${row.to} ${row.message.label}${row.repeated ? ' again' : ''}`,
      ),
    ).toEqual([
      '0 0>1 INVITE',
      '0.004 1>0 100 Trying',
      '0.006 1>0 180 Ringing',
      '1.203 1>0 200 OK',
      '1.205 0>1 ACK',
      '0=1 PCMU',
      '14.822 1>0 BYE',
      '15.322 1>0 BYE again',
      '15.324 0>1 200 OK',
    ]);
  });

  test('an incoming call has the caller on the left', () => {
    const turned = messages.slice(0, 3).map(({direction, from, to, ...rest}) => ({
      ...rest,
      direction: direction === 'in' ? ('out' as const) : ('in' as const),
      from,
      to,
    }));
    expect(layOut(turned, 'Kitchen').lifelines).toMatchObject([{title: 'door'}, {title: 'Kitchen'}]);
  });

  test('several phones have a lifeline each', () => {
    const forked = [...messages, {...messages[0]!, to: '192.0.2.9:5060'}];
    expect(layOut(forked, 'Front door').lifelines).toHaveLength(3);
  });
});
