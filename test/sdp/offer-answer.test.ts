import fc from 'fast-check';
import {expect, test} from 'vitest';
import {acceptAnswer, answerOffer, createOffer, type LocalMedia} from '../../firmware/sdp/offer-answer.ts';
import {parseSessionDescription} from '../../firmware/sdp/parse.ts';
import type {SessionDescription} from '../../firmware/sdp/session-description.ts';
import {directionOf} from '../../firmware/sdp/session-description.ts';
import {writeSessionDescription} from '../../firmware/sdp/write.ts';

const tesla: LocalMedia = {
  address: '192.0.2.1',
  port: 49170,
  sessionId: '2890844526',
  version: 1,
  direction: 'sendrecv',
  codecs: ['PCMU'],
  security: undefined,
};
const marconi: LocalMedia = {...tesla, address: '192.0.2.2', port: 60000, sessionId: '2890844527'};

function read(...lines: string[]): SessionDescription {
  const text = ['v=0', 'o=- 1 1 IN IP4 192.0.2.9', 's=-', ...lines, ''].join('\r\n');
  const parsed = parseSessionDescription(new TextEncoder().encode(text));
  if (!parsed.ok) throw new Error(parsed.error.text);
  return parsed.value;
}

/** The m= and direction lines of what `marconi` answers, or the failure's code. */
function answerTo(...lines: string[]) {
  const result = answerOffer(read(...lines), marconi);
  if (!result.ok) return result.error.code;
  const text = new TextDecoder().decode(writeSessionDescription(result.value.answer));
  return {
    media: text.split('\r\n').filter((line) => line.startsWith('m=')),
    stream: result.value.stream,
  };
}

test('an offer is one audio line with PCMU, comfort noise and telephone-event', () => {
  expect(new TextDecoder().decode(writeSessionDescription(createOffer(tesla))).split('\r\n')).toEqual([
    'v=0',
    'o=- 2890844526 1 IN IP4 192.0.2.1',
    's=-',
    'c=IN IP4 192.0.2.1',
    't=0 0',
    'm=audio 49170 RTP/AVP 0 13 101',
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:13 CN/8000',
    'a=rtpmap:101 telephone-event/8000',
    'a=fmtp:101 0-15',
    'a=ptime:20',
    'a=sendrecv',
    'a=rtcp-mux',
    'a=rtcp-xr:voip-metrics',
    '',
  ]);
});

test('offer and answer settle the same stream, seen from each side', () => {
  const offer = createOffer(tesla);
  const answered = answerOffer(offer, marconi);
  if (!answered.ok) throw new Error(answered.error.text);
  const rtcp = {multiplexed: true, address: undefined, voipMetrics: true};
  const numbers = {codec: 'PCMU', payloadType: 0, telephoneEvent: 101, comfortNoise: 13};
  const common = {...numbers, direction: 'sendrecv', packetTime: 20};
  expect(answered.value.stream).toEqual({
    ...common,
    remote: {address: '192.0.2.1', port: 49170},
    rtcp: {...rtcp, port: 49171},
  });
  expect(acceptAnswer(offer, answered.value.answer, false)).toEqual({
    ok: true,
    value: {...common, remote: {address: '192.0.2.2', port: 60000}, rtcp: {...rtcp, port: 60001}},
  });
});

test('payload types are those of the offer, telephone-event on any number', () => {
  const answer = answerTo(
    'c=IN IP4 192.0.2.9',
    'm=audio 4000 RTP/AVP 8 97 98 120',
    'a=rtpmap:97 pcmu/8000/1',
    'a=rtpmap:98 telephone-event/16000',
    'a=rtpmap:120\ttelephone-event/8000',
  );
  expect(answer).toMatchObject({
    media: ['m=audio 60000 RTP/AVP 97 120'],
    stream: {payloadType: 97, telephoneEvent: 120},
  });
});

test('PCMU needs no rtpmap; no telephone-event is answered where none was offered', () => {
  expect(answerTo('c=IN IP4 192.0.2.9', 'm=audio 4000 RTP/AVP 0')).toMatchObject({
    media: ['m=audio 60000 RTP/AVP 0'],
    stream: {payloadType: 0, telephoneEvent: undefined},
  });
});

