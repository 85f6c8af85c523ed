import fc from 'fast-check';
import {expect, test} from 'vitest';
import {answerAfter} from '../../../firmware/sip/agent/auto-answer.ts';
import {Headers} from '../../../firmware/sip/message/headers.ts';
import {CallScene} from './scene.ts';
import {sdp} from './scripted-peer.ts';

function asked(...lines: [name: string, value: string][]): number | undefined {
  const headers = new Headers();
  for (const [name, value] of lines) headers.append(name, value);
  return answerAfter(headers);
}

test.each([
  ['Answer-Mode', 'Auto', 0],
  ['Answer-Mode', 'auto;require', 0],
  ['Priv-Answer-Mode', 'Auto;require', 0],
  ['Answer-Mode', 'Manual', undefined],
  ['Call-Info', '<sip:127.0.0.1>;answer-after=0', 0],
  ['Call-Info', '<sip:pbx.example.org>; answer-after = 3', 3000],
  ['Call-Info', 'answer-after=1', 1000],
  ['Call-Info', '<http://example.org/photo.jpg>;purpose=icon, <sip:pbx>;answer-after=2', 2000],
  ['Call-Info', '<http://example.org/a;answer-after=0>;purpose=info', undefined],
  ['Call-Info', '<sip:pbx>;answer-after=61', undefined],
  ['Call-Info', '<sip:pbx>;answer-after=-1', undefined],
  ['Alert-Info', '<http://127.0.0.1>;info=alert-autoanswer;delay=0', 0],
  ['Alert-Info', '<http://www.notused.com>;info=alert-autoanswer;delay=2', 2000],
  ['Alert-Info', '<http://pbx>;info=alert-autoanswer', 0],
  ['Alert-Info', 'info=alert-autoanswer', 0],
  ['Alert-Info', 'sip:127.0.0.1;info=alert-autoanswer', 0],
  ['Alert-Info', '<http://pbx>;info="Auto Answer"', 0],
  ['Alert-Info', 'Auto Answer', 0],
  ['Alert-Info', 'Auto-Answer', 0],
  ['Alert-Info', 'Ring Auto Answer', 0],
  ['Alert-Info', 'ringAutoAnswer', 0],
  ['Alert-Info', 'Ring Answer', 0],
  ['Alert-Info', '<http://pbx>;answer-after=4', 4000],
  ['Alert-Info', '<http://pbx>;info=alert-autoanswer;delay=soon', undefined],
  ['Alert-Info', '<http://pbx/alert-autoanswer>;info=alert-internal', undefined],
  ['Alert-Info', '<urn:alert:service:normal>', undefined],
] as const)('%s: %s asks for an answer after %s ms', (name, value, expected) => {
  expect(asked([name, value])).toBe(expected);
});

test('the manual mode of RFC 5373 outweighs what vendors say', () => {
  expect(asked(['Answer-Mode', 'Manual'], ['Call-Info', '<sip:pbx>;answer-after=0'])).toBeUndefined();
  expect(asked(['Call-Info', '<sip:pbx>;answer-after=2'], ['Alert-Info', 'Auto Answer'])).toBe(2000);
});

test('whatever stands there, it is a bounded time or nothing', () => {
  const part = fc.constantFrom(
    '<',
    '>',
    ';',
    'answer-after=',
    'info=',
    'alert-autoanswer',
    'delay=',
    '9',
    ' ',
    '"',
    ',',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(part, fc.string()), {maxLength: 30}), (parts) => {
      const value = parts.join('');
      const after = asked(['Call-Info', value], ['Alert-Info', value], ['Answer-Mode', value]);
      expect(after === undefined || (after >= 0 && after <= 60_000)).toBe(true);
    }),
  );
});

test('an incoming call tells what its caller asks for', async () => {
  const scene = new CallScene();
  const peer = scene.peer();
  await peer.ask('INVITE', 1, {
    body: sdp('192.0.2.9', 7000),
    headers: {'Call-Info': '<sip:pbx>;answer-after=2'},
  });
  expect(scene.tesla.incoming[0]!.answerAfter).toBe(2000);
});
