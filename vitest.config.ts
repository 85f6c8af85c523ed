import {defineConfig} from 'vitest/config';

/** Files of `interop` that measure what other work on the machine disturbs. */
const ALONE = ['flood', 'rtp-flood', 'alsa', 'long-call', 'impaired-network'].map(
  (file) => `test/interop/${file}.test.ts`,
);

const withPeers = {
  globalSetup: ['test/support/peers/not-run.ts'],
  retry: 1,
  testTimeout: 120_000,
  hookTimeout: 120_000,
};

/**
 * `unit` needs nothing but Node; `interop` talks to real peers, two files at a time, for most of the time they wait;
 * `interop-alone` goes on with those that want the machine for themselves; `hardware` is started by test/hardware/main.ts in a
 * virtual machine, `board` by test/board/main.ts, which boots the image. All but the first live in real time with
 * programs of others: but for the last, a test that fails there is tried once more, and the report says so.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/interop/**', 'test/hardware/**', 'test/board/**', 'node_modules/**'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          ...withPeers,
          name: 'interop',
          include: ['test/interop/**/*.test.ts'],
          exclude: [...ALONE, 'node_modules/**'],
          maxWorkers: 2,
          sequence: {groupOrder: 1},
        },
      },
      {
        test: {
          ...withPeers,
          name: 'interop-alone',
          include: ALONE,
          fileParallelism: false,
          sequence: {groupOrder: 2},
        },
      },
      {
        test: {
          name: 'board',
          include: ['test/board/**/*.test.ts'],
          globalSetup: ['test/support/peers/not-run.ts'],
          fileParallelism: false,
          testTimeout: 60 * 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'hardware',
          include: ['test/hardware/**/*.test.ts'],
          globalSetup: ['test/support/peers/not-run.ts'],
          fileParallelism: false,
          retry: 1,
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
