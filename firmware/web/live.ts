import type {Clock, Timer} from '../base/clock.ts';
import type {Meters} from '../station/station-control.ts';
import {EventStream} from './event-stream.ts';
import type {Exchange} from './router.ts';
import type {Shown} from './shown.ts';

/** Everything is looked at this often, in ms: no event of one name comes more often than 20 times a second. */
const TICK = 50;
const TICKS_PER_METERS = 2;
const TICKS_PER_SECOND = 20;
const TICKS_PER_BEAT = 100;
/** Streams at once, of both kinds. */
const MAX_STREAMS = 16;
/** What silence is shown as, in dBFS: JSON has no minus infinity. */
const SILENCE = -100;

/** `everything`: all that a page shows. `journal`: only how far the journal goes. */
type Interest = 'everything' | 'journal';

/**
 * The event streams. While anybody listens it follows the station and passes on what has changed:
 *
 * - `state`: the status, when it changed; else once a second during a call and every 5 s without one, so that
 *   a reader notices a dead connection
 * - `board`: `{inputs: {NAME: active}, outputs: {NAME: under current}}`
 * - `light`: the frame as hexadecimal digits, red green blue for each light
 * - `meters`: `{microphone, captured, speaker}` in dBFS, `{echo}` how the canceller is doing
 * - `ladder`: `{call}` whose ladder has grown
 * - `journal`: `{latest}`, the number of the newest entry, also as the event's id
 */
export class Live {
  readonly #shown: Shown;
  readonly #clock: Clock;
  readonly #readers = new Map<EventStream, {interest: Interest; may: () => boolean}>();
  #timer: Timer | undefined;
  #ticks = 0;
  #state = false;
  #light = false;
  #meters: Meters | undefined;
  #ladder: number | undefined;
  #journal = false;
  #lines = '';

  constructor(shown: Shown, clock: Clock) {
    this.#shown = shown;
    this.#clock = clock;
  }

  /** Answers with a stream, which begins with how things stand; 503 where there are too many. */
  open({request, response, may, fail}: Exchange, interest: Interest): void {
    if (request.method === 'HEAD') {
      response.writeHead(200, {'Content-Type': 'text/event-stream'}).end();
      return;
    }
    if (this.#readers.size >= MAX_STREAMS) {
      fail({
        status: 503,
        detail: `There are ${MAX_STREAMS} event streams already, and no more are allowed. Close a page of this station.`,
        headers: {'Retry-After': '5'},
      });
      return;
    }
    const stream = new EventStream(response, () => this.#clock.now());
    if (this.#readers.size === 0) this.#follow();
    this.#readers.set(stream, {interest, may});
    response.on('close', () => {
      this.#readers.delete(stream);
      if (this.#readers.size === 0) this.#rest();
    });
    this.#welcome(stream, interest);
  }

  /** Stops following. The streams themselves end with their sockets. */
  close(): void {
    this.#readers.clear();
    this.#rest();
  }

  #welcome(stream: EventStream, interest: Interest): void {
    const {station, journal, calls} = this.#shown;
    if (interest === 'everything') {
      stream.send('state', station.status());
      stream.send('board', this.#readLines());
      stream.send('light', hex(station.light()));
      const newest = calls.list(1)[0];
      if (newest) stream.send('ladder', {call: newest.id});
    }
    stream.send('journal', {latest: journal.latest}, journal.latest);
  }

  #follow(): void {
    const {station, journal} = this.#shown;
    station.onChange = () => {
      this.#state = true;
    };
    station.onLight = () => {
      this.#light = true;
    };
    station.onMeters = (meters) => {
      this.#meters = {...meters};
    };
    station.onLadder = (call) => {
      this.#ladder = call;
    };
    journal.onAppended = () => {
      this.#journal = true;
    };
    this.#lines = JSON.stringify(this.#readLines());
    this.#schedule();
  }

  #rest(): void {
    const {station, journal} = this.#shown;
    station.onChange = undefined;
    station.onLight = undefined;
    station.onMeters = undefined;
    station.onLadder = undefined;
    journal.onAppended = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #schedule(): void {
    this.#timer = this.#clock.after(TICK, () => {
      this.#schedule();
      this.#tick();
    });
  }

  #tick(): void {
    const {station, journal} = this.#shown;
    this.#ticks += 1;
    const beat = this.#ticks % TICKS_PER_BEAT === 0;
    if (this.#state || beat || this.#ticks % TICKS_PER_SECOND === 0) this.#sendState(beat);
    if (this.#light) this.#send('light', hex(station.light()));
    if (this.#ladder !== undefined) this.#send('ladder', {call: this.#ladder});
    if (this.#journal) this.#send('journal', {latest: journal.latest}, journal.latest);
    this.#state = false;
    this.#light = false;
    this.#ladder = undefined;
    this.#journal = false;
    if (this.#ticks % TICKS_PER_METERS === 0) {
      this.#sendMeters();
      this.#sendLines();
    }
    if (beat) this.#beat();
  }

  /** The status when it changed or is due; else only while the seconds of a call count. */
  #sendState(due: boolean): void {
    const status = this.#shown.station.status();
    if (this.#state || due || status.call) this.#send('state', status);
  }

  #sendMeters(): void {
    if (!this.#meters) return;
    const {microphone, captured, speaker, echo} = this.#meters;
    this.#meters = undefined;
    this.#send('meters', {
      microphone: decibels(microphone),
      captured: decibels(captured),
      speaker: decibels(speaker),
      echo,
    });
  }

  #sendLines(): void {
    const lines = this.#readLines();
    const text = JSON.stringify(lines);
    if (text === this.#lines) return;
    this.#lines = text;
    this.#send('board', lines);
  }

  #beat(): void {
    for (const [stream, {interest, may}] of this.#readers) {
      if (!may()) stream.end();
      else if (interest === 'journal') stream.beat();
    }
  }

  #send(name: string, data: unknown, id?: number): void {
    for (const [stream, {interest}] of this.#readers) {
      if (interest === 'everything' || name === 'journal') stream.send(name, data, id);
    }
  }

  #readLines() {
    const {inputs, outputs} = this.#shown.board;
    return {
      inputs: Object.fromEntries(Array.from(inputs, ([name, {active}]) => [name, active])),
      outputs: Object.fromEntries(
        Array.from(outputs, ([name, {active, inverted = false}]) => [name, active !== inverted]),
      ),
    };
  }
}

function hex(frame: Uint8Array): string {
  return Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).toString('hex');
}

function decibels(level: number): number {
  return Math.round(Math.max(level, SILENCE) * 10) / 10;
}
