import {defineConfig} from 'vitest/config';

/**
 * Four suites: `unit` needs nothing but Node; `interop` talks to real peers and runs one file at a time; `hardware` is
 * started by test/hardware/main.ts in a virtual machine, `board` by test/board/main.ts, which boots the image. The second and
 * third live in real time with programs of others: a test that fails there is tried once more, and the report says so.
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
          name: 'interop',
          include: ['test/interop/**/*.test.ts'],
          globalSetup: ['test/support/peers/not-run.ts'],
          fileParallelism: false,
          retry: 1,
          testTimeout: 120_000,
          hookTimeout: 120_000,
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
