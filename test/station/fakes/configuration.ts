import type {Config} from '../../../firmware/config/schema.ts';

/** What a test sets. */
export type Settings = Partial<
  Pick<Config, 'buttons' | 'doors' | 'readers' | 'answer' | 'talk_seconds' | 'reset'>
>;

/** A whole configuration of a station with two buttons and a door. */
export function configuration(settings: Settings = {}): Config {
  return {
    name: 'Front door',
    board: 'simulated',
    data: '/nowhere',
    sip: {
      listen: [],
      accounts: [],
      tls: {certificate: undefined, key: undefined, authorities: undefined, verify: true},
      media_ports: {first: 16384, last: 16484},
    },
    buttons: [
      {
        name: 'bell',
        input: 'button-1',
        call: ['101', '102'],
        ring: 'together',
        ring_seconds: 30,
        when_refused: 'next',
      },
      {
        name: 'flat-2',
        input: 'button-2',
        call: ['201'],
        ring: 'in-turn',
        ring_seconds: 30,
        when_refused: 'next',
      },
    ],
    doors: [{name: 'front', output: 'relay-1', held_open_seconds: 60, open_seconds: 3, code: '7'}],
    readers: [],
    relays: [],
    answer: {mode: 'automatic', from: ['192.0.2.7']},
    audio: {
      microphone: 'silence',
      speaker: 'discard',
      mixer: [],
      codecs: ['PCMU'],
      echo: 'off',
      tones: 'eu',
      sounds: {},
      volumes: {speech: 100, sounds: 100},
    },
    light: {brightness: 100},
    talk_seconds: 120,
    http: undefined,
    ...settings,
  };
}
