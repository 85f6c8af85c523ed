import {expect, test} from 'vitest';
import {LadderRecorder} from '../../firmware/station/ladder-recorder.ts';

function message(callId: string, text: string, at = 0) {
  return {
    at,
    direction: 'in' as const,
    transport: 'UDP' as const,
    from: {address: '192.0.2.7', port: 5060},
    to: {address: '2001:db8::1', port: 5061},
    callId,
    bytes: Buffer.from(text),
  };
}

test('messages that came before the call was known belong to it', () => {
  const recorder = new LadderRecorder();
  expect(recorder.record(message('a', 'INVITE'))).toBeUndefined();
  recorder.attach(1, 'a');
  expect(recorder.record(message('a', 'ACK'))).toBe(1);
  expect(recorder.record(message('b', 'OPTIONS'))).toBeUndefined();
  expect(recorder.messages(1)).toMatchObject([
    {
      at: '1970-01-01T00:00:00.000Z',
      direction: 'in',
      from: '192.0.2.7:5060',
      to: '[2001:db8::1]:5061',
      message: 'INVITE',
    },
    {message: 'ACK'},
  ]);
  expect(recorder.finish(1)).toHaveLength(2);
  expect(recorder.messages(1)).toBeUndefined();
  expect(recorder.record(message('a', 'late'))).toBeUndefined();
});

test('the legs of one call make one ladder, in order of time', () => {
  const recorder = new LadderRecorder();
  recorder.attach(1, 'a');
  recorder.record(message('b', '1', 1));
  recorder.record(message('a', '2', 2));
  recorder.attach(1, 'b');
  recorder.record(message('b', '3', 3));
  expect(recorder.messages(1)?.map(({message}) => message)).toEqual(['1', '2', '3']);
});

test('secrets are hidden', () => {
  const recorder = new LadderRecorder();
  recorder.attach(1, 'a');
  recorder.record(message('a', 'BYE sip:a SIP/2.0\r\nAuthorization: Digest response="0123"\r\n\r\n'));
  recorder.record(message('a', 'INFO sip:a SIP/2.0\r\n\r\nSignal=7\r\n'));
  expect(JSON.stringify(recorder.finish(1))).not.toMatch(/0123|=7/);
});

test('everything is bounded: messages, their length, unknown dialogs', () => {
  const recorder = new LadderRecorder();
  recorder.attach(1, 'a');
  for (let count = 0; count < 600; count += 1) recorder.record(message('a', 'x'));
  expect(recorder.messages(1)).toHaveLength(500);
  recorder.attach(2, 'b');
  for (let count = 0; count < 30; count += 1) recorder.record(message('b', 'x'.repeat(70_000)));
  expect(recorder.messages(2)).toHaveLength(16);
  expect(recorder.messages(2)![0]!.message).toHaveLength(65_536);
  for (let count = 0; count < 33; count += 1) recorder.record(message(`unknown-${count}`, 'x'));
  recorder.attach(3, 'unknown-0');
  recorder.attach(3, 'unknown-32');
  expect(recorder.messages(3)).toHaveLength(1);
});
