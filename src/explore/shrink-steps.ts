/** Ways to make lists and numbers smaller while something stays true of them. */

/**
 * Delta debugging (Zeller and Hildebrandt, 2002): a list from which no single item can be left out.
 * `holds` is told what would be left and answers whether that is enough; it is never asked about
 * the whole list, of which it must be true.
 */
export function fewest<T>(
  items: readonly T[],
  holds: (left: readonly T[]) => boolean,
): readonly T[] {
  let kept = items;
  if (kept.length > 0 && holds([])) return [];
  let parts = 2;
  while (kept.length > 1) {
    const chunks = split(kept, Math.min(parts, kept.length));
    const without = chunks.map((chunk) => kept.filter((item) => !chunk.includes(item)));
    // With two parts the complements are the parts themselves.
    const tried = parts === 2 ? without : [...chunks, ...without];
    const found = tried.find(holds);
    if (found !== undefined) {
      parts = tried.indexOf(found) < chunks.length && parts > 2 ? 2 : Math.max(parts - 1, 2);
      kept = found;
    } else if (parts >= kept.length) break;
    else parts = Math.min(2 * parts, kept.length);
  }
  return kept;
}

function split<T>(items: readonly T[], parts: number): readonly (readonly T[])[] {
  return Array.from({ length: parts }, (_, part) =>
    items.slice(
      Math.floor((part * items.length) / parts),
      Math.floor(((part + 1) * items.length) / parts),
    ),
  );
}

/** Decimal digits without the zeros at the end: 11,500,000 has three. */
export function digits(value: number): number {
  const text = String(Math.abs(value)).replace('.', '');
  return Math.max(1, text.replace(/0+$/, '').replace(/^0+/, '').length);
}

export interface NumberSearch {
  readonly value: number;
  /** The simplest it could be. */
  readonly goal: number;
  /** The finest step that makes sense: 1, or a fraction. */
  readonly grain?: number;
  readonly triesMax?: number;
}

/** Between the two, as close to the middle as the fewest digits allow; `undefined`: nothing is. */
export function roundestBetween(a: number, b: number, finest = 1): number | undefined {
  const [low, high] = a < b ? [a, b] : [b, a];
  for (let grain = 1e14; grain >= finest * 0.999; grain /= 10) {
    const least = Math.floor(low / grain + 1e-9) + 1;
    const most = Math.ceil(high / grain - 1e-9) - 1;
    if (least > most) continue;
    const middle = Math.round((low + high) / 2 / grain);
    return Number((Math.min(most, Math.max(least, middle)) * grain).toPrecision(12));
  }
  return undefined;
}

/**
 * Moves a number towards its goal by bisection over round values, for as long as `holds`. What it
 * answers was told to `holds` last of all that held.
 */
export function simplest(search: NumberSearch, holds: (value: number) => boolean): number {
  const { value, goal, grain = 1, triesMax = 8 } = search;
  if (value === goal || holds(goal)) return goal;
  let [good, bad] = [value, goal];
  for (let tries = 1; tries < triesMax; tries++) {
    const next = roundestBetween(bad, good, grain);
    if (next === undefined) break;
    const isNear = Math.abs(good - bad) <= 0.15 * Math.abs(good - goal);
    if (isNear && digits(next) >= digits(good)) break;
    if (holds(next)) good = next;
    else bad = next;
  }
  return good;
}
