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
audio: {microphone: "file:hello.wav", speaker: "alsa:plughw:CARD=Device", codecs: [PCMU]}
light: {device: ring:24, brightness: 80, night: {from: 22:00, to: 6:30, brightness: 10}}
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
        codecs: ['PCMU'],
      },
      light: {
        device: {kind: 'ring', count: 24},
        brightness: 80,
        night: {from: 1_320, to: 390, brightness: 10},
      },
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
    audio: {microphone: 'alsa:default', speaker: 'alsa:default', codecs: ['G722', 'PCMU', 'PCMA']},
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

const wrong: [name: string, text: string, problem: string][] = [
  ['a missing key', 'name: x', 'config.yaml:1:1: board: is missing'],
  [
    'a missing key of a list item',
    'board: pc\ndoors:\n  - name: d\n',
    'config.yaml:3:5: doors.0.output: is missing',
  ],
  [
    'an unknown board',
    'board: simulatd',
    'config.yaml:1:8: board: there is no such board; did you mean simulated? Allowed: simulated, pc',
  ],
  [
    'a line on a board without lines',
    'board: pc\ndoors: [{name: d, output: relay-1}]',
    'config.yaml:2:27: doors.0.output: the board pc has no such output; it has none',
  ],
  [
    'a contact that the board does not have',
    'board: simulated\ndoors: [{name: d, output: relay-1, contact: button-9}]',
    'config.yaml:2:45: doors.0.contact: the board simulated has no such input; did you mean button-1? Allowed: button-1, button-2',
  ],
  [
    'an input for two things',
    'board: simulated\nbuttons: [{name: b, input: button-1, call: [a.example]}]\ntamper: button-1',
    'config.yaml:3:9: tamper: is the same line as buttons.0.input',
  ],
  ['a key twice', 'board: pc\nname: a\nname: b', 'config.yaml:3:1: name: stands here twice; keep one'],
  [
    'two doors of one name',
    'board: simulated\ndoors: [{name: d, output: relay-1}, {output: relay-2, name: d}]',
    'config.yaml:2:61: doors.1.name: is the same name as doors.0.name; each needs one of its own',
  ],
  [
    'an account that does not exist',
    'board: pc\nsip: {accounts: [{name: house, uri: "sip:a@b"}]}\nanswer: {from: [hose]}',
    'config.yaml:3:17: answer.from.0: must be an account (house), any, an address, or a user such as 101@example.org; did you mean house?',
  ],
  [
    'a group where text should be',
    'board: {a: b}',
    'config.yaml:1:8: board: must be a name: one line, 1 to 64 characters',
  ],
  [
    'text where a group should be',
    'board: pc\nhttp: 8080',
    'config.yaml:2:7: http: must be a group of keys: listen',
  ],
  [
    'nothing where a group should be',
    'board: pc\nhttp:',
    'config.yaml:2:6: http: must be a group of keys: listen',
  ],
  [
    'what is not there yet',
    'board: pc\nmqtt: {}',
    'config.yaml:2:1: mqtt: is not available yet in this version. Allowed: name, board, data, sip, buttons, doors, tamper, readers, answer, audio, light, watchdog, talk_seconds, http',
  ],
  [
    'a STUN server that is none',
    'board: pc\nsip: {stun: "turn:stun.example.org"}',
    'config.yaml:2:13: sip.stun: must be like stun:stun.example.org, stun:stun.example.org:3478 or stun:192.0.2.1:3478',
  ],
  [
    'TLS without a certificate',
    'board: pc\nsip: {listen: [tls:0.0.0.0:5061]}',
    'config.yaml:2:16: sip.listen.0: needs sip.tls.certificate and sip.tls.key',
  ],
  [
    'a transport that does not exist',
    'board: pc\nsip: {listen: [sctp:0.0.0.0:5060]}',
    'config.yaml:2:16: sip.listen.0: must be like udp:0.0.0.0:5060, tcp:[::]:5060 or tls:0.0.0.0:5061, an address of this device and a port 0 to 65535',
  ],
  [
    'a list of registrars with something else in it',
    'board: pc\nsip: {accounts: [{name: house, uri: "sip:a@b", registrar: ["sip:b", "b"]}]}',
    'config.yaml:2:69: sip.accounts.0.registrar.1: must be an address such as sip:pbx.example.org, sip:192.168.1.2:5060;transport=tcp or sips:pbx.example.org',
  ],
  [
    'an empty list of registrars',
    'board: pc\nsip: {accounts: [{name: house, uri: "sip:a@b", registrar: []}]}',
    'config.yaml:2:59: sip.accounts.0.registrar: must be a list of 1 to 4, such as [sip:pbx1.example.org, sip:pbx2.example.org]',
  ],
  [
    'a registrar over a transport that does not exist',
    'board: pc\nsip: {accounts: [{name: house, uri: "sip:a@b", registrar: "sip:b;transport=sctp"}]}',
    'config.yaml:2:59: sip.accounts.0.registrar: transport must be udp, tcp or tls',
  ],
  [
    'a codec that is not there',
    'board: pc\naudio: {codecs: [PCMU, opus]}',
    'config.yaml:2:24: audio.codecs.1: must be one of G722, PCMU, PCMA',
  ],
  [
    'a codec twice',
    'board: pc\naudio: {codecs: [G722, g722]}',
    'config.yaml:2:17: audio.codecs: names a codec twice',
  ],
  [
    'a port that does not exist',
    'board: pc\nsip: {listen: [udp:0.0.0.0:65536]}',
    'config.yaml:2:16: sip.listen.0: must be like udp:0.0.0.0:5060, tcp:[::]:5060 or tls:0.0.0.0:5061, an address of this device and a port 0 to 65535',
  ],
  [
    'media ports the wrong way round',
    'board: pc\nsip: {media_ports: 20000-10000}',
    'config.yaml:2:20: sip.media_ports: must be a range of ports from 1024 to 65535, the lower one first, such as 16384-16484',
  ],
  [
    'too few media ports',
    'board: simulated\nsip: {media_ports: 16384-16387}\nbuttons: [{name: b, input: button-1, call: [a.b, c.d, e.f]}]',
    'config.yaml:2:20: sip.media_ports: has room for 2, but a button calls 3 at a time; each takes an even port and the next',
  ],
  [
    'a card by its number',
    'board: pc\naudio: {microphone: "alsa:hw:1,0"}',
    'config.yaml:2:21: audio.microphone: names a card by its number, which may change at the next start: use its id, such as alsa:plughw:CARD=Device',
  ],
  [
    'a time of day that does not exist',
    'board: pc\nlight: {night: {from: 24:00, to: 06:00, brightness: 5}}',
    'config.yaml:2:23: light.night.from: must be a time of day such as 22:00',
  ],
  [
    'a night without end',
    'board: pc\nlight: {night: {from: 22:00, to: 22:00, brightness: 5}}',
    'config.yaml:2:16: light.night: must end at another time than it begins',
  ],
  [
    'a light that is none',
    'board: pc\nlight: {device: "led:../../brightness"}',
    'config.yaml:2:17: light.device: must be ring:COUNT (1 to 400 lights), gpio:LINE or gpio:RED,GREEN,BLUE (gpio-low: lit at low level), led:NAME or led:RED,GREEN,BLUE (of /sys/class/leds), or none',
  ],
  [
    'a ring without a place for it',
    'board: pc\nlight: {device: ring:12}',
    'config.yaml:2:17: light.device: the board pc has no place for a ring of lights',
  ],
  [
    'a light on a line that is not there',
    'board: pc\nlight: {device: "gpio:GPIO5,GPIO6,GPIO13"}',
    'config.yaml:2:17: light.device: the board pc has no line GPIO5 on its header',
  ],
  [
    'more light than there is',
    'board: pc\nlight: {brightness: 101}',
    'config.yaml:2:21: light.brightness: must be a whole number of percent from 0 to 100',
  ],
  [
    'a list',
    '[1]',
    'config.yaml:1:1: must be a group of keys, not a list: name, board, data, sip, buttons, doors, tamper, readers, answer, audio, light, watchdog, talk_seconds, http',
  ],
  [
    'an empty file',
    '',
    'config.yaml:1:1: must be a group of keys: name, board, data, sip, buttons, doors, tamper, readers, answer, audio, light, watchdog, talk_seconds, http',
  ],
  ['a tab', 'sip:\n\tdomain: x', 'config.yaml:2:1: tabs are not allowed for indentation; use spaces'],
  [
    'an unclosed quote',
    'board: "pc\n',
    'config.yaml:2:1: a character is missing here: a closing quote, bracket, a comma or the space after a colon',
  ],
  [
    'an alias without its anchor',
    'board: *pc',
    'config.yaml:1:8: board: is an alias (*) of an anchor (&) that is not defined above it',
  ],
  [
    'an alias within itself',
    'board: pc\nbuttons: &x [*x]',
    'config.yaml:2:14: buttons.0: is an alias (*) of an anchor (&) that is not defined above it',
  ],
  [
    'another tag',
    'board: !board pc',
    'config.yaml:1:8: unknown tag; the only one allowed is !secret NAME. Put text that starts with ! in quotes',
  ],
  [
    'a control character in a key',
    'board: pc\n"a\\eb": 1',
    'config.yaml:2:1: "a\\u001bb": unknown key. Allowed: name, board, data, sip, buttons, doors, tamper, readers, answer, audio, light, watchdog, talk_seconds, http',
  ],
];

