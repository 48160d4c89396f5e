import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tests/support/longest-first.ts';

export default defineConfig({
  // One copy of graphql-js: the CommonJS build, which Node gives to every dependency.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['tests/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // Loading the sources and starting PGlite cost more than the tests: the files that a worker runs share both.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
