import {defineConfig} from 'vitest/config';

/** Two suites: `unit` needs nothing but Node; `interop` talks to real peers and runs one file at a time. */
export default defineConfig({
  test: {
    projects: [
      {test: {name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/interop/**', 'node_modules/**']}},
      {
        test: {
          name: 'interop',
          include: ['test/interop/**/*.test.ts'],
          globalSetup: ['test/support/peers/not-run.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
