import {join} from 'node:path';
import {expect, test} from 'vitest';
import {loadConfig} from '../../firmware/config/load-config.ts';
import {boards, load, problems, write} from './configuration-files.ts';

const full = `
name: Front door
board: simulated
data: ./state
sip:
  listen: [udp:0.0.0.0:5060, "udp:[::]:5060"]
  accounts:
    - name: house
      uri: sip:door@example.org
      user: 007
      password: !secret house
      registrar: [sip:pbx.example.org:5070, 'sips:pbx2.example.org']
      expires: 600
      srtp: required
    - {name: other, uri: "sip:101@192.0.2.1:5080"}
  media_ports: 20000-20100
buttons:
  - name: bell
    input: button-1
    call: [sip:101@example.org, 192.168.1.20, 101]
    ring: in-turn
    ring_seconds: 20
    when_refused: end
doors:
  - {name: front, output: relay-1, open_seconds: 0.5, code: 0070, from: [house, sip:192.168.1.20]}
answer: {mode: manual, from: [house, any, 101@example.org]}
audio: {microphone: "file:hello.wav", speaker: "alsa:plughw:CARD=Device", mixer: [Speaker 80%, Mic playback off], codecs: [PCMU], echo: half-duplex, tones: gb, sounds: {press: ding.wav, door: /sounds/open.wav}, volumes: {sounds: 40}}
light: {device: ring:24, brightness: 80, night: {from: 22:00, to: 6:30, brightness: 10}}
timezone: America/New_York
talk_seconds: 60
http: {listen: "127.0.0.1:8080"}
`;

test('a whole configuration', () => {
  const path = write(full, 'house: 0123\n');
  const place = join(path, '..');
  expect(loadConfig(path, boards)).toEqual({
    ok: true,
    value: {
      name: 'Front door',
      board: 'simulated',
      data: join(place, 'state'),
      sip: {
        listen: [
          {transport: 'udp', address: '0.0.0.0', port: 5060},
          {transport: 'udp', address: '::', port: 5060},
        ],
        accounts: [
          {
            name: 'house',
            uri: 'sip:door@example.org',
            user: '007',
            password: '0123',
            registrars: ['sip:pbx.example.org:5070', 'sips:pbx2.example.org'],
            expires: 600,
            srtp: 'required',
          },
          {
            name: 'other',
            uri: 'sip:101@192.0.2.1:5080',
            user: '101',
            password: '',
            registrars: ['sip:192.0.2.1:5080'],
            expires: 300,
            srtp: 'off',
          },
        ],
        tls: {certificate: undefined, key: undefined, authorities: undefined, verify: true},
        media_ports: {first: 20_000, last: 20_100},
      },
      buttons: [
        {
          name: 'bell',
          input: 'button-1',
          call: ['sip:101@example.org', '192.168.1.20', '101'],
          ring: 'in-turn',
          ring_seconds: 20,
          when_refused: 'end',
        },
      ],
      doors: [
        {
          name: 'front',
          output: 'relay-1',
          open_seconds: 0.5,
          held_open_seconds: 60,
          code: '0070',
          from: ['house', 'sip:192.168.1.20'],
        },
      ],
      readers: [],
      relays: [],
      answer: {mode: 'manual', from: ['house', 'any', '101@example.org']},
      audio: {
        microphone: `file:${join(place, 'hello.wav')}`,
        speaker: 'alsa:plughw:CARD=Device',
        mixer: [
          {control: 'Speaker', side: undefined, value: 80},
          {control: 'Mic', side: 'playback', value: false},
        ],
        codecs: ['PCMU'],
        echo: 'half-duplex',
        tones: 'gb',
        sounds: {press: join(place, 'ding.wav'), door: '/sounds/open.wav'},
        volumes: {speech: 100, sounds: 40},
      },
      light: {
        device: {kind: 'ring', count: 24},
        brightness: 80,
        night: {from: 1_320, to: 390, brightness: 10},
      },
      timezone: 'America/New_York',
      talk_seconds: 60,
      http: {address: '127.0.0.1', port: 8080},
    },
  });
});

