/**
 * How far a follower is, as its leader knows it: a pure step per answer (after etcd's progress:
 * probe one message at a time until the logs are known to meet; then stream, several messages under
 * way; send a snapshot where the log does not go back as far).
 */
import type { Appended } from './messages.ts';

export interface Progress {
  readonly mode: 'probe' | 'stream' | 'snapshot';
  /** Durable there and as here, up to this index. */
  readonly match: number;
  /** What is sent next. */
  readonly next: number;
  /** Messages with entries under way, while streaming; a probe waits for its answer or a beat. */
  readonly inFlight: number;
  /** The latest round that it has answered. */
  readonly round: number;
  /** When it was last heard, by the leader's clock. */
  readonly heardUs: number;
}

export const newProgress = (next: number, nowUs: number): Progress => ({
  mode: 'probe',
  match: 0,
  next,
  inFlight: 0,
  round: 0,
  heardUs: nowUs,
});

// Every field by name, here and below: a copy with changes would have a layout of its own, and
// these are made for every message.

/** It was sent `count` entries. */
export function sent(progress: Progress, count: number): Progress {
  const { mode, match, round, heardUs } = progress;
  const next = mode === 'stream' ? progress.next + count : progress.next;
  return { mode, match, next, inFlight: progress.inFlight + 1, round, heardUs };
}

export function heard(progress: Progress, round: number, heardUs: number): Progress {
  const { mode, match, next, inFlight } = progress;
  return { mode, match, next, inFlight, round: Math.max(progress.round, round), heardUs };
}

/** What an answer to an append says of it. */
export function answered(progress: Progress, { outcome }: Appended): Progress {
  const { round, heardUs } = progress;
  if (outcome.kind === 'match') {
    const match = Math.max(progress.match, outcome.index);
    const next = Math.max(progress.next, match + 1);
    const inFlight = match + 1 === next ? 0 : Math.max(0, progress.inFlight - 1);
    const mode = progress.mode === 'snapshot' ? 'snapshot' : 'stream';
    return { mode, match, next, inFlight, round, heardUs };
  }
  // Late word of a gap that has been filled since, or of a message from before the present probe.
  if (outcome.prev < progress.match || progress.mode === 'snapshot') return progress;
  if (progress.mode === 'probe' && outcome.prev !== progress.next - 1) return progress;
  // A gap where the logs had met: late word, or of a disk that has forgotten. Both begin anew: who
  // lacks that place would be asked for what follows it, and refuse, without end.
  const match = outcome.prev === progress.match ? outcome.hint : progress.match;
  const next = Math.max(match, Math.min(outcome.prev - 1, outcome.hint)) + 1;
  return { mode: 'probe', match, next, inFlight: 0, round, heardUs };
}
