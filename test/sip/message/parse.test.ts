import {describe, expect, test} from 'vitest';
import {createResponse} from '../../../firmware/sip/message/create.ts';
import {defaultLimits} from '../../../firmware/sip/message/limits.ts';
import {parseMessage} from '../../../firmware/sip/message/parse.ts';
import {writeMessage} from '../../../firmware/sip/message/write.ts';

const headers = [
  'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;rport',
  'From: <sip:a@192.0.2.1>;tag=1',
  'To: <sip:door@192.0.2.20>',
  'Call-ID: 1@192.0.2.1',
  'CSeq: 1 INVITE',
];

function bytes(startLine: string, lines: string[] = headers, body = ''): Buffer {
  return Buffer.from(`${[startLine, ...lines, '', ''].join('\r\n')}${body}`);
}

function invite(lines: string[] = headers, body = ''): Buffer {
  return bytes('INVITE sip:door@192.0.2.20 SIP/2.0', lines, body);
}

function failed(datagram: Uint8Array) {
  const result = parseMessage(datagram);
  if (result.ok) throw new Error('accepted');
  return result.error;
}

function without(name: string): string[] {
  return headers.filter((line) => !line.startsWith(name));
}

describe('body', () => {
  test('without Content-Length it is all that is left', () => {
    const result = parseMessage(invite(headers, 'abc'));
    expect(result.ok && Buffer.from(result.value.body).toString()).toBe('abc');
  });

  test('a shorter Content-Length cuts it', () => {
    const result = parseMessage(invite([...headers, 'Content-Length: 2', 'l: 2'], 'abc'));
    expect(result.ok && Buffer.from(result.value.body).toString()).toBe('ab');
  });

  test('a longer Content-Length is an error', () => {
    expect(failed(invite([...headers, 'Content-Length: 4'], 'abc'))).toMatchObject({status: 400});
  });

  test('a response cut short is not answered', () => {
    expect(failed(bytes('SIP/2.0 200 OK', [...headers, 'l: 4'], 'abc'))).toMatchObject({
      code: 'bad-content-length',
      status: undefined,
    });
  });
});

describe('what must be there', () => {
  test.each(['From', 'To', 'Call-ID', 'CSeq'])('%s', (name) => {
    expect(failed(invite(without(name)))).toMatchObject({code: 'missing-header', place: name, status: 400});
    expect(failed(bytes('SIP/2.0 200 OK', without(name)))).toMatchObject({place: name, status: undefined});
  });

  test('without Via nobody can be answered', () => {
    expect(failed(invite(without('Via')))).toMatchObject({
      place: 'Via',
      status: undefined,
      request: undefined,
    });
  });

  test('the empty line', () => {
    expect(failed(invite().subarray(0, -2))).toMatchObject({code: 'truncated'});
  });

  test('an ACK is never answered', () => {
    expect(failed(bytes('ACK sip:a@b SIP/2.0', without('To')))).toMatchObject({status: undefined});
  });
});

describe('start lines', () => {
  test.each([
    ['SIP/2.0 200 OK', true],
    ['sip/2.0 200 OK', true],
    ['SIP/2.0 200 ', true],
    ['SIP/2.0 200', true],
    ['SIP/2.0 99 Low', false],
    ['SIP/2.0 700 High', false],
    ['SIP/2.0 2000 Long', false],
    ['SIP/2.0  200 OK', false],
    ['SIP/3.0 200 OK', false],
    ['INVITE sip:a@b SIP/2.0', true],
    ['INVITE tel:+1-212-555-0100 SIP/2.0', true],
    ['INVITE sip:a@b', false],
    ['INVITE sip:a@b HTTP/1.1', false],
    ['INVITE sip:a@b SIP/2.00', false],
    ['INVITE SIP/2.0', false],
    ['INVITE sip: SIP/2.0', false],
    ['INVITE sip:a@b:99999 SIP/2.0', false],
    ['INVITE sip:a@[::1 SIP/2.0', false],
    ['INV(TE sip:a@b SIP/2.0', false],
    ['', false],
  ])('%s', (line, good) => {
    expect(parseMessage(bytes(line)).ok).toBe(good);
  });

  test('line breaks before it are ignored', () => {
    expect(parseMessage(Buffer.concat([Buffer.from('\r\n\r\n'), invite()])).ok).toBe(true);
  });

  test('nothing at all, or only line breaks, is no message', () => {
    for (const text of ['', '\r\n\r\n', '\0', 'hello']) {
      expect(failed(Buffer.from(text)).status).toBeUndefined();
    }
  });

  test('another version is answered 505', () => {
    expect(failed(bytes('INVITE sip:a@b SIP/3.1'))).toMatchObject({code: 'bad-version', status: 505});
  });
});

