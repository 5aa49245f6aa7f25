/**
 * The verdicts of other projects on 126 recorded histories: Jepsen's logs of etcd, and the tests
 * of Knossos and Porcupine. Every one of the manifest is judged, and none may be given up. Verdicts
 * are not believed: the order that comes with each is checked by itself, without a search.
 *
 * Beside them are the transactions of Elle's tests, which the manifest does not list. Elle judges
 * them by cycles, under many models; here they are judged as one thing that takes a transaction at
 * a time. Without times they may overlap as they like, and then the question is whether they are
 * serializable; where Elle says that one came after another, whether they are strictly so.
 */
import { describe, expect, test } from 'vitest';
import {
  judgeLinearizability,
  type Linearizability,
  type Model,
  type Operation,
} from '../../src/checkers/linearizability.ts';
import {
  etcdHistory,
  historyFile,
  keyedHistory,
  knossosHistory,
  microOf,
  transactionHistory,
} from '../support/histories.ts';
import { flawOf } from '../support/order-proof.ts';
import {
  casRegister,
  keyedTexts,
  type Transaction,
  transactions,
} from '../support/sequential-models.ts';

interface Entry {
  readonly file: string;
  readonly model: string;
  readonly ops: number;
  readonly expected: boolean;
}

const manifest = historyFile('manifest.json');
const entries: Readonly<Record<string, readonly Entry[]>> =
  manifest === undefined ? {} : JSON.parse(manifest);

/** Nearly all need very little; in c50-bad of Porcupine one key uses its share of it up. */
const BUDGET = { steps: 1_000_000, states: 20_000 };

/** The verdict, once the order that it rests on was checked. */
function verdictOn<S, A>(
  model: Model<S, A>,
  history: readonly Operation<A>[],
): Linearizability<S, A>['kind'] {
  const verdict = judgeLinearizability(model, history, BUDGET);
  if (verdict.kind === 'linearizable') {
    for (const part of verdict.parts) expect(flawOf(model, history, part)).toBeUndefined();
  }
  if (verdict.kind === 'not-linearizable') {
    const { prefix, misfit, isLongest } = verdict;
    const until = isLongest ? misfit.answeredAt : Number.NEGATIVE_INFINITY;
    expect(flawOf(model, history, prefix, until)).toBeUndefined();
    expect(prefix.order).not.toContain(misfit);
  }
  return verdict.kind;
}

/** By the model that the manifest names. */
function verdictOf({ file, model }: Entry): Linearizability<unknown, unknown>['kind'] {
  const text = historyFile(file) as string;
  if (model.startsWith('cas-register, initial nil')) {
    return verdictOn(casRegister({ initial: null, failedCasCompared: true }), etcdHistory(text));
  }
  if (model.startsWith('cas-register, initial 0')) {
    return verdictOn(casRegister({ initial: 0, failedCasCompared: false }), knossosHistory(text));
  }
  if (model.startsWith('kv ')) return verdictOn(keyedTexts, keyedHistory(text));
  if (model.startsWith('multi-register ')) {
    return verdictOn(transactions({ ':x': 0, ':y': 0 }), transactionHistory(text));
  }
  throw new Error(`no such model: ${model}`);
}

describe.skipIf(manifest === undefined)(
  'recorded histories (skipped where ../shared/data/histories is absent)',
  () => {
    test('are 126, of which 52 are not linearizable', () => {
      const all = Object.values(entries).flat();
      expect(all.length).toBe(126);
      expect(all.filter(({ expected }) => !expected).length).toBe(52);
    });

    test.each(Object.keys(entries))('%s: every verdict is right', (source) => {
      const wrong = (entries[source] as readonly Entry[])
        .map((entry) => ({ file: entry.file, expected: entry.expected, found: verdictOf(entry) }))
        .filter(
          ({ expected, found }) => found !== (expected ? 'linearizable' : 'not-linearizable'),
        );
      expect(wrong).toEqual([]);
    });
  },
);

interface ElleCase {
  readonly name: string;
  readonly txns: readonly {
    readonly type: 'ok' | 'fail' | 'info';
    readonly txn: readonly (readonly unknown[])[];
  }[];
  readonly order?: string;
  readonly realtime?: boolean;
  readonly violates: string | null;
  readonly valid_under?: string;
}

const OUTCOMES = { ok: 'ok', fail: 'failed', info: 'unknown' } as const;

/** One after another as they are listed, or all at the same time. */
const elleHistory = (
  { txns }: ElleCase,
  isSequential: boolean,
): readonly Operation<Transaction>[] =>
  txns.map(({ type, txn }, at) => ({
    action: txn.map(microOf),
    outcome: OUTCOMES[type],
    calledAt: isSequential ? 2 * at : 0,
    answeredAt: isSequential ? 2 * at + 1 : 1,
  }));

const lists = transactions({});
const elle = historyFile('elle/list-append-cases.json');
const cases: readonly ElleCase[] = elle === undefined ? [] : JSON.parse(elle).cases;

describe.skipIf(elle === undefined)(
  'transactions of Elle (skipped where ../shared/data/histories is absent)',
  () => {
    test.each(cases)('$name', (one) => {
      const isSerializable = one.violates === null || one.valid_under === 'serializable';
      const found = verdictOn(lists, elleHistory(one, false));
      expect(found).toBe(isSerializable ? 'linearizable' : 'not-linearizable');
      if (one.order === undefined) return;
      expect(verdictOn(lists, elleHistory(one, true))).toBe('not-linearizable');
    });

    test.each(['elle/si-without-g-single.edn', 'elle/paper-example.edn'])(
      '%s: is not serializable',
      (file) => {
        const history = transactionHistory(historyFile(file) as string);
        const atOnce = history.map((op) => ({ ...op, calledAt: 0, answeredAt: 1 }));
        expect(verdictOn(lists, history)).toBe('not-linearizable');
        expect(verdictOn(lists, atOnce)).toBe('not-linearizable');
      },
    );
  },
);