test.each(wrong)('%s', (_name, text, problem) => {
  expect(problems(text)).toEqual([problem]);
});

test('files that are no configuration', () => {
  expect(problems(new Uint8Array(1024 * 1024 + 1).fill(32))).toEqual([
    'config.yaml: is larger than 1 MiB, which no configuration is',
  ]);
  expect(problems(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0, 1))).toEqual([
    'config.yaml: is not a text file in UTF-8',
  ]);
  expect(problems(Uint8Array.of(0xff, 0xfe))).toEqual(['config.yaml: is not a text file in UTF-8']);
  const missing = loadConfig(join(folder, 'none.yaml'), boards);
  expect(missing).toMatchObject({error: [{line: 0, message: 'cannot be read: there is no such file'}]});
  expect(loadConfig(folder, boards)).toMatchObject({error: [{message: 'cannot be read: it is a folder'}]});
});

test('aliases that would grow without end, and nesting without end, are refused', () => {
  const bomb = ['a: &a [x, x]'];
  for (let index = 1; index < 20; index += 1) {
    const [before, name] = ['abcdefghijklmnopqrst'[index - 1], 'abcdefghijklmnopqrst'[index]];
    bomb.push(`${name}: &${name} [${Array(10).fill(`*${before}`)}]`);
  }
  expect(problems(bomb.join('\n')).join('\n')).toMatch(/too many values|nested too deeply/);
  expect(problems(`board: ${'['.repeat(20_000)}`).join('\n')).toMatch(/nested too deeply/);
  expect(problems(`board: ${'['.repeat(30)}${']'.repeat(30)}`).join('\n')).toMatch(/nested too deeply/);
});

test('a password in an address is refused, and not repeated; ports and IPv6 are no passwords', () => {
  const found = problems(`board: simulated
sip:
  accounts: [{name: house, uri: 'sip:door:geheim@example.org'}]
buttons: [{name: bell, input: button-1, call: ['101:geheim@example.org', '192.0.2.1:5080', 'sip:a@[::1]:5062', '::1']}]
`);
  expect(found).toHaveLength(2);
  expect(found.join()).toMatch(/accounts\.0\.uri: holds a password.*call\.0: holds a password/);
  expect(found.join()).not.toContain('geheim');
});

test('PCMU is always among the codecs, whatever case they are written in', () => {
  expect(load('board: pc\naudio: {codecs: [g722, pcma]}').audio.codecs).toEqual(['G722', 'PCMA', 'PCMU']);
});