describe('limits', () => {
  test('a datagram', () => {
    expect(failed(invite(headers, 'x'.repeat(defaultLimits.datagram)))).toMatchObject({status: 513});
  });

  test('one line', () => {
    const line = `Subject: ${'x'.repeat(defaultLimits.line)}`;
    expect(failed(invite([...headers, line]))).toMatchObject({code: 'too-large', status: 513});
    expect(failed(invite([...headers, `Subject: a\r\n ${line}`]))).toMatchObject({status: 513});
  });

  test('the Request-URI', () => {
    const uri = `sip:${'x'.repeat(defaultLimits.line)}@example.org`;
    expect(failed(bytes(`INVITE ${uri} SIP/2.0`))).toMatchObject({code: 'too-large', status: 414});
  });

  test('all headers', () => {
    const lines = Array.from({length: 5}, () => `Subject: ${'x'.repeat(8000)}`);
    expect(failed(invite([...headers, ...lines]))).toMatchObject({code: 'too-large', status: 513});
  });

  test('the number of lines', () => {
    const lines = (count: number) => Array.from({length: count - headers.length}, () => 'X: 1');
    expect(parseMessage(invite([...headers, ...lines(128)])).ok).toBe(true);
    expect(failed(invite([...headers, ...lines(129)]))).toMatchObject({code: 'too-large', status: 513});
  });

  test('the number of Vias, also on one line', () => {
    const via = 'SIP/2.0/UDP a;branch=z9hG4bK1';
    const list = (count: number) => `Via: ${Array.from({length: count}, () => via).join(', ')}`;
    expect(parseMessage(invite([list(64), ...without('Via')])).ok).toBe(true);
    expect(failed(invite([list(65), ...without('Via')]))).toMatchObject({place: 'Via', status: 513});
  });
});

test('bytes that are not a Buffer are read as well', () => {
  const copy = new Uint8Array(invite());
  const result = parseMessage(copy);
  expect(result.ok && result.value.callId).toBe('1@192.0.2.1');
});

test('a response survives a Contact that nobody can read', () => {
  const lines = [...headers, 'Contact: <sip:good@192.0.2.1>, <bad', 'Contact: <<', 'Expires: soon'];
  const result = parseMessage(bytes('SIP/2.0 200 OK', lines));
  expect(result.ok && result.value.contact?.uri).toMatchObject({user: 'good'});
  const only = parseMessage(bytes('SIP/2.0 200 OK', [...headers, 'Contact: <<']));
  expect(only.ok && only.value.contact).toBeUndefined();
});

test('the answer to a refused request goes where its Via says, with the headers as they came', () => {
  const {status, request} = failed(invite([...without('From'), 'From: "open <sip:a@b>']));
  expect(status).toBe(400);
  expect(request?.via).toMatchObject({host: '192.0.2.1', port: 5060, rport: true});
  const answer = Buffer.from(writeMessage(createResponse(request!, status!, undefined, 'x1'))).toString();
  expect(answer).toContain('From: "open <sip:a@b>\r\n');
  expect(answer).toContain('To: <sip:door@192.0.2.20>;tag=x1\r\n');
});

test('a name that is folded right behind its quote says the same after the headers have changed', () => {
  const result = parseMessage(invite([...without('From'), 'From: "\r\n A\r\n " <sip:a@a>;tag=1']));
  if (!result.ok) throw new Error(result.error.text);
  const message = result.value;
  expect(message.from.displayName).toBe(' A ');
  message.headers.append('X-Changed', '1');
  expect(message.from.displayName).toBe(' A ');
});

test('an answer to folded headers is one in plain lines', () => {
  const lines = headers.map((line) =>
    line.replace('Call-ID:', 'Call-ID :\r\n ').replace(';tag', '\r\n\t;tag'),
  );
  const result = parseMessage(invite(lines));
  if (!result.ok || result.value.kind !== 'request') throw new Error('refused');
  const answer = Buffer.from(writeMessage(createResponse(result.value, 200, 'OK', 'x1'))).toString();
  expect(answer).toContain('Call-ID: 1@192.0.2.1\r\n');
  expect(answer).toContain('From: <sip:a@192.0.2.1> ;tag=1\r\n');
  expect(answer).toContain('To: <sip:door@192.0.2.20>;tag=x1\r\n');
});

test('a CR inside a reason phrase is a space: the response can be written again', () => {
  const result = parseMessage(bytes('SIP/2.0 180 \rRing\ring'));
  if (!result.ok) throw new Error(result.error.text);
  expect(result.value).toMatchObject({reason: 'Ring ing'});
  expect(parseMessage(writeMessage(result.value))).toMatchObject({ok: true, value: {reason: 'Ring ing'}});
});
