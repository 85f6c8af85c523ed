import {createHash, timingSafeEqual} from 'node:crypto';
import {dirname, join} from 'node:path';
import type {Clock} from '../base/clock.ts';
import {type RandomBytes, randomHex} from '../base/random.ts';
import {failure, type Result, success} from '../base/result.ts';
import {makeFolder, writeWhole} from '../base/write-whole.ts';
import {type AccessSecrets, LOCAL_TOKEN, readAccess, type Token, writeAccess} from './access-file.ts';
import {hashPassword, isPassword, MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH} from './password-hash.ts';
import {Sessions} from './sessions.ts';
import {SignInThrottle} from './sign-in-throttle.ts';

const MAX_TOKENS = 16;
/** Passwords that wait to be hashed; each takes 32 MiB and a good part of a second, so one at a time is. */
const MAX_WAITING = 4;

/** Why somebody is not let in, or something was not changed. */
export interface AccessFailure {
  /**
   * `wrong`: not the password. `wait`: too many wrong ones, `seconds` tells how long. `busy`: too many ask at once. `bad`: no
   * password or name that may be set. `none`: there is nothing like that. `damaged`: what was kept cannot be read. `disk`: it
   * cannot be written.
   */
  readonly code: 'wrong' | 'wait' | 'busy' | 'bad' | 'none' | 'damaged' | 'disk';
  readonly text: string;
  readonly seconds?: number;
}

type Outcome<Value> = Result<Value, AccessFailure>;

const wrong = failure<AccessFailure>({code: 'wrong', text: 'This is not the password.'});
const damaged: AccessFailure = {
  code: 'damaged',
  text: 'The file with the password cannot be read any more. Set a new one with doorline-setup.yaml on the boot partition, or, where there is none, remove access.json from the data folder and start the station anew.',
};

