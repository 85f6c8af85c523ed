import {expect, test} from 'vitest';
import {NetworkMonitor, type NetworkNews, type NetworkView} from '../../firmware/station/network-monitor.ts';
import type {Network} from '../../hal/hal.ts';
import {FakeClock} from '../support/fake-clock.ts';
import {makeStation} from './fakes/station.ts';

class FakeNetwork implements Network {
  addresses: readonly string[];
  onChange: (() => void) | undefined;
  closed = false;

  constructor(addresses: readonly string[]) {
    this.addresses = addresses;
  }

  has(address: string): boolean {
    return this.addresses.includes(address);
  }

  close(): void {
    this.closed = true;
  }

  change(...addresses: string[]): void {
    this.addresses = addresses;
    this.onChange?.();
  }
}

function watched(...addresses: string[]) {
  const clock = new FakeClock();
  const network = new FakeNetwork(addresses);
  const monitor = new NetworkMonitor({network, clock});
  const news: NetworkNews[] = [];
  let moves = 0;
  monitor.onNews = (one) => news.push(one);
  monitor.onMoved = (isOurs) => {
    expect(isOurs(network.addresses[0]!)).toBe(true);
    expect(isOurs('198.51.100.1')).toBe(false);
    moves++;
  };
  return {clock, network, monitor, news, moves: () => moves};
}

test('what changes within a moment is told once, when it has settled', () => {
  const {clock, network, news, moves} = watched('192.0.2.7');
  network.change();
  clock.advance(100);
  network.change('192.0.2.9');
  clock.advance(100);
  network.change('192.0.2.9', '2001:db8::9');
  clock.advance(99);
  expect(moves()).toBe(0);
  clock.advance(1);
  expect(moves()).toBe(1);
  expect(news).toEqual([{kind: 'address-changed', addresses: ['192.0.2.9', '2001:db8::9']}]);
  clock.advance(10_000);
  expect(moves()).toBe(1);
});

test('gone and back: told both times, and only then whoever knows us is told', () => {
  const {clock, network, monitor, news, moves} = watched('192.0.2.7');
  network.change();
  clock.advance(1000);
  expect([monitor.available, moves()]).toEqual([false, 0]);
  network.change();
  clock.advance(1000);
  network.change('192.0.2.7');
  clock.advance(1000);
  expect([monitor.available, moves()]).toEqual([true, 1]);
  expect(news).toEqual([{kind: 'network-gone'}, {kind: 'network-back', addresses: ['192.0.2.7']}]);
});

test('a link that was down for a moment, or another router: nothing to tell people, but to servers', () => {
  const {clock, network, news, moves} = watched('192.0.2.7');
  network.change('192.0.2.7');
  clock.advance(1000);
  expect([news.length, moves()]).toEqual([0, 1]);
});

test('a network that never rests does not put it off for ever', () => {
  const {clock, network, moves} = watched('192.0.2.7');
  for (let count = 0; count < 100; count++) {
    network.change(`192.0.2.${count % 2}`);
    clock.advance(100);
  }
  expect(moves()).toBeGreaterThanOrEqual(20);
});

test('closed, it tells nothing more', () => {
  const {clock, network, monitor, moves} = watched('192.0.2.7');
  network.change('192.0.2.8');
  monitor.close();
  network.change('192.0.2.9');
  clock.advance(1000);
  expect([network.closed, moves()]).toEqual([true, 0]);
});

test('no network: journal, light, one tone; a press sounds like an error, and still calls', () => {
  const network = {available: true, addresses: ['192.0.2.7'], onNews: undefined as NetworkMonitor['onNews']};
  const {station, telephone, media, journal, kinds, press} = makeStation({}, ':memory:', network);
  expect(station.status()).toMatchObject({
    light: 'ready',
    network: {available: true, addresses: ['192.0.2.7']},
  });

  network.available = false;
  network.onNews?.({kind: 'network-gone'});
  telephone.onAccountChange?.({name: 'house', registered: false, reason: 'no answer'});
  expect(station.status()).toMatchObject({light: 'no-network', network: {available: false}});
  expect(media.sounds).toEqual(['ready', 'error']);
  press();
  expect(media.sounds).not.toContain('press');
  expect(media.sounds.filter((sound) => sound === 'error').length).toBeGreaterThanOrEqual(2);
  expect(telephone.calls.length).toBeGreaterThan(0);

  network.available = true;
  network.onNews?.({kind: 'network-back', addresses: ['192.0.2.7']});
  telephone.onAccountChange?.({name: 'house', registered: true, reason: ''});
  expect(kinds()).toEqual(expect.arrayContaining(['network-gone', 'network-back']));
  expect(journal.after(0, 100).find(({kind}) => kind === 'network-back')?.text).toContain('192.0.2.7');
});

test('without a network from the start the station says so; that it needs none is no trouble', () => {
  const cutOff = makeStation({}, ':memory:', {available: false, addresses: [], onNews: undefined});
  expect(cutOff.station.status().light).toBe('no-network');
  expect(cutOff.kinds()).toEqual(['started', 'network-gone']);
  expect(makeStation().station.status()).toMatchObject({light: 'ready', network: null});
});

test('where it is: the light goes round, it chirps, and says its address; not during a call', () => {
  const network = {available: true, addresses: ['2001:db8::7', '192.0.2.7'], onNews: undefined};
  const {station, media, clock, press} = makeStation({}, ':memory:', network);
  expect(station.locate().ok).toBe(true);
  expect([station.status().light, media.sounds.at(-1)]).toEqual(['locate', 'chirp']);
  clock.advance(2_000);
  expect(media.sounds.at(-1)).toBe('says 192.0.2.7');
  clock.advance(15_000);
  expect(station.status().light).toBe('ready');

  station.locate();
  press();
  clock.advance(2_000);
  expect(media.sounds.filter((sound) => sound.startsWith('says'))).toHaveLength(1);
  expect(station.locate()).toMatchObject({error: {code: 'busy'}});
});

test('a station that nobody has set up says its address by itself, once it has one, and at a long press', () => {
  const network: NetworkView = {available: false, addresses: [], onNews: undefined};
  const changing = network as {-readonly [Key in keyof NetworkView]: NetworkView[Key]};
  let isNew = true;
  const bell = {
    name: 'bell',
    input: 'button-1',
    call: [],
    ring: 'together',
    ring_seconds: 30,
    when_refused: 'next',
  } as const;
  const {media, clock, buttons} = makeStation({buttons: [{...bell, call: []}]}, ':memory:', network, {
    isNew: () => isNew,
  });
  const said = () => media.sounds.filter((sound) => sound.startsWith('says')).length;
  clock.advance(60_000);
  expect(said()).toBe(0);
  changing.available = true;
  changing.addresses = ['192.0.2.7'];
  network.onNews?.({kind: 'network-back', addresses: ['192.0.2.7']});
  clock.advance(60_000);
  expect(said()).toBe(1);

  const hold = () => {
    buttons[0].move(true, clock.now());
    clock.advance(2_500);
    buttons[0].move(false, clock.now());
    clock.advance(60_000);
  };
  hold();
  expect(said()).toBe(2);
  isNew = false;
  hold();
  expect(said()).toBe(2);
});