test('an rtpmap that gives number 0 another codec is believed', () => {
  expect(answerTo('c=IN IP4 192.0.2.9', 'm=audio 4000 RTP/AVP 0', 'a=rtpmap:0 L16/8000')).toBe(
    'no-common-codec',
  );
});

test('other lines are refused by port 0 in their places', () => {
  expect(
    answerTo(
      'c=IN IP4 192.0.2.9',
      'm=video 5000 RTP/AVP 31',
      'm=audio 5002 RTP/SAVP 0',
      'm=audio 5004 RTP/AVP 3',
      'm=audio 0 RTP/AVP 0',
      'm=audio 5006 RTP/AVP 0',
      'm=audio 5008 RTP/AVP 0',
      'm=image 5010 udptl t38',
    ),
  ).toMatchObject({
    media: [
      'm=video 0 RTP/AVP 31',
      'm=audio 0 RTP/SAVP 0',
      'm=audio 0 RTP/AVP 3',
      'm=audio 0 RTP/AVP 0',
      'm=audio 60000 RTP/AVP 0',
      'm=audio 0 RTP/AVP 0',
      'm=image 0 udptl t38',
    ],
    stream: {remote: {port: 5006}},
  });
});

test('what cannot be served is a failure with its reason', () => {
  const c = 'c=IN IP4 192.0.2.9';
  expect(answerTo(c)).toBe('no-audio');
  expect(answerTo(c, 'm=video 5000 RTP/AVP 31')).toBe('no-audio');
  expect(answerTo(c, 'm=audio 0 RTP/AVP 0')).toBe('no-audio');
  expect(answerTo(c, 'm=audio 5000 RTP/AVP 8')).toBe('no-common-codec');
  expect(answerTo('m=audio 5000 RTP/AVP 0')).toBe('bad-address');
  expect(answerTo('c=IN IP4 224.2.1.1/127', 'm=audio 5000 RTP/AVP 0')).toBe('bad-address');
  expect(answerTo('c=IN IP6 ::FFFF:224.2.1.1', 'm=audio 5000 RTP/AVP 0')).toBe('bad-address');
  expect(answerTo('c=IN IP6 ::ffff:e002:101', 'm=audio 5000 RTP/AVP 0')).toBe('bad-address');
  expect(answerTo('c=IN IP4 255.255.255.255', 'm=audio 5000 RTP/AVP 0')).toBe('bad-address');
  expect(answerTo('c=IN IP6 ff02::1', 'm=audio 5000 RTP/AVP 0')).toBe('bad-address');
});

test('the media level c= goes before that of the session', () => {
  expect(answerTo('c=IN IP4 192.0.2.9', 'm=audio 4000 RTP/AVP 0', 'c=IN IP6 2001:db8::9')).toMatchObject({
    stream: {remote: {address: '2001:db8::9', port: 4000}},
  });
});

test('hold by sendonly, inactive, 0.0.0.0 and ::, at either level', () => {
  const direction = (...lines: string[]) => {
    const answer = answerOffer(read(...lines), marconi);
    if (!answer.ok) return [];
    const {stream, answer: description} = answer.value;
    return [stream.direction, directionOf(description, description.media[0]!)];
  };
  const audio = 'm=audio 4000 RTP/AVP 0';
  const c = 'c=IN IP4 192.0.2.9';
  expect(direction(c, audio)).toEqual(['sendrecv', 'sendrecv']);
  expect(direction(c, audio, 'a=sendonly')).toEqual(['recvonly', 'recvonly']);
  expect(direction(c, audio, 'a=recvonly')).toEqual(['sendonly', 'sendonly']);
  expect(direction(c, audio, 'a=inactive')).toEqual(['inactive', 'inactive']);
  expect(direction(c, 'a=sendonly', audio)).toEqual(['recvonly', 'recvonly']);
  expect(direction(c, 'a=sendonly', audio, 'a=sendrecv')).toEqual(['sendrecv', 'sendrecv']);
  expect(direction('c=IN IP4 0.0.0.0', audio)).toEqual(['recvonly', 'recvonly']);
  expect(direction('c=IN IP4 0.0.0.0', audio, 'a=sendonly')).toEqual(['recvonly', 'recvonly']);
  expect(direction('c=IN IP4 0.0.0.0', audio, 'a=recvonly')).toEqual(['inactive', 'inactive']);
  expect(direction('c=IN IP6 ::', audio)).toEqual(['recvonly', 'recvonly']);
  expect(direction('c=IN IP6 0:0:0:0:0:0:0:0', audio)).toEqual(['recvonly', 'recvonly']);
});

