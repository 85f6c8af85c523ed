import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, writeFileSync} from 'node:fs';
import {listCards, Pcm} from 'node-alsa';
import {expect, onTestFinished, test, vi} from 'vitest';
import {systemClock as clock} from '../../firmware/base/clock.ts';
import type {SoundCard} from '../../hal/hal.ts';
import {listSoundCards} from '../../hal/sound/list-cards.ts';
import {openSoundCard} from '../../hal/sound/sound.ts';

const rate = 16_000;
const driver = '/sys/bus/platform/drivers/snd_aloop';
const loopback = (device: number, subdevice: number) =>
  `plughw:CARD=Loopback,DEV=${device},SUBDEV=${subdevice}`;

function open(microphone: string, speaker: string): SoundCard {
  const card = openSoundCard({microphone: `alsa:${microphone}`, speaker: `alsa:${speaker}`, rate, clock});
  onTestFinished(() => card.close());
  return card;
}

function hold(stream: 'capture' | 'playback', device: string, pcmRate: number): Pcm {
  const pcm = Pcm.open({
    ...{device, stream, rates: [pcmRate], channels: 1},
    ...{periodMs: 20, bufferMs: 400, startMs: 40},
  });
  onTestFinished(() => pcm.close());
  return pcm;
}

test('the cards are listed with what they can do', () => {
  const card = listSoundCards().find(({id}) => id === 'Loopback');
  expect(card?.name).toBe('Loopback');
  for (const direction of [card?.playback, card?.capture]) {
    expect(direction?.inUseBy).toBe(null);
    expect(direction?.rates).toEqual(expect.arrayContaining([8000, 16_000, 44_100, 48_000]));
    expect(direction?.channels?.most).toBeGreaterThanOrEqual(2);
    expect(direction?.periodMs?.most).toBeGreaterThan(10);
  }
  expect(Array.isArray(card?.controls)).toBe(true);
});

test('a name that no card has: the one that is most like it, and all', () => {
  const {state} = open('plughw:CARD=Lopback', 'plughw:CARD=Loopback,DEV=7');
  expect(state.microphone.fault).toEqual({
    state: 'missing',
    text: 'there is no ALSA device "plughw:CARD=Lopback". Is plughw:CARD=Loopback meant? Cards here: plughw:CARD=Loopback',
  });
  expect(state.speaker.fault?.state).toBe('missing');
});

test('a device that another program has: which program; it is taken once it is free', () => {
  const holder = hold('playback', 'hw:CARD=Loopback,DEV=0,SUBDEV=3', rate);
  const card = open(loopback(1, 4), loopback(0, 3));
  const {fault} = card.state.speaker;
  expect(fault?.state).toBe('in-use');
  expect(fault?.text).toMatch(new RegExp(`is in use by "[^"]+" \\(process ${process.pid}\\)`));
  expect(card.state.microphone.fault).toBe(null);
  holder.close();
  expect(card.refresh()).toBe(true);
  expect(card.state.speaker.fault).toBe(null);
});

test('a card that does only 44.1 kHz now is opened at that', () => {
  // The other end of the loopback, once it is set up, leaves no other rate.
  hold('playback', 'hw:CARD=Loopback,DEV=0,SUBDEV=5', 44_100);
  hold('capture', 'hw:CARD=Loopback,DEV=1,SUBDEV=6', 44_100);
  const card = open(loopback(1, 5), loopback(0, 6));
  expect(card.state.microphone.fault).toBe(null);
  expect([card.captureRate, card.playbackRate]).toEqual([44_100, 44_100]);
});

test('a card that is unplugged, idle or in use, is found to be gone, and is taken when it is back', async () => {
  // It takes until nobody has the card open any more; that the card is gone is known at once.
  const unplug = () => spawn('/bin/sh', ['-c', `echo snd_aloop.0 > ${driver}/unbind`], {stdio: 'inherit'});
  const plug = async () => {
    if (!existsSync(`${driver}/snd_aloop.0`)) writeFileSync(`${driver}/bind`, 'snd_aloop.0');
    await vi.waitUntil(() => listCards().some(({id}) => id === 'Loopback'), 20_000);
  };
  onTestFinished(plug);
  const card = open(loopback(1, 0), loopback(0, 0));
  const samples = new Int16Array(320);
  for (const inUse of [false, true]) {
    expect([card.state.microphone.fault, card.state.speaker.fault]).toEqual([null, null]);
    if (inUse) {
      card.read(samples);
      for (let count = 0; count < 4; count++) card.write(samples);
    }
    const unplugged = once(unplug(), 'exit');
    await vi.waitUntil(() => {
      if (inUse) card.read(samples);
      if (inUse) card.write(samples);
      return card.refresh();
    }, 20_000);
    expect([card.state.microphone.fault?.state, card.state.speaker.fault?.state]).toEqual([
      'missing',
      'missing',
    ]);
    await unplugged;
    await plug();
    await vi.waitUntil(() => {
      card.refresh();
      return card.state.microphone.fault === null && card.state.speaker.fault === null;
    }, 20_000);
  }
});
