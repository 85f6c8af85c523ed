import {expect, test} from 'vitest';
import {encodeALaw} from '../../firmware/audio/g711.ts';
import {G722Decoder} from '../../firmware/audio/g722/decoder.ts';
import {G722Encoder} from '../../firmware/audio/g722/encoder.ts';
import {headerLength, RtpHeader, readPacket, writeHeader} from '../../firmware/rtp/packet.ts';
import {keyTones} from '../support/key-tones.ts';
import {Bench, frame, peer, soundFrame, soundOf, stream} from './media-bench.ts';

test('an attached session carries the microphone out and the other side to the speaker', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  expect(bench.reported('opened')).toEqual([{kind: 'opened', session: 1, port: 4000}]);
  expect(bench.thread.active).toBe(true);
  for (let step = 0; step < 20; step++) bench.step(988, {socket, sample: 460});
  expect(socket.sent).toHaveLength(20);
  expect(socket.sent.every(({to}) => to.address === peer.address && to.port === peer.port)).toBe(true);
  expect(soundOf(socket.sent[10]!.bytes)).toBe(988);
  expect(bench.card.played.slice(-soundFrame).every((sample) => sample === 460)).toBe(true);
});

test('a session that is not attached sends silence and is not heard', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  const other = await bench.open(2);
  bench.do({kind: 'update', session: 2, stream});
  for (let step = 0; step < 20; step++) bench.step(988, {socket: other, sample: 8000});
  expect(soundOf(other.sent[10]!.bytes)).toBe(0);
  expect(soundOf(socket.sent[10]!.bytes)).toBe(988);
  expect(bench.card.played.every((sample) => sample === 0)).toBe(true);
  bench.do({kind: 'attach', session: 2});
  for (let step = 0; step < 20; step++) bench.step(988, {socket: other, sample: 460});
  expect(soundOf(socket.sent.at(-1)!.bytes)).toBe(0);
  expect(bench.card.played.at(-1)).toBe(460);
});

test.each([
  ['sendrecv', true, true],
  ['sendonly', true, false],
  ['recvonly', false, true],
  ['inactive', false, false],
] as const)('%s is kept to', async (direction, sends, hears) => {
  const bench = new Bench();
  const socket = await bench.talk({direction});
  for (let step = 0; step < 20; step++) bench.step(988, {socket, sample: 460});
  expect(socket.sent.length > 0).toBe(sends);
  expect(bench.card.played.some((sample) => sample !== 0)).toBe(hears);
});

test('nothing is sent to an address of zeros', async () => {
  const bench = new Bench();
  const socket = await bench.talk({remote: {address: '0.0.0.0', port: 7000}});
  bench.step(988);
  expect(socket.sent).toEqual([]);
});

test('after the address behind a NAT has proved itself, packets go there', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  const real = {address: '203.0.113.1', port: 55555};
  for (let step = 0; step < 10; step++) bench.step(988, {socket, sample: 460, from: real});
  expect(socket.sent.at(-1)!.to).toEqual(real);
  expect(bench.statistics(1)).toMatchObject({sent: 10, received: 8, lost: 0});
});

test('a settled call ties its socket; a new address or silence sets it free', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  for (let step = 0; step < 49; step++) bench.step(0, {socket, sample: 460});
  expect(socket.connected).toBe(false);
  bench.step(0, {socket, sample: 460});
  expect(socket.connected).toBe(true);
  bench.do({kind: 'update', session: 1, stream});
  expect(socket.connected).toBe(false);
  for (let step = 0; step < 60; step++) bench.step(0, {socket, sample: 460});
  expect(socket.connected).toBe(true);
  for (let step = 0; step < 202; step++) bench.step(0);
  expect(socket.connected).toBe(false);
});

test('silence is told after 4 and 10 seconds, and again after sound has come', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  const told = () => bench.reported('silence').map(({seconds}) => seconds);
  for (let step = 0; step < 199; step++) bench.step(0);
  expect(told()).toEqual([]);
  for (let step = 0; step < 600; step++) bench.step(0);
  expect(told()).toEqual([4, 10]);
  bench.step(0, {socket, sample: 460});
  for (let step = 0; step < 210; step++) bench.step(0);
  expect(told()).toEqual([4, 10, 4]);
});

