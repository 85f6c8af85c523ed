import * as v from 'valibot';
import {countries} from '../audio/country-tones.ts';
import {type SoundName, soundNames} from '../audio/sound-names.ts';
import {codecNames} from '../rtp/audio-stream.ts';
import {parseServerName} from '../stun/server-name.ts';
import {
  keys,
  list,
  oneOf,
  parseSocketAddress,
  pattern,
  seconds,
  text,
  timeOfDay,
  timezone,
  wholeNumber,
} from './fields.ts';
import {lightDevice} from './light-device.ts';
import {reader} from './readers.ts';
import {relays} from './relays.ts';

/**
 * The configuration file. One description gives the checks, the defaults and the type.
 * It reads values in which every scalar is its text as written (yaml-tree.ts).
 */

export const name = text(64, 'must be a name');

const listenExample =
  'must be like udp:0.0.0.0:5060, tcp:[::]:5060 or tls:0.0.0.0:5061, an address of this device and a port 0 to 65535';

const listen = v.pipe(
  pattern(/^\S+$/, listenExample),
  v.rawTransform(({dataset, addIssue, NEVER}) => {
    const [, transport = '', place = ''] = /^(udp|tcp|tls):(.+)$/.exec(dataset.value) ?? [];
    const socket = parseSocketAddress(place);
    if (socket !== undefined) return {transport: transport as 'udp' | 'tcp' | 'tls', ...socket};
    addIssue({message: listenExample});
    return NEVER;
  }),
);

const file = text(1024, 'must be the path of a file in PEM format');

const stunExample = 'must be like stun:stun.example.org, stun:stun.example.org:3478 or stun:192.0.2.1:3478';

const stun = v.pipe(
  pattern(/^stun:\S{1,255}$/i, stunExample),
  v.rawTransform(({dataset, addIssue, NEVER}) => {
    const server = parseServerName(dataset.value);
    if (server !== undefined) return server;
    addIssue({message: stunExample});
    return NEVER;
  }),
);

const yesOrNo = v.pipe(
  oneOf('true', 'false'),
  v.transform((value) => value === 'true'),
);

const tls = keys({
  certificate: v.optional(file),
  key: v.optional(file),
  authorities: v.optional(file),
  verify: v.optional(yesOrNo, 'true'),
});

const httpListen = v.pipe(
  pattern(/^\S+$/, 'must be like 127.0.0.1:8080'),
  v.rawTransform(({dataset, addIssue, NEVER}) => {
    const socket = parseSocketAddress(dataset.value.replace(/^localhost:/, '127.0.0.1:'));
    if (socket !== undefined) return socket;
    addIssue({
      message: 'must be like 127.0.0.1:8080 or [::1]:8080, an address of this device and a port 0 to 65535',
    });
    return NEVER;
  }),
);

const mediaPorts = v.pipe(
  pattern(/^\d{1,5}-\d{1,5}$/, 'must be a range of ports such as 16384-16484'),
  v.transform((value) => {
    const [first, last] = value.split('-').map(Number);
    return {first: first!, last: last!};
  }),
  v.check(
    ({first, last}) => first >= 1024 && last <= 65_535 && last > first,
    'must be a range of ports from 1024 to 65535, the lower one first, such as 16384-16484',
  ),
);

/** A password in an address would stand in the journal and go to everybody on the way. */
const withoutPassword = v.check<string, string>(
  (value) => !/^(?:sips?:)?(?!sips?:)[^@:]*:[^@]*@/i.test(value),
  'holds a password, which has no place in an address: leave out what stands between ":" and "@"',
);

export const sipAddress = v.pipe(
  pattern(/^\S{1,255}$/, 'must be a SIP address such as sip:door@example.org'),
  v.regex(/^sips?:[^\s@<>"]+@[^\s@<>"]+$/i, 'must be a SIP address such as sip:door@example.org'),
  withoutPassword,
);

const registrarExample =
  'must be an address such as sip:pbx.example.org, sip:192.168.1.2:5060;transport=tcp or sips:pbx.example.org';

