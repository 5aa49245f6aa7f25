import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/property-seed.ts'],
    benchmark: { include: ['test/**/*.bench.ts'] },
    testTimeout: 60_000,
    maxWorkers: 2,
    // As the processes of a sweep have it (`explore/sweep/pool.ts`).
    execArgv: ['--max-semi-space-size=64'],
  },
});