test.each(['recvonly', 'sendonly', 'inactive'] as const)(
  'a session on hold (%s), or not attached, may be silent',
  async (direction) => {
    const bench = new Bench();
    await bench.talk({direction});
    await bench.open(2);
    bench.do({kind: 'update', session: 2, stream});
    for (let step = 0; step < 600; step++) bench.step(0);
    expect(bench.reported('silence')).toEqual([]);
    bench.do({kind: 'update', session: 1, stream});
    for (let step = 0; step < 190; step++) bench.step(0);
    expect(bench.reported('silence')).toEqual([]);
  },
);

test('keys come and go', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  const bytes = new Uint8Array(headerLength + 4);
  writeHeader(bytes, true, 101, 900, 1000, 5);
  bytes.set([7, 10, 0, 160], headerLength);
  socket.onDatagram(bytes, peer.address, peer.port);
  expect(bench.reported('digit')).toEqual([{kind: 'digit', session: 1, digit: '7', way: 'rtp'}]);
  bench.do({kind: 'digit', session: 1, digit: '3'});
  bench.step(0);
  const header = new RtpHeader();
  expect(readPacket(socket.sent[0]!.bytes, header)).toBeUndefined();
  expect(header.payloadType).toBe(101);
  expect(socket.sent[0]!.bytes[headerLength]).toBe(3);
});

test.each([
  [undefined, ['5']],
  [101, []],
] as const)('a key as tones in the sound, telephone-event %s', async (event, digits) => {
  const bench = new Bench();
  const socket = await bench.talk({telephoneEvent: event});
  const {samples} = keyTones('5');
  for (let start = 0; start < samples.length; start += frame) {
    socket.onDatagram(bench.packet(samples.subarray(start, start + frame)), peer.address, peer.port);
    bench.step(0);
  }
  expect(bench.reported('digit').map(({digit}) => digit)).toEqual(digits);
  expect(bench.reported('digit').every(({way}) => way === 'tone')).toBe(true);
});

test('what the microphone sends and the other side sends back is no key', async () => {
  const bench = new Bench();
  const socket = await bench.talk({telephoneEvent: undefined});
  const {samples} = keyTones('5');
  for (let start = 0; start < samples.length; start += frame) {
    // Each sample twice: what that adds lies above 4 kHz.
    for (const sample of samples.subarray(start, start + frame)) bench.card.captured.push(sample, sample);
    bench.step();
    const echo = socket.sent.at(-1)!.bytes.slice();
    socket.onDatagram(echo, peer.address, peer.port);
  }
  expect(socket.sent.some(({bytes}) => Math.abs(soundOf(bytes)) > 5000)).toBe(true);
  expect(bench.reported('digit')).toEqual([]);
});

test('tones are heard with or without a call, and mixed into it', async () => {
  const bench = new Bench();
  expect(bench.thread.active).toBe(false);
  bench.do({kind: 'play', sound: 'press'});
  expect(bench.thread.active).toBe(true);
  let steps = 0;
  for (; bench.thread.active && steps < 20; steps++) bench.step(988);
  expect(steps).toBe(6);
  expect(bench.card.captured).toHaveLength(6 * soundFrame);
  const socket = await bench.talk();
  for (let step = 0; step < 10; step++) bench.step(0, {socket, sample: 460});
  bench.do({kind: 'play', sound: 'talk'});
  bench.step(0, {socket, sample: 460});
  const mixed = bench.card.played.slice(-soundFrame);
  expect(Math.max(...mixed)).toBeGreaterThan(4000);
  const mean = mixed.reduce((sum, sample) => sum + sample, 0) / soundFrame;
  expect(Math.abs(mean - 460)).toBeLessThan(300);
});

test("speech and the station's own sounds have volumes of their own, and the sum stays within 16 bits", async () => {
  const loud = new Int16Array(10 * soundFrame).fill(32_000);
  const bench = new Bench({sounds: {press: loud}, volumes: {speech: 50, sounds: 10}});
  const socket = await bench.talk();
  for (let step = 0; step < 10; step++) bench.step(0, {socket, sample: 460});
  // Half as loud is 10 dB less.
  expect(bench.card.played.at(-1)).toBe(Math.trunc(460 * 10 ** (-10 / 20)));
  bench.do({kind: 'play', sound: 'press'});
  bench.step(0, {socket, sample: 460});
  expect(bench.card.played.at(-1)).toBe(145 + Math.trunc(32_000 * 0.1 ** (Math.log2(10) / 2)));

  const clipping = new Bench({sounds: {press: loud}});
  const other = await clipping.talk();
  for (let step = 0; step < 10; step++) clipping.step(0, {socket: other, sample: 20_000});
  clipping.do({kind: 'play', sound: 'press'});
  clipping.step(0, {socket: other, sample: 20_000});
  expect(clipping.card.played.at(-1)).toBe(32_767);
});

