import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {expect, onTestFinished, test} from 'vitest';
import {parseDocument} from 'yaml';
import {editTargets} from '../../firmware/config/edit-targets.ts';
import {Settings} from '../../firmware/config/settings.ts';
import {readWavFile} from '../../hal/sound/wav-file.ts';

const boards = new Map([
  ['simulated', {inputs: [{name: 'button-1'}, {name: 'button-2'}], outputs: [], light: undefined}],
]);

function settings(text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'doorline-settings-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  const file = join(folder, 'doorline.yaml');
  writeFileSync(file, text);
  return {
    settings: new Settings(file, boards, join(folder, 'data'), readWavFile),
    read: () => readFileSync(file, 'utf8'),
  };
}

const written = `# The front door of our house.
name:   Front door     # not too loud
board: simulated

buttons:
  # the brass one
  - name: bell
    input: button-1
    call: [sip:a@192.0.2.1]   # the kitchen
    ring: in-turn
  - {name: delivery, input: button-2}
http: { listen: "127.0.0.1:0" }
`;

test('only the list is another; comments, order and spaces stay', () => {
  const {settings: file, read} = settings(written);
  expect(file.setTargets('bell', ['192.168.1.20', 'sip:101@pbx.example.org'])).toEqual({
    ok: true,
    value: ['192.168.1.20', 'sip:101@pbx.example.org'],
  });
  expect(read()).toBe(written.replace('[sip:a@192.0.2.1]', '[192.168.1.20, sip:101@pbx.example.org]'));
  expect(file.setTargets('delivery', ['192.168.1.21']).ok).toBe(true);
  expect(read()).toContain('  - {name: delivery, call: [192.168.1.21], input: button-2}\n');
});

test.each([
  ['call: 1.2.3.4', 'call: [x]'],
  ['call:', 'call: [x]'],
  ['call: # nobody', 'call: [x] # nobody'],
  ['call:\n      - a\n      - b # second', 'call: [x] # second'],
  ['call:\n    - a\n    - b', 'call: [x]'],
  ['call: [\n      a,\n      b]', 'call: [x]'],
])('%j becomes %j', (before, after) => {
  const text = (call: string) => `buttons:\n  - name: bell\n    ${call}\n    input: button-1\n`;
  expect(editTargets(text(before), 'bell', ['x'])).toBe(text(after));
});

test('a button without targets gets them behind its name', () => {
  const text = 'buttons:\n- name: bell # brass\n  input: button-1';
  expect(editTargets(text, 'bell', ['x'])).toBe(
    'buttons:\n- name: bell # brass\n  call: [x]\n  input: button-1',
  );
});

test('whatever the targets, they are read again as they were', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[!-~äé€]{1,30}$/), {maxLength: 5}), (targets) => {
      const edited = editTargets(written, 'bell', targets)!;
      const document = parseDocument(edited, {schema: 'failsafe'});
      expect(document.errors).toEqual([]);
      expect(document.toJS().buttons[0].call).toEqual(targets);
      expect(document.toJS().name).toBe('Front door');
    }),
  );
});

test('what the check at the start would not take changes nothing, and says which target it is', () => {
  const {settings: file, read} = settings(written);
  expect(file.setTargets('bell', ['192.168.1.20', '101'])).toMatchObject({
    error: {code: 'bad', text: expect.stringMatching(/^"101" is a bare number: it needs/)},
  });
  expect(file.setTargets('bell', ['a b'])).toMatchObject({
    error: {text: expect.stringContaining('"a b" must be whom')},
  });
  expect(file.setTargets('bell', Array(17).fill('192.0.2.1')).ok).toBe(false);
  expect(file.setTargets('nobody', [])).toMatchObject({
    error: {text: expect.stringContaining('no button "nobody"')},
  });
  expect(read()).toBe(written);
});

test('a file that has gone, or is broken meanwhile, is told of', () => {
  const {settings: broken, read} = settings('buttons: [');
  expect(broken.setTargets('bell', [])).toMatchObject({ok: false});
  expect(read()).toBe('buttons: [');
  expect(
    new Settings('/nowhere/doorline.yaml', boards, '/nowhere/data', readWavFile).setTargets('bell', []),
  ).toMatchObject({
    error: {code: 'disk'},
  });
});
