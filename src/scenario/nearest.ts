/** Words longer than this were not mistyped: they are something else, and comparing costs time. */
const LONGEST_WORD = 64;

/**
 * The candidate that was probably meant by a mistyped word, or `undefined` when none is near: at
 * most a third of its letters may differ (one letter in short words), or one begins with the other.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length === 0 || word.length > LONGEST_WORD) return undefined;
  const asked = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const other = candidate.toLowerCase();
    // Of equally near words the one that continues what was typed: "of" is "off" rather than "on".
    const bonus = other.startsWith(asked) ? 0.5 : 0;
    const distance = editDistance(asked, other) - bonus;
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  if (best !== undefined && bestDistance <= Math.max(1, Math.floor(asked.length / 3))) return best;
  // "latencyMinUs" for "latency": too many letters apart, but one is how the other begins.
  const extended = candidates.filter(
    (c) => Math.min(c.length, asked.length) >= 3 && sharesBeginning(asked, c.toLowerCase()),
  );
  return extended.length === 1 ? extended[0] : undefined;
}

const sharesBeginning = (a: string, b: string): boolean => a.startsWith(b) || b.startsWith(a);

/** "did you mean 'lease'?" or, where nothing is near and the list is short, all there is. */
export function suggestion(word: string, candidates: readonly string[]): string | undefined {
  const meant = nearest(word, candidates);
  if (meant !== undefined) return `did you mean '${meant}'?`;
  if (candidates.length === 0 || candidates.length > 24) return undefined;
  return `known: ${candidates.join(', ')}`;
}

/** Letters inserted, left out, replaced, or two neighbours swapped. */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + same);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, before[j - 2]! + 1);
      row.push(cost);
    }
    [before, last] = [last, row];
  }
  return last[b.length]!;
}