const registrar = v.pipe(
  pattern(/^sips?:[^\s@<>"]{1,255}$/i, registrarExample),
  v.check((value) => !/;transport=(?!(udp|tcp|tls)\b)/i.test(value), 'transport must be udp, tcp or tls'),
);

/** One, or a list: the preferred one, then those that stand in for it. */
const registrars = v.lazy((value) =>
  Array.isArray(value)
    ? list(registrar, 1, 4, '[sip:pbx1.example.org, sip:pbx2.example.org]')
    : v.pipe(
        registrar,
        v.transform((one) => [one]),
      ),
);

const account = v.pipe(
  keys({
    name,
    uri: sipAddress,
    user: v.optional(text(128, 'must be a user name')),
    password: v.optional(text(256, 'must be a password')),
    registrar: v.optional(registrars),
    expires: v.optional(wholeNumber(60, 86_400, 'seconds'), '300'),
    srtp: v.optional(oneOf('off', 'optional', 'required'), 'off'),
  }),
  v.transform(({user, password, registrar: given, ...rest}) => {
    const [, scheme, uriUser, domain] = /^(sips?):([^@:]+)[^@]*@([^?]+)/i.exec(rest.uri) ?? [];
    return {
      ...rest,
      user: user ?? uriUser ?? '',
      password: password ?? '',
      registrars: given ?? [`${scheme ?? 'sip'}:${domain ?? ''}`],
    };
  }),
);

/** Whom to call, as it is written in a list. */
export const target = v.pipe(
  pattern(
    /^[^\s<>"]{1,255}$/,
    'must be whom to call: 192.168.1.20, sip:101@example.org, 101@example.org or 101',
  ),
  withoutPassword,
);

const party = pattern(
  /^[^\s<>"]{1,255}$/,
  'must be a party: the name of an account, an address, a user such as 101@example.org, or any',
);

const button = keys({
  name,
  input: name,
  call: v.optional(list(target, 0, 16, '[sip:101@example.org, 192.168.1.20]'), []),
  ring: v.optional(oneOf('together', 'in-turn'), 'together'),
  ring_seconds: v.optional(wholeNumber(5, 600, 'seconds'), '30'),
  when_refused: v.optional(oneOf('next', 'end'), 'next'),
});

const door = keys({
  name,
  output: name,
  inverted: v.optional(yesOrNo),
  open_seconds: v.optional(seconds(0.1, 600), '3'),
  code: v.optional(pattern(/^[0-9*#A-D]{1,16}$/, 'must be 1 to 16 of the keys 0 to 9, *, #, A to D')),
  from: v.optional(list(party, 0, 64, '[house, sip:192.168.1.20]')),
  exit: v.optional(name),
  contact: v.optional(name),
  held_open_seconds: v.optional(wholeNumber(5, 3_600, 'seconds'), '60'),
});

/** "A card by its id, never by its number": numbers change from boot to boot. */
const alsa = v.check<string, string>(
  (value) => !/^alsa:(plug)?hw:\d/.test(value),
  'names a card by its number, which may change at the next start: use its id, such as alsa:plughw:CARD=Device',
);

const microphone = v.pipe(
  pattern(/^(alsa:\S+|file:.+|silence)$/, 'must be alsa:NAME, file:PATH.wav or silence'),
  alsa,
);

const speaker = v.pipe(
  pattern(/^(alsa:\S+|file:.+|discard)$/, 'must be alsa:NAME, file:PATH.wav or discard'),
  alsa,
);

const codec = v.pipe(
  v.string('must be the name of a codec'),
  v.transform((value) => value.toUpperCase()),
  oneOf(...codecNames),
);

const codecs = v.pipe(
  list(codec, 1, codecNames.length, '[G722, PCMU, PCMA]'),
  v.check((names) => new Set(names).size === names.length, 'names a codec twice'),
  // What every phone speaks is always among them.
  v.transform((names) => (names.includes('PCMU') ? names : [...names, 'PCMU' as const])),
);

const sip = keys({
  listen: v.optional(list(listen, 1, 6, '[udp:0.0.0.0:5060, tcp:0.0.0.0:5060]'), [
    'udp:0.0.0.0:5060',
    'tcp:0.0.0.0:5060',
  ]),
  domain: v.optional(
    pattern(/^[^\s@<>"/;?]{1,255}$/, 'must be the host part of an address, such as example.org'),
  ),
  accounts: v.optional(list(account, 0, 8, '- {name: house, uri: sip:door@example.org}'), []),
  stun: v.optional(stun),
  tls: v.optional(tls, {}),
  media_ports: v.optional(mediaPorts, '16384-16484'),
});

const answer = keys({
  mode: v.optional(oneOf('automatic', 'manual', 'refuse'), 'automatic'),
  from: v.optional(list(party, 0, 64, '[house, 192.168.1.20] or [any]'), []),
});

const soundFile = text(1024, 'must be the path of a WAV file');

const sounds = keys(
  Object.fromEntries(soundNames.map((sound) => [sound, v.optional(soundFile)])) as Record<
    SoundName,
    v.OptionalSchema<typeof soundFile, undefined>
  >,
);

const percent = wholeNumber(0, 100, 'percent');

const volumes = keys({
  speech: v.optional(percent, '100'),
  sounds: v.optional(percent, '100'),
});

const levelExample =
  'must be a control of the sound card and what it is to be, such as Speaker 80%, Mic capture 80% or Mic playback off';

const level = v.pipe(
  pattern(/^\S.{0,43} (on|off|\d{1,2}%|100%)$/, levelExample),
  v.transform((text) => {
    const [, control = '', side, value = ''] = /^(.+?)(?: (playback|capture))? (\S+)$/.exec(text) ?? [];
    return {
      control,
      side: side as 'playback' | 'capture' | undefined,
      value: value.endsWith('%') ? Number.parseInt(value, 10) : value === 'on',
    };
  }),
);

const audio = keys({
  microphone: v.optional(microphone, 'alsa:default'),
  speaker: v.optional(speaker, 'alsa:default'),
  mixer: v.optional(list(level, 0, 32, '[Speaker 80%, Mic 80%]'), []),
  codecs: v.optional(codecs, [...codecNames]),
  tones: v.optional(oneOf(...countries), 'eu'),
  sounds: v.optional(sounds, {}),
  volumes: v.optional(volumes, {}),
  echo: v.optional(oneOf('cancel', 'half-duplex', 'off'), 'cancel'),
});

const light = keys({
  device: v.optional(lightDevice),
  brightness: v.optional(percent, '100'),
  night: v.optional(
    v.pipe(
      keys({from: timeOfDay, to: timeOfDay, brightness: percent}),
      v.check(({from, to}) => from !== to, 'must end at another time than it begins'),
    ),
  ),
});

const updateSource = v.pipe(
  pattern(/^https?:\/\/\S{1,1000}$/i, 'must be a URL of HTTP or HTTPS'),
  v.check((value) => URL.canParse(value), 'must be a URL of HTTP or HTTPS'),
);

/** The schema of the whole file, paths not yet resolved. */
export const configSchema = keys({
  name: v.optional(name, 'Doorline'),
  board: name,
  data: v.optional(text(1024, 'must be a folder'), './data'),
  timezone: v.optional(timezone),
  sip: v.optional(sip, {}),
  buttons: v.optional(list(button, 0, 16, '- {name: bell, input: button-1, call: [101]}'), []),
  doors: v.optional(list(door, 0, 4, '- {name: front, output: relay-1}'), []),
  tamper: v.optional(name),
  reset: v.optional(name),
  readers: v.optional(
    list(
      reader,
      0,
      8,
      '- {name: gate, port: /dev/ttyAMA0, kind: rdm6300, doors: [front], codes: [0012345678]}',
    ),
    [],
  ),
  relays: v.optional(relays, []),
  answer: v.optional(answer, {}),
  audio: v.optional(audio, {}),
  light: v.optional(light, {}),
  watchdog: v.optional(pattern(/^\/dev\/watchdog\d{0,2}$/, 'must be a watchdog such as /dev/watchdog')),
  update: v.optional(keys({url: updateSource, at: v.optional(timeOfDay, '3:30')})),
  talk_seconds: v.optional(wholeNumber(10, 86_400, 'seconds'), '120'),
  http: v.optional(keys({listen: v.optional(httpListen, '127.0.0.1:8080')})),
});

/** Keys that later versions bring, as paths in which `*` is any item of a list. */
export const LATER_KEYS: ReadonlySet<string> = new Set(['mqtt']);

type Read = v.InferOutput<typeof configSchema>;

/** A checked configuration: complete, with defaults filled in and paths absolute. */
export interface Config extends Omit<Read, 'http'> {
  /** Where the pages and the API are served; undefined: nowhere. */
  readonly http: {readonly address: string; readonly port: number} | undefined;
}