test('ptime and maxptime are followed within 10 to 60 ms', () => {
  const packetTime = (...attributes: string[]) => {
    const answer = answerTo('c=IN IP4 192.0.2.9', 'm=audio 4000 RTP/AVP 0', ...attributes);
    return typeof answer === 'string' ? answer : answer.stream.packetTime;
  };
  expect(packetTime()).toBe(20);
  expect(packetTime('a=ptime:30')).toBe(30);
  expect(packetTime('a=ptime:30', 'a=maxptime:20')).toBe(20);
  expect(packetTime('a=maxptime:10')).toBe(10);
  expect(packetTime('a=ptime:0')).toBe(20);
  expect(packetTime('a=ptime:500')).toBe(20);
  expect(packetTime('a=ptime:x')).toBe(20);
});

test('an answer that refuses, lacks the line or has another codec is a failure; extra lines are not looked at', () => {
  const offer = createOffer(tesla);
  const accept = (...lines: string[]) => {
    const result = acceptAnswer(offer, read('c=IN IP4 192.0.2.9', ...lines), false);
    return result.ok ? result.value.remote.port : result.error.code;
  };
  expect(accept('m=audio 6000 RTP/AVP 0')).toBe(6000);
  expect(accept('m=audio 6000 RTP/AVP 0', 'm=video 6002 RTP/AVP 31')).toBe(6000);
  expect(accept('m=audio 0 RTP/AVP 0')).toBe('no-audio');
  expect(accept('m=audio 6000 RTP/AVP 8')).toBe('no-common-codec');
  expect(accept()).toBe('line-count');
});

test('a later offer keeps the lines of the session in order', () => {
  const first = answerOffer(
    read('c=IN IP4 192.0.2.9', 'm=video 5000 RTP/AVP 31', 'm=audio 5002 RTP/AVP 0'),
    marconi,
  );
  if (!first.ok) throw new Error(first.error.text);
  const offer = createOffer({...marconi, version: 2}, first.value.answer);
  expect(offer.media.map(({type, port}) => `${type} ${port}`)).toEqual(['video 0', 'audio 60000']);
  expect(
    acceptAnswer(offer, read('c=IN IP4 192.0.2.9', 'm=video 0 RTP/AVP 31', 'm=audio 7000 RTP/AVP 0'), false),
  ).toMatchObject({ok: true, value: {remote: {port: 7000}}});
});

test('a later offer keeps the payload types of the session, and says again what is wanted', () => {
  const first = answerOffer(
    read(
      'c=IN IP4 192.0.2.9',
      'm=audio 5002 RTP/AVP 101 0 96',
      'a=rtpmap:101 opus/48000/2',
      'a=rtpmap:96 telephone-event/8000',
      'a=sendonly',
    ),
    marconi,
  );
  if (!first.ok) throw new Error(first.error.text);
  const offer = createOffer({...marconi, version: 2}, first.value.answer);
  expect(offer.media[0]?.formats).toEqual(['0', '96']);
  expect(directionOf(offer, offer.media[0]!)).toBe('sendrecv');
});

