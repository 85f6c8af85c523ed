import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {type CallTone, type Country, countries, countryTones} from '../../firmware/audio/country-tones.ts';
import {asteriskRoot} from '../../tools/setup/programs.ts';
import {requirePeers} from '../support/peers/require.ts';

/** As Asterisk writes it: frequencies joined by +, a slash and ms, one after another. */
function written(tone: CallTone): string {
  return tone
    .map(({frequencies, milliseconds}) => `${frequencies.join('+') || '0'}/${milliseconds}`)
    .join(',');
}

/** Each country's lines, by its code in ISO 3166 as Asterisk takes it. */
function indications(): Map<string, Map<string, string>> {
  const text = readFileSync(
    `${asteriskRoot}/usr/share/asterisk/conf/samples/indications.conf.sample`,
    'utf8',
  );
  const sections = text.split(/^\[([\w-]+)\]$/m).slice(1);
  const found = new Map<string, Map<string, string>>();
  for (let index = 0; index < sections.length; index += 2) {
    const lines = sections[index + 1]!.matchAll(/^(\w+)\s*=\s*(\S+)/gm);
    found.set(sections[index]!, new Map(Array.from(lines, ([, key, value]) => [key!, value!])));
  }
  return found;
}

/** Those that Asterisk calls otherwise. */
const codes: Partial<Record<Country, string>> = {gb: 'uk', eu: 'de'};

test('the tones of each country are those that Asterisk has for it', (context) => {
  requirePeers(context, 'asterisk');
  const known = indications();
  for (const country of countries) {
    const lines = known.get(codes[country] ?? country);
    const {ringback, busy, congestion} = countryTones[country];
    expect([country, written(ringback), written(busy), written(congestion)]).toEqual([
      country,
      lines?.get('ring'),
      lines?.get('busy'),
      lines?.get('congestion'),
    ]);
  }
});
