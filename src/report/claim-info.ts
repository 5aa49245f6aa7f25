/**
 * Claims as a report lists them: a fixed order, whatever the order of keys in the document, and a
 * few words for a reader who does not know the ids. A claim of the reader's own stands after the
 * others.
 */
import { CLAIMS, findClaim } from '../checkers/claims.ts';
import type { ClaimRow, DesignReport } from './document.ts';

const ORDER = new Map(CLAIMS.map((claim, index) => [claim.id, index]));

/** One sentence for what the claim says; empty for a claim of the reader's own. */
export const claimWords = (claim: string): string =>
  (findClaim(claim)?.sentence ?? '').replaceAll('`', '');

/** A run must have shown it; in a single seed it may well be absent. */
export const isSometimes = (claim: string): boolean => findClaim(claim)?.modality === 'sometimes';

/**
 * A promise that the design does not make. What a run must have met is nobody's promise, so it is
 * never called withheld.
 */
export const isWithheld = (claim: string, row: ClaimRow): boolean =>
  !row.promised && !isSometimes(claim);

/** Claim ids of any design: the known ones in their order, then the others by name. */
export function claimsOf(designs: readonly DesignReport[]): string[] {
  const ids = new Set(designs.flatMap((design) => Object.keys(design.claims)));
  const place = (id: string): number => ORDER.get(id) ?? CLAIMS.length;
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
