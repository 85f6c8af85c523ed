import fc from 'fast-check';
import {expect, test} from 'vitest';
import {acknowledgementOf, ReliableResponses} from '../../../firmware/sip/dialog/reliable-responses.ts';
import {
  agreedInterval,
  answerInterval,
  demandedInterval,
  refuseInterval,
} from '../../../firmware/sip/dialog/session-timer.ts';
import {createRequest, createResponse} from '../../../firmware/sip/message/create.ts';

function invite(headers: Record<string, string>) {
  return createRequest({
    method: 'INVITE',
    requestUri: 'sip:door@192.0.2.1',
    from: '<sip:peer@192.0.2.9>;tag=peer',
    to: '<sip:door@192.0.2.1>',
    callId: 'call',
    cseq: 1,
    headers: Object.entries(headers),
  });
}

/** RFC 4028 section 9, table 2: whether the caller knows timers, whom it names, who refreshes. */
test.each([
  ['timer', '1800', '1800;refresher=uac', false],
  ['timer', '1800;refresher=uac', '1800;refresher=uac', false],
  ['timer', '1800;refresher=uas', '1800;refresher=uas', true],
  ['', '1800', '1800;refresher=uas', true],
  ['', '1800;refresher=uac', '1800;refresher=uas', true],
  ['timer', '', '1800;refresher=uas', true],
  ['TIMER, 100rel', '90 ; REFRESHER = UAC;x=y', '90;refresher=uac', false],
])('Supported: "%s" and Session-Expires: "%s" are answered %s', (supported, asked, answered, here) => {
  const headers = {
    ...(supported ? {Supported: supported} : {}),
    ...(asked ? {'Session-Expires': asked} : {}),
  };
  const {headers: answer, agreed} = answerInterval(invite(headers));
  expect(answer[0]).toEqual({name: 'Session-Expires', value: answered});
  expect(agreed?.refreshHere).toBe(here);
  expect(answer.some(({name}) => name === 'Require')).toBe(!here);
});

test('whatever the headers say, nothing throws and no interval is below 90 s or beyond a week', () => {
  const text = fc.oneof(
    fc.string(),
    fc.nat().map(String),
    fc.tuple(fc.nat(), fc.string()).map(([seconds, rest]) => `${seconds};refresher=${rest}`),
  );
  const values = fc.tuple(text, text, text);
  fc.assert(
    fc.property(values, ([expires, least, sequence]) => {
      const request = invite({Supported: 'timer', 'Session-Expires': expires, 'Min-SE': least});
      refuseInterval(request);
      const response = createResponse(request, 422, undefined, 'tag');
      for (const [name, value] of [...request.headers]) response.headers.append(name, value);
      response.headers.set('RSeq', sequence);
      for (const agreed of [answerInterval(request).agreed, agreedInterval(response)]) {
        if (!agreed) continue;
        expect(agreed.seconds).toBeGreaterThanOrEqual(90);
        expect(agreed.seconds).toBeLessThanOrEqual(604_800);
      }
      expect(demandedInterval(response, 90) ?? 91).toBeGreaterThan(90);
      if (new ReliableResponses().take(response)) {
        expect(acknowledgementOf(response)).toMatch(/^\d{1,10} 1 INVITE$/);
      }
    }),
    {numRuns: 500},
  );
});
