import { defineConfig } from 'vitest/config';

export default defineConfig({
  // A property is a hundred runs, and when it fails, some hundred more to make the plan small.
  test: { testTimeout: 120_000 },
});
