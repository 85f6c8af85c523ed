import {decodeMuLaw, encodeMuLaw} from '../../firmware/audio/g711.ts';
import {PlayoutBuffer} from '../../firmware/audio/playout/playout-buffer.ts';
import {meanOpinionScore, transmissionRating} from '../../firmware/rtp/e-model.ts';
import type {PacketTrace, TracedPacket} from './packet-trace.ts';
import {makeSound} from './trace-sound.ts';

const rate = 8000;
const packetTime = 20;
const samples = (packetTime * rate) / 1000;
/** Waiting for the packet to be filled, and both sound cards; ms. */
const delayElsewhere = 60;

/** What a listener got of a trace. */
export interface TraceScore {
  /** Of the E-model, 1 to 4.4. */
  readonly mos: number;
  /** Percentage of the time that was made up, or of the sound that was never heard, whichever is more. */
  readonly lossPercent: number;
  /** From sending to hearing, on average, in ms. */
  readonly delayMs: number;
  /** Sound put in or left out, in ms a minute. */
  readonly stretchedMs: number;
}

/** Plays a trace with the receiving side of the firmware, sample by sample, on fake time; and rates what is heard. */
export function playTrace({packets}: PacketTrace): TraceScore {
  const arriving = packets.filter(({arrived}) => arrived !== undefined);
  arriving.sort((one, other) => one.arrived! - other.arrived!);
  const sounds = makeSound(packets);
  const payload = new Uint8Array(samples);
  const heard = new Set<number>();
  const buffer = new PlayoutBuffer(rate);
  const frame = new Int16Array(samples);
  let come = 0;
  let frames = 0;
  let delays = 0;
  let played = 0;
  let losses = 0;
  let losing = false;
  const last = arriving.at(-1)!.arrived!;
  // The first frame is asked for just after the first packet has come, as from a sender that was waited for.
  for (let time = arriving[0]!.arrived! + 0.7; time < last; time += packetTime) {
    for (; come < arriving.length && arriving[come]!.arrived! <= time; come++) {
      const {sequence, arrived} = arriving[come]!;
      const header = {sequenceNumber: sequence & 0xffff, timestamp: sequence * samples};
      const decode = (bytes: Uint8Array, start: number, count: number, into: Int16Array) => {
        heard.add(sequence);
        decodeMuLaw(bytes, start, count, into);
      };
      encodeMuLaw(sounds.get(sequence)!, samples, payload);
      buffer.put(payload, 0, samples, header, {decode}, arrived!);
    }
    const {concealed} = buffer;
    buffer.pull(frame, time);
    if (heard.size === 0) continue;
    frames++;
    const sound = samples - (buffer.concealed - concealed);
    const partly = sound < samples && sound > 0;
    if (sound < samples && !losing) losses++;
    // A loss that began earlier ends in a frame that has sound too.
    losing = partly ? !losing : sound === 0;
    delays += sound * (time + packetTime - sentAt(packets, buffer.position));
    played += sound;
  }
  const sequences = [...heard];
  const first = Math.min(...sequences);
  const all = Math.max(...sequences) - first + 1;
  const madeUp = buffer.concealed / (frames * samples);
  const lossPercent = 100 * Math.max(madeUp, 1 - heard.size / all);
  const burst = losses === 0 ? 1 : buffer.concealed / samples / losses;
  const burstRatio = Math.max(1, burst * (1 - lossPercent / 100));
  const delayMs = delays / played;
  return {
    mos: meanOpinionScore(transmissionRating(lossPercent, delayMs + delayElsewhere, burstRatio)),
    lossPercent,
    delayMs,
    stretchedMs: ((buffer.stretched / rate) * 1000) / ((frames * packetTime) / 60_000),
  };
}

/** When the sound at a timestamp was sent, by the clock of the receiver; ms. */
function sentAt(packets: readonly TracedPacket[], timestamp: number): number {
  const sequence = Math.floor(timestamp / samples);
  // Nothing but duplicates makes a packet's index more than its sequence number.
  let index = Math.min(sequence, packets.length - 1);
  while (packets[index]!.sequence < sequence && index + 1 < packets.length) index++;
  return packets[index]!.sent + ((timestamp - packets[index]!.sequence * samples) * 1000) / rate;
}
