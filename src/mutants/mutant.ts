import type { LeaseParts } from '../scheduler/designs/lease/lease.ts';
import type { RaftParts } from '../scheduler/designs/raft/raft.ts';
import type { SamplingParts } from '../scheduler/designs/sampling/parts.ts';
import type { ShardedParts } from '../scheduler/designs/sharded/sharded.ts';
import type { EngineParts } from '../scheduler/parts/engine.ts';
import type { OptimisticParts } from '../scheduler/parts/optimistic/optimist.ts';
import type { RowsParts } from '../scheduler/parts/rows/parts.ts';
import type { WorkerParts } from '../scheduler/worker/worker.ts';

/** Why schedulers fail, sorted by what lies at the root. */
export type RootCause =
  | 'cursor and effect not atomic'
  | 'ownership without fencing'
  | 'identity without incarnation'
  | 'state kept or lost across terms'
  | 'clock arithmetic'
  | 'recovery that does not recover'
  | 'unbounded reaction'
  | 'time-only suspicion'
  | 'what was asked for left out';

interface MutantWords {
  /** After the failure that it is taken from. */
  readonly name: string;
  /** What it does wrong, in a sentence. */
  readonly sentence: string;
  /** The real failure: project#number. */
  readonly source: string;
  readonly cause: RootCause;
  /** What shows it, where clients see nothing of it within reason: then nobody hunts it. */
  readonly shownBy?: string;
}

/** Parts that an engine has, and members on shared rows as well. */
export type SharedParts = Pick<EngineParts & RowsParts, keyof EngineParts & keyof RowsParts>;

/** The parts that may be replaced, by whose they are. */
export interface ReplaceableParts {
  /** Of every design that has an engine. */
  readonly engine: EngineParts;
  /** Of designs on a lease. */
  readonly lease: LeaseParts;
  /** Of members of a Raft group. */
  readonly raft: RaftParts;
  /** Of designs whose members share the rows of a store. */
  readonly rows: RowsParts;
  /** Of members that keep nothing. */
  readonly sampling: SamplingParts;
  /** Of designs that decide on a copy of a shared state. */
  readonly optimistic: OptimisticParts;
  /** Of designs whose shards have owners. */
  readonly sharded: ShardedParts;
  /** Of every design. */
  readonly any: SharedParts;
  /** Of the workers, whatever design they work for. */
  readonly worker: WorkerParts;
}

/** A planted bug: the one part that takes the place of the right one. */
export type Mutant = MutantWords &
  {
    readonly [K in keyof ReplaceableParts]: {
      readonly of: K;
      readonly parts: Partial<ReplaceableParts[K]>;
    };
  }[keyof ReplaceableParts];
