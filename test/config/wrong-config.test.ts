import {expect, test} from 'vitest';
import {problems} from './configuration-files.ts';

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
    'config.yaml:2:1: mqtt: is not available yet in this version. Allowed: name, board, data, timezone, sip, buttons, doors, tamper, reset, readers, relays, answer, audio, light, watchdog, update, talk_seconds, http',
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
    'a level that is none',
    'board: pc\naudio: {mixer: [Speaker 101%]}',
    'config.yaml:2:17: audio.mixer.0: must be a control of the sound card and what it is to be, such as Speaker 80%, Mic capture 80% or Mic playback off',
  ],
  [
    'a time of day that does not exist',
    'board: pc\nlight: {night: {from: 24:00, to: 06:00, brightness: 5}}',
    'config.yaml:2:23: light.night.from: must be a time of day such as 22:00',
  ],
  [
    'a time zone that does not exist',
    'board: pc\ntimezone: Europe/Neverland',
    'config.yaml:2:11: timezone: must be a time zone such as Europe/Berlin',
  ],
  [
    'a time zone by its offset',
    'board: pc\ntimezone: +02:00',
    'config.yaml:2:11: timezone: must be a time zone such as Europe/Berlin',
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
    'config.yaml:1:1: must be a group of keys, not a list: name, board, data, timezone, sip, buttons, doors, tamper, reset, readers, relays, answer, audio, light, watchdog, update, talk_seconds, http',
  ],
  [
    'an empty file',
    '',
    'config.yaml:1:1: must be a group of keys: name, board, data, timezone, sip, buttons, doors, tamper, reset, readers, relays, answer, audio, light, watchdog, update, talk_seconds, http',
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
    'config.yaml:2:1: "a\\u001bb": unknown key. Allowed: name, board, data, timezone, sip, buttons, doors, tamper, reset, readers, relays, answer, audio, light, watchdog, update, talk_seconds, http',
  ],
];

test.each(wrong)('%s', (_name, text, problem) => {
  expect(problems(text)).toEqual([problem]);
});