test('everything but the board has a default', () => {
  expect(load('board: pc')).toMatchObject({
    name: 'Doorline',
    sip: {
      listen: [
        {transport: 'udp', address: '0.0.0.0', port: 5060},
        {transport: 'tcp', address: '0.0.0.0', port: 5060},
      ],
      accounts: [],
      media_ports: {first: 16_384, last: 16_484},
    },
    buttons: [],
    doors: [],
    answer: {mode: 'automatic', from: []},
    audio: {
      microphone: 'alsa:default',
      speaker: 'alsa:default',
      codecs: ['G722', 'PCMU', 'PCMA'],
      echo: 'cancel',
    },
    light: {brightness: 100},
    talk_seconds: 120,
    http: undefined,
  });
  const {buttons, doors} = load(
    'board: simulated\nbuttons: [{name: b, input: button-1, call: [host.example]}]\ndoors: [{name: d, output: relay-1}]',
  );
  expect(buttons[0]).toMatchObject({ring: 'together', ring_seconds: 30, when_refused: 'next'});
  expect(doors[0]).toEqual({name: 'd', output: 'relay-1', open_seconds: 3, held_open_seconds: 60});
});

test('numbers stay as they are written', () => {
  const {sip, doors} = load(
    'board: simulated\nsip: {accounts: [{name: 1, uri: "sip:a@b", user: 1e3, password: 0x10}]}\ndoors: [{name: d, output: relay-1, code: 007}]',
  );
  expect(sip.accounts[0]).toMatchObject({name: '1', user: '1e3', password: '0x10'});
  expect(doors[0]!.code).toBe('007');
});

test('a lock that opens without current', () => {
  const start = 'board: simulated\ndoors: [{name: d, output: relay-1, inverted: ';
  expect(load(`${start}true}]`).doors[0]).toMatchObject({inverted: true});
  expect(problems(`${start}"on"}]`)).toEqual([
    'config.yaml:2:46: doors.0.inverted: must be one of true, false',
  ]);
});

test('a watchdog', () => {
  expect(load('board: simulated\nwatchdog: /dev/watchdog0').watchdog).toBe('/dev/watchdog0');
  expect(problems('board: simulated\nwatchdog: /dev/null')).toEqual([
    'config.yaml:2:11: watchdog: must be a watchdog such as /dev/watchdog',
  ]);
});

test('an anchor and its aliases', () => {
  const {buttons} = load(
    'board: simulated\nbuttons:\n- {name: a, input: button-1, call: &all [a.example, b.example]}\n- {name: b, input: button-2, call: *all}',
  );
  expect(buttons[1]!.call).toEqual(['a.example', 'b.example']);
});

test('all problems at once, in the order of the file', () => {
  const text = `board: simulated
buttons:
  - name: bell
    input: button-9
    call: [101]
    ring_secnds: 30
    ring: both
talk_seconds: long
http:
  listen: 127.0.0.1
  colour: red
`;
  expect(problems(text)).toEqual([
    'config.yaml:4:12: buttons.0.input: the board simulated has no such input; did you mean button-1? Allowed: button-1, button-2',
    'config.yaml:5:12: buttons.0.call.0: is a bare number: it needs sip.domain, an account, or to say where: sip:NUMBER@HOST',
    'config.yaml:6:5: buttons.0.ring_secnds: unknown key; did you mean ring_seconds? Allowed: name, input, call, ring, ring_seconds, when_refused',
    'config.yaml:7:11: buttons.0.ring: must be one of together, in-turn',
    'config.yaml:8:15: talk_seconds: must be a whole number of seconds from 10 to 86400',
    'config.yaml:10:11: http.listen: must be like 127.0.0.1:8080 or [::1]:8080, an address of this device and a port 0 to 65535',
    'config.yaml:11:3: http.colour: unknown key. Allowed: listen',
  ]);
});

test('PCMU is always among the codecs, whatever case they are written in', () => {
  expect(load('board: pc\naudio: {codecs: [g722, pcma]}').audio.codecs).toEqual(['G722', 'PCMA', 'PCMU']);
});
