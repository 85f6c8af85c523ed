import {expect} from 'vitest';
import {correlate} from './correlation.ts';
import {Baresip} from './peers/baresip.ts';
import type {Kamailio} from './peers/kamailio.ts';
import type {Run} from './run-folder.ts';
import {makeSpeech} from './speech.ts';
import {type StationSettings, TestStation} from './station.ts';
import {type StationSound, soundFiles} from './station-sound.ts';

/** The users of the house, with their passwords at the server. */
export const houseUsers = {door: 'door-secret', kitchen: 'kitchen-secret'};

// Longer than both calls: where one follows the other at once, the microphone's recording goes on.
const visitor = makeSpeech(10, 41);
// Shorter than a call, so that all of it is to be heard.
const resident = makeSpeech(3, 42);

interface HouseOptions {
  /** Where the station registers. */
  readonly registrar: string;
  /** More of the station's configuration; its `sip` goes beside the account. */
  readonly settings?: StationSettings;
}

/** A server's phone "kitchen", which answers by itself, and station "door", whose bell calls it. */
export class RegisteredHouse {
  readonly phone: Baresip;
  readonly station: TestStation;
  readonly #sound: StationSound;
  readonly #domain: string;

  private constructor(phone: Baresip, station: TestStation, sound: StationSound, domain: string) {
    this.phone = phone;
    this.station = station;
    this.#sound = sound;
    this.#domain = domain;
  }

  /** Starts both, and waits until they are registered. */
  static async start(
    run: Run,
    {domain, port}: Kamailio,
    {registrar, settings}: HouseOptions,
  ): Promise<RegisteredHouse> {
    const phone = await Baresip.start(run, {
      user: 'kitchen',
      says: resident,
      autoAnswer: true,
      registrar: {domain, port, password: houseUsers.kitchen},
    });
    const sound = soundFiles(run, visitor);
    const account = {name: 'house', uri: `sip:door@${domain}`, password: houseUsers.door, registrar};
    const station = await TestStation.start(run, {
      buttons: [{name: 'bell', input: 'button-1', call: ['kitchen']}],
      doors: [{name: 'front', output: 'relay-1', open_seconds: 0.5, code: '7'}],
      answer: {mode: 'automatic', from: ['house']},
      audio: sound.audio,
      ...settings,
      sip: {accounts: [account], ...settings?.sip},
    });
    await station.waitForEntry('account-registered');
    return new RegisteredHouse(phone, station, sound, domain);
  }

  /** The bell is pressed; so many seconds of the visitor's words reach the phone, which opens the door and hangs up. */
  async callFromDoor(seconds = 3.5): Promise<void> {
    await this.station.press();
    await this.station.waitForState('talking');
    await this.phone.waitUntilHeard(seconds);
    await this.phone.sendDigits('7');
    await this.station.waitForEntry('door-opened');
    await this.phone.hangUp();
    await this.station.waitForState('idle');
    expect(correlate(visitor, this.phone.heard()!).value).toBeGreaterThanOrEqual(0.95);
  }

  /** The phone calls; so many seconds of the visitor's words reach it again, and the station hangs up. */
  async callFromPhone(seconds = 2): Promise<void> {
    const before = await this.station.lastSequence();
    await this.phone.dial(`sip:door@${this.#domain}`);
    await this.station.waitForEntry('call-answered', before);
    await this.phone.waitUntilHeard(seconds);
    await this.station.hangUp();
    await this.phone.waitFor('CALL_CLOSED', {seen: 1});
    expect(correlate(visitor, this.phone.heard()!).value).toBeGreaterThanOrEqual(0.95);
  }

  /** What the requests of the latest call that the station sent say of their way, in their Via: `UDP 127.0.0.1:5060`. */
  async waysOfRequests(): Promise<string[]> {
    const ladder = await this.station.ladder();
    return ladder
      .filter(({direction, message}) => direction === 'out' && !message.startsWith('SIP/2.0 '))
      .map(({message}) => /^Via: SIP\/2\.0\/(.*?);/m.exec(message)?.[1] ?? '');
  }

  /** Ends the station; its loudspeaker must have given all of the resident's words, tones before and after them. */
  async expectHeardAtDoor(): Promise<void> {
    expect(await this.station.stop()).toBe(0);
    expect(correlate(this.#sound.heard(), resident).value).toBeGreaterThanOrEqual(0.95);
  }
}