test('ringback ends when somebody is attached, or when told', async () => {
  const bench = new Bench();
  bench.do({kind: 'play', sound: 'ringback'});
  await bench.open(1);
  bench.do({kind: 'attach', session: 1});
  expect(bench.thread.active).toBe(false);
  bench.do({kind: 'play', sound: 'ringback'});
  expect(bench.thread.active).toBe(true);
  bench.do({kind: 'play', sound: 'stop'});
  expect(bench.thread.active).toBe(false);
});

test('levels are told ten times a second while something is going on, and silence at the end', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  for (let step = 0; step < 50; step++) bench.step(16384, {socket, sample: 460});
  const meters = bench.reported('meters');
  expect(meters).toHaveLength(10);
  expect(meters.at(-1)!.levels.microphone).toBeCloseTo(-6, 0);
  expect(meters.at(-1)!.levels.speaker).toBeCloseTo(-37.1, 0);
  bench.do({kind: 'close-session', session: 1});
  expect(bench.reported('meters').at(-1)!.levels).toMatchObject({
    microphone: -96,
    captured: -96,
    speaker: -96,
  });
});

test('when the sound card is lost the call goes on in silence, until it is there again', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  for (let step = 0; step < 5; step++) bench.step(988, {socket, sample: 460});
  const fault = {state: 'missing', text: 'fake: no such device'} as const;
  bench.card.fault = fault;
  for (let step = 0; step < 5; step++) bench.step(988, {socket, sample: 460});
  bench.thread.lookAfterSound();
  bench.thread.lookAfterSound();
  const told = bench.reported('sound').map(({state}) => state.microphone.fault);
  expect(told).toEqual([null, fault]);
  expect(socket.sent).toHaveLength(10);
  expect(soundOf(socket.sent.at(-1)!.bytes)).toBe(0);
  bench.card.fault = null;
  bench.thread.lookAfterSound();
  expect(bench.reported('sound').at(-1)!.state.microphone.fault).toBe(null);
  for (let step = 0; step < 5; step++) bench.step(988, {socket, sample: 460});
  expect(soundOf(socket.sent.at(-1)!.bytes)).toBeGreaterThan(900);
});

test('a card that was plugged in since the last look is found when sound is wanted', () => {
  const bench = new Bench();
  bench.card.fault = {state: 'missing', text: 'fake: no such device'};
  bench.thread.lookAfterSound();
  bench.card.fault = null;
  bench.do({kind: 'play', sound: 'press'});
  bench.step();
  expect(bench.card.played.length).toBeGreaterThan(0);
  expect(bench.reported('sound').at(-1)!.state.speaker.fault).toBe(null);
});

test('a microphone that gives nothing is told of, and when it is heard again', async () => {
  const bench = new Bench();
  await bench.talk();
  const silent = () => {
    bench.thread.lookAfterSound();
    return bench.reported('sound').at(-1)!.state.microphoneSilent;
  };
  for (let step = 0; step < 240; step++) bench.step(0);
  expect(silent()).toBe(false);
  for (let step = 0; step < 20; step++) bench.step(0);
  expect(silent()).toBe(true);
  for (let step = 0; step < 30; step++) {
    bench.card.captured.push(...Array.from({length: soundFrame}, (_, index) => 100 * (index % 9)));
    bench.step();
  }
  expect(silent()).toBe(false);
});

test('a probe plays and records in the same steps, without a call; then all is still', () => {
  const bench = new Bench();
  const sound = Int16Array.from({length: 3 * soundFrame}, (_, index) => 1 + index);
  bench.do({kind: 'probe', request: 7, samples: sound});
  bench.do({kind: 'probe', request: 8, samples: sound});
  expect(bench.reported('probed')).toEqual([{kind: 'probed', request: 8, probe: undefined}]);
  bench.card.captured.push(...Array(soundFrame).fill(500));
  for (let step = 0; bench.thread.active && step < 20; step++) bench.step(500);
  const {request, probe} = bench.reported('probed')[1]!;
  expect(request).toBe(7);
  expect(probe!.captured).toEqual(new Int16Array(3 * soundFrame).fill(500));
  expect(bench.card.played.filter((sample) => sample !== 0)).toEqual([...sound]);
  expect(bench.thread.active).toBe(false);
});

