/**
 * The house rules as tables: who may import whom, who owns which package, which words do not occur
 * where, and what to use in their place. A new room needs a row here.
 */

/**
 * What each room may import besides itself. `room` is all of it, `room/file.ts` or `room/folder/` a
 * part, and `:types` after either means that only types may be taken.
 */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  kernel: ['lib'],
  history: ['lib'],
  host: ['history', 'lib'],
  scheduler: ['host', 'history', 'lib'],
  mutants: ['scheduler', 'host', 'history', 'lib'],
  sim: ['kernel', 'host', 'history', 'lib'],
  workload: [
    'scheduler/api.ts',
    'scheduler/client.ts',
    'scheduler/schedule/',
    'host',
    'history',
    'lib',
  ],
  faults: [
    'sim',
    'workload',
    'scheduler/api.ts:types',
    'scheduler/store/:types',
    'kernel:types',
    'host/host.ts:types',
    'history',
    'lib',
  ],
  checkers: ['history', 'lib'],
  metrics: ['history', 'lib'],
  scenario: [
    'mutants',
    'faults',
    'checkers',
    'metrics',
    'workload',
    'scheduler',
    'sim',
    'kernel',
    'host',
    'history',
    'lib',
  ],
  explore: [
    'report/document.ts:types',
    'report/space-time.ts:types',
    'scenario',
    'mutants',
    'faults',
    'checkers',
    'metrics',
    'workload',
    'scheduler',
    'sim',
    'kernel',
    'host',
    'history',
    'lib',
  ],
  testing: ['explore', 'scenario', 'faults', 'scheduler/api.ts:types', 'lib'],
  report: ['scenario:types', 'checkers:types', 'metrics', 'history', 'lib'],
};

/** Rooms that may import anything: the front door, and the package's public faces. */
export const UNBOUND_ROOMS: readonly string[] = ['cli', 'seaworthy.ts', 'testing.ts', 'vitest.ts'];

/** Files and folders that may import a package; everybody else goes through them. */
export const PACKAGE_OWNERS: Readonly<Record<string, readonly string[]>> = {
  seedrandom: ['src/kernel/rng.ts'],
  d3: ['src/report/'],
  croner: ['src/scenario/due-ticks.ts', 'test/'],
  'cron-parser': ['test/validation/'],
  'temporal-polyfill': ['test/validation/'],
  'fast-check': ['src/explore/', 'src/testing/', 'test/'],
  yaml: ['src/scenario/'],
  zod: ['src/scenario/', 'src/explore/', 'src/report/'],
  commander: ['src/cli/'],
  picocolors: ['src/cli/'],
  vitest: ['src/vitest.ts', 'test/'],
  tinyqueue: ['test/kernel/workloads.ts'],
  typescript: ['test/support/'],
  'playwright-core': ['test/browser/'],
  '@sparticuz/chromium': ['test/browser/browser.ts'],
};

/** Who may import the platform's modules; hashing is no I/O, so the page may hash what it holds. */
export const PLATFORM_OWNERS: readonly string[] = ['src/explore/', 'src/cli/', 'test/'];
export const PLATFORM_EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  'node:crypto': ['src/report/page.ts'],
};

/** Rooms whose code is a pure function of what it is given: no clock, no waiting, no platform. */
export const PURE_ROOMS: readonly string[] = [
  'lib',
  'kernel',
  'history',
  'host',
  'scheduler',
  'mutants',
  'sim',
  'workload',
  'faults',
  'checkers',
  'metrics',
];

const TIMER = '`Host.setTimer` in a program, `Kernel.at` in the simulator, for it is virtual time';
const EVENTS = 'an answer that comes back as an event: handlers run to completion and never wait';
const INPUT = 'a value handed in by the caller: rooms that are simulated know no platform';
const ORDER = 'comparison with < and >, which is the same on every machine';
const GARBAGE = 'an explicit end of life: when garbage is collected differs from run to run';

/** Words of the platform that do not occur in the pure rooms, and what to use instead. */
export const AMBIENT_WORDS: Readonly<Record<string, string>> = {
  Date: '`Host.wallUs` in a program, `Kernel.now` in the simulator, `formatUtc` to print',
  performance: '`Host.monotonicUs` in a program, `Kernel.now` in the simulator',
  Intl: '`ZoneRules`, and numbers formatted by hand: the platform has zones and locales of its own',
  Promise: EVENTS,
  async: EVENTS,
  await: EVENTS,
  queueMicrotask: EVENTS,
  setTimeout: TIMER,
  setInterval: TIMER,
  setImmediate: TIMER,
  clearTimeout: TIMER,
  clearInterval: TIMER,
  clearImmediate: TIMER,
  process: INPUT,
  globalThis: INPUT,
  require: INPUT,
  fetch: INPUT,
  crypto: '`createRng(seed).stream(...)`, handed in as a `Random`',
  console: 'a fact or an outcome: only `cli` prints',
  structuredClone: 'sharing: messages are frozen data',
  WeakRef: GARBAGE,
  FinalizationRegistry: GARBAGE,
};

/** The same for members, wherever they are asked of an object of any type. */
export const AMBIENT_MEMBERS: Readonly<Record<string, string>> = {
  'Math.random': '`createRng(seed).stream(...)`, handed in as a `Random`',
  localeCompare: ORDER,
  toLocaleString: 'formatting by hand, for locales differ between machines',
  toLocaleLowerCase: '`toLowerCase`',
  toLocaleUpperCase: '`toUpperCase`',
};

/** Outer bounds; the aims are 30 lines for a function and 200 for a file. */
export const MAX_FUNCTION_LINES = 70;
export const MAX_FILE_LINES = 500;
export const MAX_COLUMNS = 100;
