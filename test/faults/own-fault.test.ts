/** Kinds of one's own: what they begin ends with them, by the heal at the latest, and is told. */
import { expect, test } from 'vitest';
import { simulate } from '../../src/explore/simulate.ts';
import { defineFault, type OwnBeginning } from '../../src/faults/own-fault.ts';
import type { Plan } from '../../src/faults/plan.ts';
import { onLeader } from '../support/runs.ts';

const S = 1_000_000;

const planOf = (kind: string, durationUs: number, params = {}): Plan<string> => ({
  faults: [{ ...onLeader('pause', 20 * S, durationUs), id: 'f1', kind, params }],
});

/** What the run tells of the fault, each with its second. */
function toldOf(onBegin: (fault: OwnBeginning) => void, durationUs: number): readonly string[] {
  const own = defineFault({ kind: 'own', sentence: 'x', onBegin });
  const plan = planOf('own', durationUs);
  const run = simulate('single', { plan, faults: [own], twice: true });
  expect(run.holds()).toBe(true);
  return run
    .transcript()
    .filter((line) => /f1/.test(line))
    .map((line) =>
      line
        .trim()
        .replaceAll(/ +/g, ' ')
        .replace(/0{6}s #/, 's'),
    );
}

test('a built-in kind that it begins ends with it, and what it waits for does not come', () => {
  let isLate = false;
  const told = toldOf(({ targets, hit, later }) => {
    for (const target of targets) hit(target, 'pause');
    later(5 * S, () => {
      isLate = true;
    });
  }, 2 * S);
  expect(isLate).toBe(false);
  expect(told).toEqual([
    '0.s harness fault drawn f1 own',
    '20.s harness fault armed f1 own on scheduler-1',
    '20.s scheduler-1 is paused because of f1',
    '20.s harness fault bitten f1 own on scheduler-1',
    '22.s scheduler-1 is resumed because of f1',
    '22.s harness fault ended f1 own on scheduler-1',
  ]);
});

test('what it ends by itself is not ended again, and the heal ends what goes on', () => {
  const told = toldOf(({ targets, hit, later, nowUs }) => {
    for (const target of targets) {
      const end = hit(target, 'crash');
      later(S, () => {
        expect(nowUs()).toBe(21 * S);
        end();
        end();
        later(4 * S, () => hit(target, 'pause'));
      });
    }
  }, 100 * S);
  expect(told.slice(2)).toEqual([
    '20.s scheduler-1 is down because of f1',
    '20.s harness fault bitten f1 own on scheduler-1',
    '21.s scheduler-1 is up incarnation 2, because of f1',
    '25.s scheduler-1 is paused incarnation 2, because of f1.2',
    '35.s scheduler-1 is resumed incarnation 2, because of f1.2',
    '35.s harness fault ended f1 own on scheduler-1',
  ]);
});

test('a rule about messages has its own numbers, and bites only when it changes something', () => {
  const params = { lossPpm: { words: 'Share.', low: 0, high: 1_000_000, otherwise: 0 } };
  const own = defineFault({
    kind: 'own',
    sentence: 'x',
    params,
    onMessage: (_, { param, random }) =>
      random.below(1_000_000) < param('lossPpm') ? 'drop' : 'pass',
  });
  const bites = (given: object) =>
    simulate('single', { plan: planOf('own', 5 * S, given), faults: [own], twice: true })
      .transcript()
      .filter((line) => /bitten/.test(line)).length;
  expect(bites({})).toBe(0);
  expect(bites({ lossPpm: 500_000 })).toBe(1);
});

test('it hits those whom it aims at, in ways that a built-in kind allows', () => {
  const first = (fault: OwnBeginning) => fault.targets[0] ?? { name: '', role: 'client' as const };
  const wrongs: readonly [(fault: OwnBeginning) => void, string][] = [
    [(it) => it.hit({ name: 'worker-1', role: 'worker' }, 'pause'), 'does not aim at worker-1'],
    [(it) => it.hit(first(it), 'burst', { perSecond: 3 }), 'a burst hits no scheduler'],
    [(it) => it.hit(first(it), 'slow-cpu'), "a slow-cpu needs 'factor'"],
  ];
  for (const [onBegin, said] of wrongs) {
    const own = defineFault({ kind: 'own', sentence: 'x', onBegin });
    const plan = planOf('own', S);
    expect(() => simulate('single', { plan, faults: [own] })).toThrow(said);
  }
});
