/**
 * Checks an order that a verdict gives as its proof, without any search: that it has every
 * operation that was answered, once; that none comes before another that had ended when it began;
 * and that one copy of the thing answers like that.
 */
import type { Model, Operation, Ordered } from '../../src/checkers/linearizability.ts';

/**
 * What is wrong with the order, as a proof for what was answered before `until`; or undefined. With
 * an `until` of minus infinity nothing need be in it.
 */
export function flawOf<S, A>(
  model: Model<S, A>,
  history: readonly Operation<A>[],
  { part, order }: Ordered<A>,
  until = Number.POSITIVE_INFINITY,
): string | undefined {
  const placed = new Set(order);
  if (placed.size < order.length) return 'an operation has two moments';
  const ofPart = new Set(history.filter(({ action }) => (model.partOf?.(action) ?? '') === part));
  if (order.some((op) => !ofPart.has(op))) return 'an operation of another part';
  for (const op of ofPart) {
    const isAnswered = op.outcome !== 'unknown' && (op.answeredAt as number) < until;
    if (isAnswered && !placed.has(op)) return `left out: ${JSON.stringify(op)}`;
  }
  let states: readonly S[] = [model.initial];
  let latestCall = Number.NEGATIVE_INFINITY;
  for (const op of order) {
    const endsAt = op.outcome === 'unknown' ? Number.POSITIVE_INFINITY : (op.answeredAt as number);
    if (Number.isFinite(until) && op.calledAt > until)
      return `not called yet: ${JSON.stringify(op)}`;
    if (endsAt < latestCall) return `too late in the order: ${JSON.stringify(op)}`;
    latestCall = Math.max(latestCall, op.calledAt);
    states = states.flatMap((state) => model.step(state, op.action, op.outcome));
    if (states.length === 0) return `answered otherwise: ${JSON.stringify(op)}`;
  }
  return undefined;
}