test('a call cuts a probe off, and refuses others; listening ends by itself', async () => {
  const bench = new Bench();
  bench.do({kind: 'probe', request: 1, samples: new Int16Array(80_000)});
  bench.do({kind: 'listen', milliseconds: 100});
  bench.step(0);
  await bench.talk();
  expect(bench.reported('probed')).toEqual([{kind: 'probed', request: 1, probe: undefined}]);
  bench.do({kind: 'probe', request: 2, samples: new Int16Array(320)});
  expect(bench.reported('probed')).toHaveLength(2);
  bench.do({kind: 'close-session', session: 1});
  expect(bench.thread.active).toBe(false);
  bench.do({kind: 'listen', milliseconds: 400});
  let steps = 0;
  for (; bench.thread.active && steps < 50; steps++) bench.step(16_384);
  expect(steps).toBe(20);
  expect(bench.reported('meters').at(-2)!.levels.captured).toBeCloseTo(-6, 0);
});

test('overruns and underruns are counted for the call in which they happen', async () => {
  const bench = new Bench();
  bench.card.xruns = 5;
  const socket = await bench.talk();
  for (let step = 0; step < 5; step++) bench.step(988, {socket, sample: 460});
  bench.card.xruns = 7;
  expect(bench.statistics(1)!.xruns).toBe(2);
  bench.do({kind: 'attach', session: undefined});
  bench.card.xruns = 9;
  expect(bench.statistics(1)!.xruns).toBe(2);
});

test('closing frees sockets and card; commands for what is gone do nothing', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  bench.do({kind: 'close-session', session: 1});
  expect(socket.closed).toBe(true);
  expect(bench.thread.active).toBe(false);
  for (const command of [
    {kind: 'close-session', session: 1},
    {kind: 'update', session: 1, stream},
    {kind: 'attach', session: 1},
    {kind: 'digit', session: 1, digit: '1'},
  ] as const) {
    bench.do(command);
  }
  expect(bench.statistics(1)).toBeUndefined();
  const another = await bench.open(2);
  bench.do({kind: 'close'});
  expect(another.closed).toBe(true);
  expect(bench.card.closed).toBe(true);
});

test('a port that cannot be had is told of', async () => {
  const bench = new Bench();
  bench.portsLeft = 0;
  await bench.open(1);
  expect(bench.reported('open-failed')).toEqual([
    {kind: 'open-failed', session: 1, text: 'no free RTP port on 192.0.2.1'},
  ]);
});

test('steps that were missed show in the timestamps', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  bench.step(0);
  bench.thread.skipFrames(50);
  bench.step(0);
  const header = new RtpHeader();
  const timestamps = socket.sent.map(({bytes}) => {
    readPacket(bytes, header);
    return header.timestamp;
  });
  expect(timestamps[1]! - timestamps[0]!).toBe(51 * frame);
});

const wideStream = {
  ...stream,
  codec: 'G722',
  payloadType: 9,
  receives: {
    formats: [
      {codec: 'G722', payloadType: 9},
      {codec: 'PCMU', payloadType: 0},
      {codec: 'PCMA', payloadType: 8},
    ],
    telephoneEvent: 101,
  },
} as const;

/** How much of a sound is a sine of this frequency: 1 is all. */
function shareOf(frequency: number, sound: readonly number[]): number {
  const sum = (wave: (angle: number) => number) =>
    sound.reduce((total, sample, at) => total + sample * wave((2 * Math.PI * frequency * at) / 16_000), 0);
  const power = sound.reduce((total, sample) => total + sample * sample, 0);
  return (2 * (sum(Math.cos) ** 2 + sum(Math.sin) ** 2)) / (power * sound.length);
}

