import {expect, test} from 'vitest';
import {FuzzedPhones} from './fuzzed-phones.ts';

/** The short run; `make fuzz` is the long one. */
test('thousands of changed, doubled, lost and invented messages: nothing is thrown, nothing is left behind', async () => {
  const phones = new FuzzedPhones(1);
  while (phones.messages < 8000) await phones.round();
  expect(phones.messages).toBeGreaterThanOrEqual(8000);
});
