/** Texts that break a rule, one thing at a time, and texts that look alike and are fine. */

/** Name of the rule, where the text would stand, the text, and what the finding says. */
type Breaking = readonly [rule: string, path: string, text: string, says: string];
type Passing = readonly [rule: string, path: string, text: string];

const lines = (count: number, line = ''): string => `${line}\n`.repeat(count);
/** Put together here, so that this file does not break the rule itself. */
const LATER = ['TO', 'DO'].join('');

const DOWN = 'imports go down only';
const OWNER = 'packages have one owner';
const PURE = 'pure rooms know no platform';
const SYNTAX = 'no enum, namespace, default export, any, parameter property';
const SHORT = 'functions are short';
const SIZE = 'files and lines are short';
const SKIP = 'no test is skipped without a reason';
const DESIGNS = 'designs never import each other';

export const BREAKING: readonly Breaking[] = [
  [DOWN, 'src/scheduler/a.ts', "import { K } from '../kernel/kernel.ts';", 'scheduler may not'],
  [
    DOWN,
    'src/scheduler/a.ts',
    "import type { K } from '../kernel/kernel.ts';",
    'may not import types',
  ],
  [DOWN, 'src/checkers/a.ts', "import { x } from '../scheduler/api.ts';", 'it sees history, lib'],
  [DOWN, 'src/faults/a.ts', "import { Kernel } from '../kernel/kernel.ts';", 'faults may not'],
  [
    DOWN,
    'src/workload/a.ts',
    "import { x } from '../scheduler/parts/book.ts';",
    'workload may not',
  ],
  [DOWN, 'src/report/a.ts', "export { x } from '../sim/sim.ts';", 'report may not'],
  [DOWN, 'src/report/a.ts', "import { type A, b } from '../scenario/b.ts';", 'report may not'],
  [DOWN, 'src/lib/a.ts', "const x: import('../host/host.ts').Host = y;", 'lib may not'],
  [DOWN, 'src/lib/a.ts', "import x from '../../package.json';", 'lib may not'],
  [DOWN, 'src/attic/a.ts', '', 'room attic is not in the table'],
  ['imports carry .ts', 'src/lib/a.ts', "import { x } from './units';", 'say .ts'],
  [
    DESIGNS,
    'src/scheduler/designs/raft/raft.ts',
    "import { x } from '../lease/lease.ts';",
    'design raft imports design lease',
  ],
  [OWNER, 'src/sim/a.ts', "import seedrandom from 'seedrandom';", 'belongs to src/kernel/rng.ts'],
  [OWNER, 'src/scenario/a.ts', "import { Cron } from 'croner';", 'belongs to src/scenario/due-'],
  [OWNER, 'src/lib/a.ts', "import fs from 'node:fs';", 'belongs to src/explore/'],
  [OWNER, 'src/report/b.ts', "import { createHash } from 'node:crypto';", 'node:crypto belongs'],
  [OWNER, 'src/cli/a.ts', "import { x } from '@scope/name/part';", '@scope/name/part is not in'],
  [PURE, 'src/sim/a.ts', 'const now = Date.now();', 'instead: `Host.wallUs`'],
  [PURE, 'src/sim/a.ts', 'function when(x: Date): number { return 1; }', 'Date in sim'],
  [PURE, 'src/faults/a.ts', 'const x = Math.random();', 'Math.random in faults'],
  [PURE, 'src/host/a.ts', 'setTimeout(f, 1);', 'setTimeout in host; instead: `Host.setTimer`'],
  [PURE, 'src/host/a.ts', 'const soon = { setTimeout };', 'setTimeout in host'],
  [PURE, 'src/metrics/a.ts', 'export async function f() {}', 'async in metrics'],
  [PURE, 'src/metrics/a.ts', 'const x = async () => { await y; };', 'await in metrics'],
  [PURE, 'src/metrics/a.ts', 'for await (const x of y) z(x);', 'await in metrics'],
  [PURE, 'src/kernel/a.ts', 'let x: Promise<void>;', 'Promise in kernel'],
  [PURE, 'src/mutants/a.ts', 'process.exit(1);', 'process in mutants'],
  [PURE, 'src/checkers/a.ts', 'list.sort((a, b) => a.localeCompare(b));', 'comparison with <'],
  ['no index.ts', 'src/sim/index.ts', '', 'no index.ts'],
  [SYNTAX, 'src/cli/a.ts', 'enum Colour { Red }', 'no enum'],
  [SYNTAX, 'src/cli/a.ts', 'namespace A {}', 'no namespace'],
  [SYNTAX, 'src/cli/a.ts', 'export default 1;', 'no default export'],
  [SYNTAX, 'src/cli/a.ts', 'export default function f() {}', 'no default export'],
  [SYNTAX, 'src/cli/a.ts', 'const a = 1;\nexport { a as default };', ':2 no default export'],
  [SYNTAX, 'src/cli/a.ts', 'const x = y as any;', 'no any'],
  [SYNTAX, 'src/cli/a.ts', 'class A { constructor(readonly x: number) {} }', 'no parameter prop'],
  [SHORT, 'src/cli/a.ts', `function f() {\n${lines(69)}}`, ':1 a function of 71 lines'],
  [SHORT, 'src/cli/a.ts', `\nconst f = () => {\n${lines(69)}};`, ':2 a function of 71 lines'],
  [SHORT, 'src/cli/a.ts', `class A {\n  get x() {\n${lines(69)}}\n}`, ':2 a function of 71'],
  [SHORT, 'test/a.test.ts', `test('x', () => {\n${lines(69)}});`, 'a function of 71 lines'],
  [SIZE, 'src/cli/a.ts', lines(501), '501 lines'],
  [SIZE, 'src/cli/a.ts', `\n// ${'x'.repeat(98)}`, ':2 101 columns'],
  ['nothing is left over', 'src/cli/a.ts', `\n// ${LATER}: later`, `:2 ${LATER}`],
  ['nothing is left over', 'src/cli/a.ts', `throw new Error('${LATER}');`, LATER],
  [SKIP, 'test/a.test.ts', "test.skip('slow', () => {});", 'skip without a reason'],
  [SKIP, 'test/a.test.ts', "describe.skipIf(absent)('data', () => {});", 'skipIf without a reason'],
  [SKIP, 'test/a.test.ts', "test.todo('more');", 'todo without a reason'],
  [SKIP, 'test/a.test.ts', "// While debugging.\ntest.only('x', () => {});", 'only: the rest'],
];

