import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

function sample(name: string): string {
  return fileURLToPath(new URL(`${name}.wav`, import.meta.url));
}

/** Whether ALSA has a card here that can record. */
export function microphoneOfThisComputer(): boolean {
  try {
    return readFileSync('/proc/asound/pcm', 'utf8').includes('capture');
  } catch {
    return false;
  }
}

/**
 * The door station: its bell calls the indoor station by address, and 7 opens its door. With a
 * microphone in the computer you are the visitor; else the visitor is a recording.
 */
export function doorConfiguration(options: {
  sipPort: number;
  indoorPort: number;
  microphone: boolean;
}): string {
  return `name: Front door
board: simulated
data: ./data
sip:
  listen: [udp:127.0.0.1:${options.sipPort}]
  media_ports: 16384-16483
buttons:
  - name: bell
    input: button-1
    call: [sip:indoor@127.0.0.1:${options.indoorPort}]
doors:
  - name: front
    output: relay-1
    open_seconds: 3
    code: 7
answer:
  mode: automatic
  from: [127.0.0.1]
audio:
  microphone: ${options.microphone ? 'alsa:default' : JSON.stringify(`file:${sample('door')}`)}
  speaker: ${options.microphone ? 'alsa:default' : 'discard'}
http: {listen: 127.0.0.1:0}
`;
}

/** The indoor station: answers the door by itself, and its own button calls back. */
export function indoorConfiguration(options: {sipPort: number; doorPort: number}): string {
  return `name: Kitchen
board: simulated
data: ./data
sip:
  listen: [udp:127.0.0.1:${options.sipPort}]
  media_ports: 16484-16583
buttons:
  - name: talk
    input: button-1
    call: [sip:door@127.0.0.1:${options.doorPort}]
answer:
  mode: automatic
  from: [127.0.0.1]
audio:
  microphone: ${JSON.stringify(`file:${sample('indoor')}`)}
  speaker: discard
http: {listen: 127.0.0.1:0}
`;
}
