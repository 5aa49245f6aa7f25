import { COMMIT_ROW } from '../../scheduler/parts/election.ts';
import type { StoreOp } from '../../scheduler/store/protocol.ts';
import type { Bound } from './bounds.ts';
import type { Member } from './member.ts';
import type { MoveKind } from './moves.ts';
import { isReading, type Rows } from './rows.ts';

/** What there is to see of a state. */
export interface Sight {
  readonly tick: number;
  readonly rows: Rows;
  readonly members: readonly Member<unknown>[];
}

/** A move in words, with what came of it: "t=3  m0's timer fires; m0 stops leading". */
export function describeMove(
  { kind, member, which }: { kind: MoveKind; member: number; which: number },
  before: Sight,
  after: Sight,
  { time }: Bound,
): string {
  const at = time.kind === 'ticks' ? `t=${before.tick}`.padEnd(6) : '';
  if (kind === 'tick') return `${at}a tick passes`;
  const of = before.members[member];
  const call = kind === 'stray' ? of?.strays[which] : of?.calls[which];
  return at + [what(kind, `m${member}`, call), ...consequences(before, after, member)].join('; ');
}

function what(kind: MoveKind, name: string, call: readonly StoreOp[] | undefined): string {
  switch (kind) {
    case 'timer':
      return `${name}'s timer fires`;
    case 'arrive':
      return `the store gets a call of ${name}: ${wish(call ?? [])}`;
    case 'stray':
      return `the store gets a call of an earlier life of ${name}: ${wish(call ?? [])}`;
    case 'answer':
      return `${name} gets its answer`;
    case 'refused':
      return `${name} hears that its commit is refused`;
    case 'stop':
      return `${name} is asked to stop`;
    case 'crash':
      return `${name} crashes`;
    case 'restart':
      return `${name} starts again`;
    case 'pause':
      return `${name} is paused`;
    case 'resume':
      return `${name} goes on`;
    case 'wall-forward':
      return `somebody sets ${name}'s wall clock forward`;
    case 'wall-back':
      return `somebody sets ${name}'s wall clock back`;
    case 'cut':
      return `${name} is cut off from the store`;
    case 'mend':
      return `${name} reaches the store again`;
    case 'jump':
      return `${name}'s clock passes every limit`;
    case 'tick':
      return 'a tick passes';
  }
}

const wish = (ops: readonly StoreOp[]): string => {
  if (isReading(ops)) return 'who leads?';
  const takes = ops.some((op) => op.kind === 'write' && op.key === COMMIT_ROW);
  const epoch = ops.flatMap((op) =>
    op.kind === 'cas' ? (op.value as { epoch: number }).epoch : [],
  );
  return takes ? `a term, epoch ${epoch.join()}` : `once more, epoch ${epoch.join()}`;
};

function consequences(before: Sight, after: Sight, member: number): readonly string[] {
  const told: string[] = [];
  const row = after.rows.lease;
  if (JSON.stringify(row.value) !== JSON.stringify(before.rows.lease.value)) {
    const { holder, epoch } = row.value as { readonly holder: string; readonly epoch: number };
    told.push(
      `the row now names ${holder === '' ? 'nobody' : holder.split('#')[0]}, epoch ${epoch}`,
    );
  }
  const [from = 0, to = 0] = [before, after].map(({ members }) => members[member]?.leads ?? 0);
  if (from > 0 && to !== from) told.push(`m${member} leads no longer`);
  if (to > 0 && to !== from) told.push(`m${member} leads under epoch ${to}`);
  return told;
}
