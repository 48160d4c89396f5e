import { defineConfig } from 'vitest/config';

export default defineConfig({
  // One copy of graphql-js: the CommonJS build, which Node gives to every dependency.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['tests/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