test('G.722 goes out with 160 steps of the clock a frame, and carries what is above 4 kHz', async () => {
  const bench = new Bench();
  const socket = await bench.talk(wideStream);
  for (let at = 0; at < 50 * soundFrame; at++) {
    bench.card.captured.push(Math.round(8000 * Math.sin((2 * Math.PI * 6000 * at) / 16_000)));
    if (at % soundFrame === soundFrame - 1) bench.step();
  }
  const decoder = new G722Decoder();
  const header = new RtpHeader();
  const sound = new Int16Array(2 * frame);
  const heard: number[] = [];
  const timestamps = socket.sent.map(({bytes}) => {
    readPacket(bytes, header);
    expect([header.payloadType, header.payloadLength]).toEqual([9, frame]);
    decoder.decode(bytes, header.payloadStart, frame, sound);
    heard.push(...sound);
    return header.timestamp;
  });
  expect(new Set(timestamps.slice(1).map((timestamp, index) => timestamp - timestamps[index]!))).toEqual(
    new Set([frame]),
  );
  expect(shareOf(6000, heard.slice(-20 * soundFrame))).toBeGreaterThan(0.95);
});

test('the other side may change the codec from one packet to the next, and is heard again at once', async () => {
  const bench = new Bench();
  const socket = await bench.talk(wideStream);
  const encoder = new G722Encoder();
  const samples = new Int16Array(soundFrame);
  const share = (at: number) => shareOf(at, bench.card.played.slice(-10 * soundFrame));
  let sequence = 0;
  const say = (codec: 'G722' | 'PCMA', frequency: number, frames: number) => {
    for (let count = 0; count < frames; count++, sequence++) {
      const bytes = new Uint8Array(headerLength + frame);
      writeHeader(bytes, false, codec === 'G722' ? 9 : 8, sequence, sequence * frame, 5);
      const rate = codec === 'G722' ? 16_000 : 8000;
      for (let index = 0; index < soundFrame; index++) {
        const at = (sequence * 20 * rate) / 1000 + index;
        samples[index] = Math.round(8000 * Math.sin((2 * Math.PI * frequency * at) / rate));
      }
      if (codec === 'G722') encoder.encode(samples, soundFrame, bytes.subarray(headerLength));
      else encodeALaw(samples, frame, bytes.subarray(headerLength));
      socket.onDatagram(bytes, peer.address, peer.port);
      bench.step();
    }
  };
  say('G722', 5000, 30);
  expect(share(5000)).toBeGreaterThan(0.95);
  say('PCMA', 1000, 30);
  expect(share(1000)).toBeGreaterThan(0.99);
  say('G722', 5000, 30);
  expect(share(5000)).toBeGreaterThan(0.95);
  expect(bench.statistics(1)).toMatchObject({received: 90, lost: 0, late: 0});
});

test('a re-INVITE changes the codec that is sent', async () => {
  const bench = new Bench();
  const socket = await bench.talk(wideStream);
  bench.step(988);
  bench.do({kind: 'update', session: 1, stream});
  for (let step = 0; step < 5; step++) bench.step(988);
  const types = socket.sent.map(({bytes}) => bytes[1]! & 0x7f);
  expect(types).toEqual([9, 0, 0, 0, 0, 0]);
  expect(soundOf(socket.sent[5]!.bytes)).toBe(988);
});

test('keys as tones are heard in G.722 too', async () => {
  const bench = new Bench();
  const socket = await bench.talk({
    ...wideStream,
    telephoneEvent: undefined,
    receives: {...wideStream.receives, telephoneEvent: undefined},
  });
  const {samples} = keyTones('5');
  const encoder = new G722Encoder();
  const wide = new Int16Array(soundFrame);
  for (let start = 0, sequence = 0; start + frame <= samples.length; start += frame, sequence++) {
    for (let index = 0; index < soundFrame; index++) wide[index] = samples[start + (index >> 1)]!;
    const bytes = new Uint8Array(headerLength + frame);
    writeHeader(bytes, false, 9, sequence, sequence * frame, 5);
    encoder.encode(wide, soundFrame, bytes.subarray(headerLength));
    socket.onDatagram(bytes, peer.address, peer.port);
    bench.step(0);
  }
  expect(bench.reported('digit').map(({digit}) => digit)).toEqual(['5']);
});

test('where the thread itself was late, packets were not: they wait no longer afterwards', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  const talk = (steps: number) => {
    for (let step = 0; step < steps; step++) bench.step(0, {socket, sample: 460});
  };
  talk(1000);
  const before = bench.statistics(1)!.delayMs;
  for (let stop = 0; stop < 5; stop++) {
    bench.time += 80;
    for (let packet = 0; packet < 4; packet++) {
      socket.onDatagram(bench.packet(460), peer.address, peer.port);
    }
    for (let step = 0; step < 4; step++) bench.step(0);
    talk(200);
  }
  expect(bench.statistics(1)!.delayMs).toBeLessThan(before + 1);
});