test('an answer with numbers of its own: sent with those, received with ours', () => {
  const numbers = (...lines: string[]) => {
    const result = acceptAnswer(createOffer(tesla), read('c=IN IP4 192.0.2.9', ...lines), false);
    if (!result.ok) return result.error.code;
    const {payloadType, telephoneEvent, receives} = result.value;
    return {payloadType, telephoneEvent, receives};
  };
  expect(numbers('m=audio 6000 RTP/AVP 0 96', 'a=rtpmap:96 Telephone-Event/8000')).toEqual({
    payloadType: 0,
    telephoneEvent: 96,
    receives: {formats: [{codec: 'PCMU', payloadType: 0}], telephoneEvent: 101},
  });
  expect(numbers('m=audio 6000 RTP/AVP 0')).toEqual({
    payloadType: 0,
    telephoneEvent: undefined,
    receives: undefined,
  });
});

test('comfort noise is taken on any number, and where it was not offered it is not answered', () => {
  const line = (formats: string, ...attributes: string[]) =>
    answerTo('c=IN IP4 192.0.2.9', `m=audio 4000 RTP/AVP ${formats}`, ...attributes);
  expect(line('0 13')).toMatchObject({media: ['m=audio 60000 RTP/AVP 0 13'], stream: {comfortNoise: 13}});
  expect(line('0 98', 'a=rtpmap:98 cn/8000')).toMatchObject({
    media: ['m=audio 60000 RTP/AVP 0 98'],
    stream: {comfortNoise: 98},
  });
  expect(line('0 99', 'a=rtpmap:99 CN/16000')).toMatchObject({
    media: ['m=audio 60000 RTP/AVP 0'],
    stream: {comfortNoise: undefined},
  });
  const accepted = (formats: string, ...attributes: string[]) => {
    const answer = read('c=IN IP4 192.0.2.9', `m=audio 6000 RTP/AVP ${formats}`, ...attributes);
    const result = acceptAnswer(createOffer(tesla), answer, false);
    return result.ok ? result.value.comfortNoise : result.error.code;
  };
  expect(accepted('0')).toBeUndefined();
  // It comes with the number of our own offer.
  expect(accepted('0 98', 'a=rtpmap:98 CN/8000')).toBe(13);
});

test('an answer has as many lines as the offer, at most one of them in use', () => {
  const line = fc.record({
    type: fc.constantFrom('audio', 'video', 'image'),
    port: fc.constantFrom(0, 4000, 65_535),
    protocol: fc.constantFrom('RTP/AVP', 'RTP/SAVP', 'udptl'),
    formats: fc.array(fc.constantFrom('0', '8', '101', 't38', '300'), {minLength: 1, maxLength: 4}),
    connection: fc.option(fc.record({address: fc.oneof(fc.ipV4(), fc.ipV6())}), {nil: undefined}),
    attributes: fc.array(
      fc.constantFrom(
        {name: 'rtpmap', value: '300 PCMU/8000'},
        {name: 'rtpmap', value: '101 telephone-event/8000'},
        {name: 'inactive', value: undefined},
        {name: 'ptime', value: '-20'},
      ),
      {maxLength: 4},
    ),
  });
  fc.assert(
    fc.property(fc.array(line, {maxLength: 5}), (media) => {
      const offer = {...createOffer(tesla), media};
      const result = answerOffer(offer, marconi);
      if (!result.ok) return;
      const {answer, stream} = result.value;
      expect(answer.media.map(({type}) => type)).toEqual(media.map(({type}) => type));
      expect(answer.media.filter(({port}) => port !== 0)).toHaveLength(1);
      expect(stream.payloadType).toBeLessThanOrEqual(127);
    }),
  );
});

test('where reports are mapped elsewhere than next to RTP, offers say so, and answers unless they share its port', () => {
  const behind: LocalMedia = {...tesla, rtcp: {address: tesla.address, port: 50_000}};
  const rtcpOf = (description: SessionDescription) => {
    const text = new TextDecoder().decode(writeSessionDescription(description));
    return text.split('\r\n').filter((line) => line.startsWith('a=rtcp:'));
  };
  expect(rtcpOf(createOffer(behind))).toEqual(['a=rtcp:50000']);
  const audio = ['c=IN IP4 192.0.2.9', 'm=audio 4000 RTP/AVP 0'];
  const answers = [audio, [...audio, 'a=rtcp-mux']].map((lines) => answerOffer(read(...lines), behind));
  expect(answers.map((one) => one.ok && rtcpOf(one.value.answer))).toEqual([['a=rtcp:50000'], []]);
});

