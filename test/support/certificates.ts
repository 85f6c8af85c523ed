import {execFileSync} from 'node:child_process';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {peerProgram} from './peers/require.ts';

/** The files of a certificate and its key, in PEM format, and what they hold. */
export interface Identity {
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly certificate: string;
  readonly key: string;
}

const freshKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** A certificate authority of a test's own; the program `openssl` does the work. */
export class Authority {
  readonly identity: Identity;
  #folder: string;

  /** Its files, and those of what it issues, are kept in `folder`, under names that start with `name`. */
  constructor(folder: string, name = 'authority') {
    this.#folder = join(folder, name);
    mkdirSync(this.#folder, {recursive: true});
    const {certificateFile, keyFile} = this.#files('own');
    openssl(
      ...['req', '-x509', ...freshKey, '-keyout', keyFile, '-out', certificateFile],
      ...['-subj', `/CN=Doorline test ${name}`, '-days', '2'],
    );
    this.identity = this.#read('own');
  }

  /** A certificate for these names: `DNS:`, `URI:` and `IP:`, as in subjectAltName. One with negative `days` has expired. */
  issue(name: string, names: readonly string[], days = 2): Identity {
    const {certificateFile, keyFile} = this.#files(name);
    const request = join(this.#folder, `${name}.csr`);
    const extensions = join(this.#folder, `${name}.ext`);
    writeFileSync(extensions, names.length > 0 ? `subjectAltName=${names.join(',')}\n` : '');
    openssl('req', '-new', ...freshKey, '-keyout', keyFile, '-out', request, '-subj', `/CN=${name}`);
    openssl(
      ...['x509', '-req', '-in', request, '-out', certificateFile, '-days', String(days)],
      ...['-CA', this.identity.certificateFile, '-CAkey', this.identity.keyFile, '-CAcreateserial'],
      ...['-extfile', extensions],
    );
    return this.#read(name);
  }

  #files(name: string): {certificateFile: string; keyFile: string} {
    return {
      certificateFile: join(this.#folder, `${name}.crt`),
      keyFile: join(this.#folder, `${name}.key`),
    };
  }

  #read(name: string): Identity {
    const files = this.#files(name);
    return {
      ...files,
      certificate: readFileSync(files.certificateFile, 'utf8'),
      key: readFileSync(files.keyFile, 'utf8'),
    };
  }
}

function openssl(...words: string[]): void {
  execFileSync(peerProgram('openssl'), words, {stdio: 'pipe'});
}
