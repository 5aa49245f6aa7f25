import { expect, test } from 'vitest';
import { changesIn, type StateEntry } from '../../../src/scheduler/designs/raft/state.ts';
import type { Command } from '../../../src/scheduler/parts/raft/messages.ts';

test('a record counts as many changes as are in its entries, however few those are', () => {
  const forgotten = (count: number): Command => {
    const data = Array.from({ length: count }, (_, i): StateEntry => {
      return { kind: 'forget', job: `j${i}` };
    });
    return { kind: 'data', data };
  };
  const commands: readonly Command[] = [{ kind: 'no-op' }, forgotten(1), forgotten(7)];
  const entries = commands.map((command, i) => ({ index: i + 1, term: 1, command }));
  expect(changesIn({ kind: 'entries', entries })).toBe(9);
  expect(changesIn({ kind: 'entries', entries: entries.slice(2) })).toBe(7);
  expect(changesIn({ kind: 'hard', term: 1, vote: 'a' })).toBe(1);
});