const polyglot: LocalMedia = {...marconi, codecs: ['G722', 'PCMU', 'PCMA']};
const everything = [
  {codec: 'G722', payloadType: 9},
  {codec: 'PCMU', payloadType: 0},
  {codec: 'PCMA', payloadType: 8},
];

test('all codecs are offered in the order of preference, G722 with the clock rate that it has on paper', () => {
  const [audio] = createOffer(polyglot).media;
  expect(audio?.formats).toEqual(['9', '0', '8', '13', '101']);
  expect(audio?.attributes.filter(({name}) => name === 'rtpmap').map(({value}) => value)).toEqual([
    '9 G722/8000',
    '0 PCMU/8000',
    '8 PCMA/8000',
    '13 CN/8000',
    '101 telephone-event/8000',
  ]);
});

test('of an offer the codec that is preferred here is taken, and all others may come', () => {
  const chosen = (codecs: LocalMedia['codecs'], formats: string) => {
    const answered = answerOffer(read('c=IN IP4 192.0.2.9', `m=audio 4000 RTP/AVP ${formats}`), {
      ...polyglot,
      codecs,
    });
    if (!answered.ok) return answered.error.text;
    const {codec, payloadType, receives} = answered.value.stream;
    expect(answered.value.answer.media[0]?.formats).toEqual([String(payloadType)]);
    return [codec, ...(receives?.formats ?? []).map((format) => format.payloadType)];
  };
  expect(chosen(['G722', 'PCMU', 'PCMA'], '8 0 9 18')).toEqual(['G722', 8, 0, 9]);
  expect(chosen(['PCMA', 'PCMU'], '9 0 8')).toEqual(['PCMA', 0, 8]);
  expect(chosen(['G722', 'PCMU'], '8 0')).toEqual(['PCMU']);
  expect(chosen(['G722', 'PCMU'], '8 18')).toBe('none of G722, PCMU is among the codecs');
});

test('of an answer the first codec that was offered is sent, and each that was offered may come', () => {
  const accepted = (...lines: string[]) => {
    const accept = acceptAnswer(createOffer(polyglot), read('c=IN IP4 192.0.2.9', ...lines), false);
    if (!accept.ok) return accept.error.code;
    const {codec, payloadType, receives} = accept.value;
    return {codec, payloadType, receives: receives?.formats};
  };
  const receives = everything;
  expect(accepted('m=audio 6000 RTP/AVP 8 0')).toEqual({codec: 'PCMA', payloadType: 8, receives});
  expect(accepted('m=audio 6000 RTP/AVP 96', 'a=rtpmap:96 g722/8000/1')).toEqual({
    codec: 'G722',
    payloadType: 96,
    receives,
  });
  expect(accepted('m=audio 6000 RTP/AVP 9', 'a=rtpmap:9 G722/16000')).toBe('no-common-codec');
  expect(accepted('m=audio 6000 RTP/AVP 18')).toBe('no-common-codec');
});

test('a later offer has all codecs again, but no number means another thing than before', () => {
  const again = (...lines: string[]) => {
    const first = answerOffer(read('c=IN IP4 192.0.2.9', ...lines), polyglot);
    if (!first.ok) return first.error.code;
    return createOffer({...polyglot, version: 2}, first.value.answer).media[0]?.formats;
  };
  expect(again('m=audio 4000 RTP/AVP 0 8')).toEqual(['0', '9', '8']);
  expect(again('m=audio 4000 RTP/AVP 96', 'a=rtpmap:96 G722/8000')).toEqual(['96', '0', '8']);
  expect(
    again('m=audio 4000 RTP/AVP 0 8', 'a=rtpmap:0 G722/8000', 'a=rtpmap:8 telephone-event/8000'),
  ).toEqual(['0', '8']);
});
