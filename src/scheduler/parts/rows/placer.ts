import type { Host } from '../../../host/host.ts';
import type { Beat } from '../../api.ts';
import type { JobRecord } from '../../job/job.ts';
import type { StoreOp } from '../../store/protocol.ts';
import type { BookEntry } from '../book.ts';
import type { Out } from '../out.ts';
import type { Crew } from './crew.ts';
import type { Deeds } from './office.ts';
import type { RowsParts } from './parts.ts';
import type { RunPlan } from './plan.ts';
import type { RowsPreset } from './preset.ts';

/** How the ready jobs of a member get workers. */
export interface Placer {
  /** Ready jobs whose workers are looked for here are told of on this channel. */
  readonly channel: string;
  /** What may be placed is looked for; `isFresh` when what is due was just marked as ready. */
  look(isFresh?: boolean): void;
  /** Whether a worker that beats is a reason to look. */
  hasRoom(): boolean;
  /** A worker of the crew beats. */
  onBeat(worker: string, beat: Beat): void;
  /** A worker had no room for an attempt. */
  onRefused(worker: string): void;
  /** True when the timer was this one's. */
  onTimer(tag: string): boolean;
  /** A commit of this member has made these ready. */
  onReady(ready: readonly JobRecord[]): void;
  /** What goes with a commit, for other members to hear of. */
  news(deeds: Deeds): readonly StoreOp[];
}

/** What a placer is given of its member. */
export interface PlacerPort {
  readonly host: Host;
  readonly preset: RowsPreset;
  readonly parts: RowsParts;
  readonly crew: Crew;
  readonly out: Out<BookEntry>;
  readonly members: readonly string[];
  readonly run: RunPlan;
  epoch(): number;
  /** Jobs whose time has come are to be marked as ready first. */
  decide(): void;
  /** The attempt that was just launched, to its workers. */
  sendRun(job: JobRecord): void;
}

export type NewPlacer = (port: PlacerPort) => Placer;
