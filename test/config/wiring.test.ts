import {expect, test} from 'vitest';
import {boards} from '../../boards/index.ts';
import {parseConfig} from '../../firmware/config/load-config.ts';
import {formatProblem} from '../../firmware/config/problem.ts';

const speaker = 'audio: {speaker: "alsa:plughw:CARD=wm8960soundcard,DEV=0"}\n';

/** What is wrong with these lines on a Raspberry Pi 4; empty where nothing is. */
function problems(lines: string): string[] {
  const result = parseConfig(`board: raspberry-pi-4\n${lines}`, 'door.yaml', boards, () => ({reason: ''}));
  return result.ok ? [] : result.error.map(formatProblem);
}

const button = (input: string) => `buttons: [{name: bell, input: ${input}, call: [phone.example]}]\n`;

test.each([
  [
    'a button on a pin of I2S, and an I2S sound card',
    `${button('input-6')}${speaker}`,
    [
      'door.yaml:2:31: buttons.0.input: input-6 needs pin 40 of the header, and so does the sound card WM8960 Audio HAT (audio.speaker)',
    ],
  ],
  [
    'the same by the short name of the card',
    `${button('input-5')}audio: {microphone: "alsa:hw:wm8960soundcard"}\n`,
    [
      'door.yaml:2:31: buttons.0.input: input-5 needs pin 38 of the header, and so does the sound card WM8960 Audio HAT (audio.microphone)',
    ],
  ],
  [
    'a relay on the pin that switches an amplifier on',
    'doors: [{name: d, output: relay-4}]\naudio: {speaker: "alsa:plughw:sndrpigooglevoi"}\n',
    [
      'door.yaml:2:27: doors.0.output: relay-4 needs pin 36 of the header, and so does the sound card Google voiceHAT and its copies (audio.speaker)',
    ],
  ],
  [
    'a light on the line of a button',
    `light: {device: "gpio:GPIO18,GPIO17,GPIO4"}\n${button('button-1')}`,
    [
      'door.yaml:3:31: buttons.0.input: button-1 needs pin 11 of the header, and so does the light (light.device)',
    ],
  ],
  [
    'two different cards on I2S',
    `audio: {microphone: "alsa:hw:IQaudIOCODEC", speaker: "alsa:hw:wm8960soundcard"}\n`,
    [
      'door.yaml:2:54: audio.speaker: the sound card WM8960 Audio HAT needs pin 12 of the header, and so does the sound card IQaudIO Codec Zero (audio.microphone)',
    ],
  ],
  [
    'the same buttons with a USB card',
    `${button('input-6')}audio: {speaker: "alsa:plughw:CARD=Device"}\n`,
    [],
  ],
  [
    'one card for both directions',
    `${button('button-1')}audio: {microphone: "alsa:hw:wm8960soundcard", speaker: "alsa:hw:wm8960soundcard"}\n`,
    [],
  ],
] as const)('%s', (_title, lines, expected) => {
  expect(problems(lines)).toEqual(expected);
});

test('a line on a pin of the serial port that a reader uses', () => {
  const pi = boards.get('raspberry-pi-4')!;
  const [first] = pi.inputs;
  const onSerial = {...first!, pin: {...first!.pin!, header: 10}};
  const result = parseConfig(
    `board: pi\nreaders: [{name: gate, port: /dev/ttyS1, kind: rdm6300}]\n${button('button-1')}`,
    'door.yaml',
    new Map([['pi', {...pi, inputs: [onSerial]}]]),
    () => ({reason: ''}),
  );
  expect(result.ok ? [] : result.error.map(formatProblem)).toEqual([
    'door.yaml:3:31: buttons.0.input: button-1 needs pin 10 of the header, and so does the serial port /dev/ttyS1 (readers.0.port)',
  ]);
});
