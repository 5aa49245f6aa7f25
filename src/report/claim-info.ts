/**
 * Claims as a report lists them: a fixed order, whatever the order of keys in the document, and a
 * few words for a reader who does not know the ids. A claim of the reader's own stands after the
 * others.
 */
import type { ClaimRow, DesignReport } from './document.ts';

const WORDS: readonly (readonly [string, string])[] = [
  ['no-loss', 'an accepted job is never forgotten'],
  ['no-invention', 'every run traces to a request or a due tick'],
  ['token-order', 'accepted tokens of a job never decrease'],
  ['single-effect', 'at most one accepted effect per job or tick and key'],
  ['tick-once', 'one instance per due tick, never both skipped and run'],
  ['never-early', 'nothing starts before it is due'],
  ['overlap', 'runs of a schedule obey its overlap policy'],
  ['dependency-order', 'children run after their parents'],
  ['queue-order', 'first claims follow priority, then order'],
  ['retry-policy', 'no more attempts than asked for'],
  ['timeout', 'overdue attempts end or are fenced'],
  ['cancel', 'a cancelled job gets no further attempt'],
  ['terminal-absorbs', 'a finished job stays finished'],
  ['limits', 'grants never exceed concurrency, uniqueness or rate'],
  ['linearizable-api', 'the API behaves like one copy'],
  ['capacity', 'a worker is never given more than it has'],
  ['superseded-acts', 'nothing is accepted under a superseded term'],
  ['spec-change', 'starts obey an acknowledged edit'],
  ['explained-skips', 'every tick not run has a recorded reason'],
  ['completes', 'every accepted job ends'],
  ['recovers', 'dispatch resumes within the bound after the storm'],
  ['on-time', 'due ticks are resolved in time in stable periods'],
  ['no-starvation', 'waiting is bounded'],
  ['orphans-released', 'work of a lost worker is released within a bound'],
  ['bounded-catch-up', 'catching up on missed ticks is bounded'],
  ['stable-leadership', 'few changes of leader after the storm'],
  ['no-silent-schedule', 'every schedule is alive after the storm'],
  ['drains', 'the backlog drains after the storm'],
  ['sometimes-failover', 'leadership passed from one epoch to another'],
  ['sometimes-lease-expired', 'a member saw a lease expire'],
  ['sometimes-job-completed', 'a submitted job ran to success'],
  ['sometimes-tick-run', 'a tick ran to success'],
];
const ORDER = new Map(WORDS.map(([id], index) => [id, index]));

/** A few words for what the claim says; empty for a claim of the reader's own. */
export const claimWords = (claim: string): string =>
  WORDS[ORDER.get(claim) ?? WORDS.length]?.[1] ?? '';

/** A run must have shown it; in a single seed it may well be absent. */
export const isSometimes = (claim: string): boolean => claim.startsWith('sometimes-');

/**
 * A promise that the design does not make. What a run must have met is nobody's promise, so it is
 * never called withheld.
 */
export const isWithheld = (claim: string, row: ClaimRow): boolean =>
  !row.promised && !isSometimes(claim);

/** Claim ids of any design: the known ones in their order, then the others by name. */
export function claimsOf(designs: readonly DesignReport[]): string[] {
  const ids = new Set(designs.flatMap((design) => Object.keys(design.claims)));
  const place = (id: string): number => ORDER.get(id) ?? WORDS.length;
  return [...ids].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}

/** What happened to a claim over all seeds of a design, in one word. */
export type ClaimStatus = 'broken' | 'unknown' | 'held' | 'excused' | 'vacuous' | 'absent';

/** The worst thing first: one broken seed is what a reader must see. */
export function claimStatus(row: ClaimRow | undefined): ClaimStatus {
  if (row === undefined) return 'absent';
  if (row.broken > 0) return 'broken';
  if (row.held > 0) return row.unknown > row.held ? 'unknown' : 'held';
  if (row.unknown > 0) return 'unknown';
  if (row.excused > 0) return 'excused';
  return row.vacuous > 0 ? 'vacuous' : 'absent';
}

/** How many seeds were judged on this claim, in whatever way. */
export const seedsJudged = (row: ClaimRow): number =>
  row.held + row.broken + row.excused + row.unknown + row.vacuous;

/** Counts in words, leaving zeros out: "38 held · 2 excused", or "seen in 7 of 40". */
export function countsInWords(claim: string, row: ClaimRow): string {
  if (isSometimes(claim)) {
    return row.held > 0 ? `seen in ${row.held} of ${seedsJudged(row)}` : 'never seen';
  }
  const counts: readonly (readonly [number, string])[] = [
    [row.broken, 'broken'],
    [row.held, 'held'],
    [row.excused, 'excused'],
    [row.unknown, 'unknown'],
    [row.vacuous, 'vacuous'],
  ];
  const words = counts.filter(([n]) => n > 0).map(([n, word]) => `${n} ${word}`);
  return words.length === 0 ? 'not judged' : words.join(' · ');
}