/** Who may use the station: one admin password, sessions of those who know it, tokens for programs. */
export class Access {
  readonly #file: string;
  readonly #clock: Clock;
  readonly #random: RandomBytes;
  readonly #sessions: Sessions;
  readonly #throttle: SignInThrottle;
  readonly #damaged: boolean;
  readonly #localToken: string;
  #secrets: AccessSecrets = {tokens: []};
  /** The hash that is made now, and those that wait for it. */
  #hashing: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** `file` is where the hashes are kept. */
  constructor(options: {file: string; clock: Clock; random: RandomBytes}) {
    this.#file = options.file;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#sessions = new Sessions(options.clock, options.random);
    this.#throttle = new SignInThrottle(options.clock);
    this.#localToken = this.#makeToken();
    const read = readAccess(this.#file);
    this.#damaged = read === 'damaged';
    if (typeof read === 'object') this.#secrets = read;
  }

  /** Whether a password is needed. Where it is not known which, because the file is damaged, one is. */
  get hasPassword(): boolean {
    return this.#damaged || this.#secrets.password !== undefined;
  }

  get tokens(): readonly Omit<Token, 'hash'>[] {
    return this.#secrets.tokens.map(({id, name, made}) => ({id, name, made}));
  }

  /** Begins a session for who knows the password; `address` is where he asks from. Returns its id. */
  async signIn(password: string, address: string): Promise<Outcome<string>> {
    const right = await this.#prove(password, address);
    return right.ok ? success(this.#sessions.begin()) : right;
  }

  /** Sets the first password, and begins a session. */
  async setFirstPassword(password: string): Promise<Outcome<string>> {
    if (this.hasPassword) return failure({code: 'bad', text: 'A password is set already.'});
    return this.#setPassword(password, () => !this.hasPassword);
  }

  /** Changes the password, ends all sessions, and begins a new one. */
  async changePassword(current: string, password: string, address: string): Promise<Outcome<string>> {
    const right = await this.#prove(current, address);
    return right.ok ? this.#setPassword(password, () => true) : right;
  }

  /** Whether this is the id of a session, which lasts longer for that. */
  isSession(id: string): boolean {
    return this.#sessions.use(id);
  }

  endSession(id: string): void {
    this.#sessions.end(id);
  }

  isToken(token: string): boolean {
    const given = sha256(token);
    let known = timingSafeEqual(given, sha256(this.#localToken));
    // All of them, so that the time tells nothing.
    for (const {hash} of this.#secrets.tokens) {
      if (timingSafeEqual(given, Buffer.from(hash, 'hex'))) known = true;
    }
    return known;
  }

  /** Makes a token for a program; it is never shown again. */
  makeToken(name: string): Outcome<{id: string; name: string; token: string}> {
    if (this.#secrets.password === undefined) {
      return failure({code: 'bad', text: 'Set a password first: without one, tokens protect nothing.'});
    }
    if (!/^[^\u0000-\u001f\u007f-\u009f]{1,64}$/.test(name)) {
      return failure({code: 'bad', text: 'A token needs a name of 1 to 64 characters, on one line.'});
    }
    if (this.#secrets.tokens.length >= MAX_TOKENS) {
      return failure({code: 'bad', text: `There are ${MAX_TOKENS} tokens already. Revoke one first.`});
    }
    const token = this.#makeToken();
    const id = randomHex(this.#random, 4);
    const made = new Date(this.#clock.wallTime()).toISOString();
    const entry = {id, name, made, hash: sha256(token).toString('hex')};
    const kept = this.#keep({...this.#secrets, tokens: [...this.#secrets.tokens, entry]});
    return kept.ok ? success({id, name, token}) : kept;
  }

  revokeToken(id: string): Outcome<undefined> {
    const tokens = this.#secrets.tokens.filter((token) => token.id !== id);
    if (tokens.length === this.#secrets.tokens.length) {
      return failure({code: 'none', text: 'There is no such token.'});
    }
    return this.#keep({...this.#secrets, tokens});
  }

  /** Writes a token beside the hashes by which programs that may read it use the API. @throws NodeJS.ErrnoException */
  offerLocalToken(): void {
    const folder = dirname(this.#file);
    makeFolder(folder, 0o700);
    writeWhole(join(folder, LOCAL_TOKEN), `${this.#localToken}\n`, 0o600);
  }

  #makeToken(): string {
    return `doorline_${Buffer.from(this.#random(32)).toString('base64url')}`;
  }

  async #prove(password: string, address: string): Promise<Outcome<undefined>> {
    if (this.#damaged) return failure(damaged);
    const kept = this.#secrets.password;
    if (kept === undefined) return failure({code: 'none', text: 'No password is set.'});
    if (this.#waiting >= MAX_WAITING) return failure(busy);
    const wait = this.#throttle.attempt(address);
    if (wait > 0) {
      const seconds = Math.ceil(wait / 1000);
      return failure({code: 'wait', seconds, text: `Too many wrong passwords. Wait ${seconds} s.`});
    }
    if (!(await this.#inTurn(() => isPassword(password, kept)))) return wrong;
    // It may have been changed meanwhile.
    if (this.#secrets.password !== kept) return wrong;
    this.#throttle.forgive(address);
    return success(undefined);
  }

  /** `still` tells, once the hash is made, whether it may be set still. */
  async #setPassword(password: string, still: () => boolean): Promise<Outcome<string>> {
    if (password.length < MIN_PASSWORD_LENGTH || password.length > MAX_PASSWORD_LENGTH) {
      const text = `A password has ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters.`;
      return failure({code: 'bad', text});
    }
    if (this.#waiting >= MAX_WAITING) return failure(busy);
    const hash = await this.#inTurn(() => hashPassword(password));
    if (!still()) return failure({code: 'bad', text: 'A password is set already.'});
    const kept = this.#keep({...this.#secrets, password: hash});
    if (!kept.ok) return kept;
    this.#sessions.endAll();
    return success(this.#sessions.begin());
  }

  async #inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    this.#waiting += 1;
    const turn = this.#hashing.then(work);
    this.#hashing = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.#waiting -= 1;
    }
  }

  #keep(secrets: AccessSecrets): Outcome<undefined> {
    try {
      writeAccess(this.#file, secrets);
    } catch (error) {
      const {code} = error as NodeJS.ErrnoException;
      return failure({
        code: 'disk',
        text: `It cannot be kept in ${this.#file} (${code}): nothing was changed.`,
      });
    }
    this.#secrets = secrets;
    return success(undefined);
  }
}

const busy: AccessFailure = {code: 'busy', text: 'Too many ask at once. Try again in a moment.'};

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
