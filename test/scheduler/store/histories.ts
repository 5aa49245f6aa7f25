/** Random transactions that run at the same time, what each saw, and what that amounts to. */
import fc from 'fast-check';
import type { StoreIndex } from '../../../src/scheduler/store/indexes.ts';
import type { Isolation, StoreOp, StoreRow } from '../../../src/scheduler/store/protocol.ts';
import { BEGIN, begin, COMMIT, ROLLBACK, StoreLab, write } from './lab.ts';

/** Who wrote it, and a group that an index finds it by. */
interface Mark {
  readonly by: string;
  readonly group: string;
}
type Seen = readonly (readonly [key: string, by: string | undefined])[];
type State = ReadonlyMap<string, Mark>;

const byGroup: StoreIndex = {
  name: 'group',
  prefix: '',
  keyOf: (value) => (value as Mark).group,
};

/** What is there before anybody begins. */
const INITIAL: State = new Map([
  ['x', { by: 'nobody', group: 'a' }],
  ['y', { by: 'nobody', group: 'b' }],
]);

const keys = fc.constantFrom('x', 'y', 'z');
const groups = fc.constantFrom('a', 'b');
const limits = fc.constantFrom(1, 9);
export const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('read' as const), key: keys }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('range' as const),
        index: fc.constant('group'),
        prefix: groups,
        limit: limits,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('range' as const),
        prefix: fc.constant(''),
        limit: limits,
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('write' as const), key: keys, group: groups }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), key: keys }) },
  ),
  { minLength: 1, maxLength: 5 },
);
type Step = typeof steps extends fc.Arbitrary<readonly (infer S)[]> ? S : never;

export const stories = fc.record({
  list: fc.array(fc.record({ steps, ends: fc.constantFrom(COMMIT, COMMIT, COMMIT, ROLLBACK) }), {
    minLength: 2,
    maxLength: 4,
  }),
  turns: fc.array(fc.nat({ max: 3 }), { maxLength: 40, size: 'max' }),
});
type Story = typeof stories extends fc.Arbitrary<infer S> ? S : never;

/** A transaction that has committed. */
export interface Done {
  readonly name: string;
  readonly steps: readonly Step[];
  /** What each step showed. */
  readonly seen: readonly Seen[];
  /** What was committed when it began. */
  readonly before: State;
  /** How many had committed when it began, and when it had. */
  readonly beganAt: number;
  readonly endedAt: number;
}

interface Client {
  readonly name: string;
  readonly ops: StoreOp[];
  readonly steps: readonly Step[];
  readonly seen: Seen[];
  before: State;
  beganAt: number;
  at: number;
  isWaiting: boolean;
  fate: string | undefined;
}

const opOf = (step: Step, by: string): StoreOp => {
  if (step.kind === 'write') {
    return { kind: 'write', key: step.key, value: { by, group: step.group } };
  }
  return step.kind === 'delete' ? { kind: 'write', key: step.key, value: undefined } : step;
};

const seenIn = (rows: readonly StoreRow[]): Seen =>
  rows.map(({ key, value }) => [key, (value as Mark | undefined)?.by]);

/** Plays a story, one operation a call, and tells of those that committed in that order. */
export function play(isolation: Isolation, { list, turns }: Story) {
  const lab = new StoreLab([byGroup]).up();
  lab.ask('nobody', BEGIN, ...[...INITIAL].map(([key, mark]) => write(key, mark)), COMMIT);
  const state = new Map(INITIAL);
  const done: Done[] = [];
  const fates: string[] = [];
  const clients = list.map(({ steps, ends }, i): Client => {
    const name = `c${i}`;
    const ops = [begin(isolation), ...steps.map((step) => opOf(step, name)), ends];
    const start = { before: new Map(), beganAt: 0, at: 0, isWaiting: false, fate: undefined };
    return { name, ops, steps, seen: [], ...start };
  });
  const hear = (): void => {
    for (const [name, , outcome] of lab.answers()) {
      const client = clients.find((each) => each.name === name) as Client;
      client.isWaiting = false;
      const op = client.ops[client.at++] as StoreOp;
      if (outcome.kind !== 'ok') client.fate = outcome.kind;
      else if (op.kind === 'rollback') client.fate = 'rolled back';
      else if (op.kind === 'commit') {
        client.fate = 'committed';
        for (const step of client.steps) apply(step, client.name, state);
        const { steps, seen, before, beganAt } = client;
        done.push({ name, steps, seen, before, beganAt, endedAt: done.length + 1 });
      } else if (op.kind !== 'begin') client.seen.push(seenIn(outcome.rows));
      if (client.fate !== undefined) fates.push(client.fate);
    }
  };
  const turn = (client: Client): void => {
    if (client.isWaiting || client.fate !== undefined) return;
    if (client.at === 0) Object.assign(client, { before: new Map(state), beganAt: done.length });
    client.isWaiting = true;
    lab.call(client.name, client.ops[client.at] as StoreOp);
    hear();
  };
  for (const who of turns) turn(clients[who % clients.length] as Client);
  for (let round = 0; round < 30; round++) for (const client of clients) turn(client);
  if (clients.some(({ fate }) => fate === undefined)) throw new Error('somebody waits for ever');
  return { done, fates, final: state as State, lab };
}

function apply(step: Step, by: string, state: Map<string, Mark>): void {
  if (step.kind === 'write') state.set(step.key, { by, group: step.group });
  else if (step.kind === 'delete') state.delete(step.key);
}

/** What each step shows when nobody else is there; the state is then what the last one left. */
export function alone({ name, steps }: Done, state: Map<string, Mark>): readonly Seen[] {
  return steps.map((step) => {
    apply(step, name, state);
    if (step.kind === 'read') return [[step.key, state.get(step.key)?.by]];
    if (step.kind !== 'range') return [];
    const place = (key: string, { group }: Mark): string => ('index' in step ? group : '') + key;
    const found = [...state].filter(([, { group }]) => !('index' in step) || group === step.prefix);
    found.sort((a, b) => (place(...a) < place(...b) ? -1 : 1));
    return found.slice(0, step.limit).map(([key, { by }]) => [key, by] as const);
  });
}

const text = (value: unknown): string => JSON.stringify(value);
const shown = (state: State): string => text([...state].sort());

/** Whether these saw, and left, what they would have one after the other in some order. */
export function hasSerialOrder(done: readonly Done[], final: State): boolean {
  const goesOn = (state: State, left: readonly Done[]): boolean => {
    if (left.length === 0) return shown(state) === shown(final);
    return left.some((next) => {
      const after = new Map(state);
      const isSame = text(alone(next, after)) === text(next.seen);
      return (
        isSame &&
        goesOn(
          after,
          left.filter((each) => each !== next),
        )
      );
    });
  };
  return goesOn(INITIAL, done);
}

/** Those that were open at the same time. */
export const areConcurrent = (a: Done, b: Done): boolean =>
  a !== b && a.beganAt < b.endedAt && b.beganAt < a.endedAt;

export const writtenBy = ({ steps }: Done): ReadonlySet<string> =>
  new Set(steps.flatMap((s) => (s.kind === 'write' || s.kind === 'delete' ? [s.key] : [])));

/** Whether one read what the other, at the same time, made otherwise. */
export function overlooks(reader: Done, writer: Done): boolean {
  if (!areConcurrent(reader, writer)) return false;
  const after = new Map(reader.before);
  for (const step of writer.steps) apply(step, writer.name, after);
  const own = (state: State): string => text(alone(reader, new Map(state)));
  return own(reader.before) !== own(after);
}
