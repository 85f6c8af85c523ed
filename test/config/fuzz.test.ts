import fc from 'fast-check';
import {expect, test} from 'vitest';
import {parseConfig} from '../../firmware/config/load-config.ts';
import {formatProblem} from '../../firmware/config/problem.ts';
import {decodeText} from '../../firmware/config/text-file.ts';

const boards = new Map([['simulated', {inputs: [{name: 'button-1'}], outputs: [{name: 'relay-1'}]}]]);

/** A configuration or well-placed problems, never an exception. */
function check(text: string): void {
  const result = parseConfig(text, 'config.yaml', boards, (name) => ({value: `secret of ${name}`}));
  if (result.ok) return;
  expect(result.error.length).toBeGreaterThan(0);
  const lines = text.split('\n').length;
  for (const problem of result.error) {
    expect(problem.line).toBeGreaterThanOrEqual(1);
    expect(problem.line).toBeLessThanOrEqual(lines + 1);
    expect(problem.column).toBeGreaterThanOrEqual(1);
    expect(formatProblem(problem)).not.toMatch(/[\u0000-\u001f]|secret of/);
  }
}

const words = [
  ...[
    'name',
    'board',
    'simulated',
    'sip',
    'listen',
    'accounts',
    'password',
    'buttons',
    'call',
    'doors',
    'code',
  ],
  ...[
    'from',
    '!secret',
    '&a',
    '*a',
    '<<',
    '- ',
    ': ',
    '\n',
    '\n  ',
    '\n    ',
    '[',
    ']',
    '{',
    '}',
    ', ',
    '"',
    "'",
  ],
  ...[
    '|',
    '>',
    '#',
    '---\n',
    '? ',
    '%YAML 1.2\n',
    '\t',
    '007',
    'udp:0.0.0.0:5060',
    '__proto__',
    'constructor',
    'null',
  ],
];

test('whatever bytes the file holds', () => {
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 400}), (bytes) => {
      const text = decodeText(bytes);
      if (text.ok) check(text.value);
    }),
  );
});

test('whatever is put together from the words of a configuration', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...words), {maxLength: 60}), (parts) => check(parts.join(''))),
    {numRuns: 400},
  );
});

test('whatever values stand where values belong', () => {
  const key = fc.constantFrom(
    'name',
    'board',
    'sip',
    'buttons',
    'doors',
    'answer',
    'audio',
    'from',
    'call',
    'x',
  );
  const {tree} = fc.letrec((tie) => ({
    tree: fc.oneof(
      {depthSize: 'small'},
      fc.constantFrom('', 'simulated', '0', '101', 'any', 'sip:a@b'),
      fc.string({maxLength: 8}),
      fc.array(tie('tree'), {maxLength: 3}),
      fc.dictionary(key, tie('tree'), {maxKeys: 4}),
    ),
  }));
  // JSON is YAML.
  fc.assert(
    fc.property(tree, (value) => check(JSON.stringify(value))),
    {numRuns: 400},
  );
});

test('a valid configuration with any part cut out', () => {
  const text = `board: simulated
sip: {accounts: [{name: house, uri: "sip:a@b", password: !secret p}], media_ports: 2000-2010}
buttons:
  - name: bell
    input: button-1
    call: [101, 192.0.2.1]
doors: [{name: front, output: relay-1, code: 7, from: [house]}]
`;
  check(text);
  fc.assert(
    fc.property(fc.nat(text.length), fc.nat(30), (start, length) =>
      check(text.slice(0, start) + text.slice(start + length)),
    ),
  );
});
