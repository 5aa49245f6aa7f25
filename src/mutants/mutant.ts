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

/** A planted bug: the one part that takes the place of the right one. */
export type Mutant = MutantWords &
  (
    | {
        /** Of every design that has an engine. */
        readonly of: 'engine';
        readonly parts: Partial<EngineParts>;
      }
    | {
        /** Of designs on a lease. */
        readonly of: 'lease';
        readonly parts: Partial<LeaseParts>;
      }
    | {
        /** Of members of a Raft group. */
        readonly of: 'raft';
        readonly parts: Partial<RaftParts>;
      }
    | {
        /** Of designs whose members share the rows of a store. */
        readonly of: 'rows';
        readonly parts: Partial<RowsParts>;
      }
    | {
        /** Of members that keep nothing. */
        readonly of: 'sampling';
        readonly parts: Partial<SamplingParts>;
      }
    | {
        /** Of designs that decide on a copy of a shared state. */
        readonly of: 'optimistic';
        readonly parts: Partial<OptimisticParts>;
      }
    | {
        /** Of designs whose shards have owners. */
        readonly of: 'sharded';
        readonly parts: Partial<ShardedParts>;
      }
    | {
        /** Of every design. */
        readonly of: 'any';
        readonly parts: Partial<SharedParts>;
      }
    | {
        /** Of the workers, whatever design they work for. */
        readonly of: 'worker';
        readonly parts: Partial<WorkerParts>;
      }
  );
