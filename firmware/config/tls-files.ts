import {createPrivateKey, type KeyObject, X509Certificate} from 'node:crypto';
import {resolve} from 'node:path';
import type {ConfigProblem} from './problem.ts';
import {textsAt} from './references.ts';
import {readTextFile} from './text-file.ts';
import type {YamlTree} from './yaml-tree.ts';

/**
 * Looks into the files that `sip.tls` names; relative paths start from `folder`. What is wrong with them is told
 * before anybody is called, at the line that names the file.
 */
export function checkTlsFiles(tree: YamlTree, folder: string): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const readFile = <Content>(name: string, read: (pem: string) => Content | string): Content | undefined => {
    const [path] = textsAt(tree, 'sip', 'tls', name);
    if (path === undefined) return undefined;
    const file = readTextFile(resolve(folder, path.value));
    const content = file.ok ? read(file.value) : file.error;
    if (typeof content !== 'string') return content;
    problems.push(tree.at(path.path, content));
    return undefined;
  };
  const certificate = readFile('certificate', readCertificate);
  const key = readFile('key', readKey);
  readFile('authorities', readCertificate);
  if (certificate && key && !certificate.checkPrivateKey(key)) {
    problems.push(
      tree.at(['sip', 'tls', 'key'], 'does not belong to the certificate in sip.tls.certificate'),
    );
  }
  return [...problems, ...checkPair(tree)];
}

/** A certificate is of no use without its key, and TLS cannot be listened for without both. */
function checkPair(tree: YamlTree): ConfigProblem[] {
  const named = ['certificate', 'key'].filter((name) => textsAt(tree, 'sip', 'tls', name).length > 0);
  if (named.length === 2) return [];
  if (named.length === 1) {
    const missing = named[0] === 'key' ? 'certificate' : 'key';
    return [tree.at(['sip', 'tls', named[0]!], `needs sip.tls.${missing} beside it`)];
  }
  return textsAt(tree, 'sip', 'listen', '*')
    .filter(({value}) => value.startsWith('tls:'))
    .slice(0, 1)
    .map(({path}) => tree.at(path, 'needs sip.tls.certificate and sip.tls.key'));
}

/** The first certificate of a file, or what is wrong. */
function readCertificate(pem: string): X509Certificate | string {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) return 'holds no certificate: PEM files have a line -----BEGIN CERTIFICATE-----';
  try {
    return blocks.map((block) => new X509Certificate(block))[0] as X509Certificate;
  } catch {
    return 'holds a certificate that cannot be read';
  }
}

/** The private key of a file, or what is wrong; never anything of the file itself. */
function readKey(pem: string): KeyObject | string {
  if (/ENCRYPTED/.test(pem))
    return 'is a key with a passphrase, which nobody can type in at start; store it without';
  try {
    return createPrivateKey(pem);
  } catch {
    return 'holds no private key in PEM format';
  }
}