export const PASSING: readonly Passing[] = [
  [DOWN, 'src/faults/a.ts', "import type { Kernel } from '../kernel/kernel.ts';"],
  [DOWN, 'src/faults/a.ts', "import { type Kernel, type Rng } from '../kernel/kernel.ts';"],
  [DOWN, 'src/workload/a.ts', "import { x } from '../scheduler/schedule/zone-rules.ts';"],
  [DOWN, 'src/workload/traces/a.ts', "import { x } from '../../lib/units.ts';"],
  [DOWN, 'src/sim/a.ts', "import { x } from './sim.ts';"],
  [DOWN, 'src/cli/a.ts', "import { x } from '../kernel/kernel.ts';"],
  [DOWN, 'test/sim/a.test.ts', "import { x } from '../../src/cli/main.ts';"],
  ['imports carry .ts', 'src/cli/a.ts', "import x from './x.json';\nimport { y } from 'yaml';"],
  [DESIGNS, 'src/scheduler/designs/raft/raft.ts', "import { x } from '../../parts/book.ts';"],
  [DESIGNS, 'src/scheduler/designs/raft/raft.ts', "import { x } from './log.ts';"],
  [DESIGNS, 'src/scheduler/designs/raft/raft.ts', "import type { D } from '../design.ts';"],
  [OWNER, 'src/kernel/rng.ts', "import seedrandom from 'seedrandom';"],
  [OWNER, 'src/report/page.ts', "import { createHash } from 'node:crypto';"],
  [OWNER, 'test/lib/a.test.ts', "import fc from 'fast-check';\nimport 'node:fs';"],
  [PURE, 'src/sim/a.ts', "// A Date, a Promise, setTimeout, process.\nconst x = 'await Date';"],
  [PURE, 'src/sim/a.ts', 'const x = Math.log(y.process) + z.random(); type T = { Date: 1 };'],
  [PURE, 'src/cli/a.ts', 'export const f = async () => { await g(new Date()); };'],
  ['no index.ts', 'src/sim/indexes.ts', ''],
  [SYNTAX, 'src/cli/a.ts', 'switch (x) { default: y(); }\nexport const many = 1;'],
  [SYNTAX, 'src/cli/a.ts', 'class A { constructor(x: number) {} }'],
  [SYNTAX, 'src/a.ts', "declare module 'vitest' { interface A {} }"],
  [SHORT, 'src/cli/a.ts', `function f() {\n${lines(68)}}\n${lines(90)}`],
  [SHORT, 'test/a.test.ts', `describe('x', () => {\n${lines(90)}});`],
  [SHORT, 'src/cli/a.ts', `interface A {\n${lines(90)}}\nconst t = [\n${lines(90)}];`],
  [SIZE, 'src/cli/a.ts', lines(500, 'x'.repeat(100))],
  [SIZE, 'src/cli/a.ts', 'µ'.repeat(100)],
  [SIZE, 'src/cli/a.ts', `// see https://example.org/${'x'.repeat(100)}`],
  ['nothing is left over', 'src/cli/a.ts', 'const todoList = []; // hackneyed'],
  [SKIP, 'test/a.test.ts', "// Needs a second machine.\ntest.skip('x', () => {});"],
  [SKIP, 'test/a.test.ts', "test.skipIf(y)('x (skipped where y is absent)', () => {});"],
  [SKIP, 'test/a.test.ts', 'const rest = items.skip(3); const { skip } = iterator;'],
];
