import type { TracedStep } from '../kernel/trace.ts';
import { SECOND } from '../lib/units.ts';

/** One kernel step in words. */
export function describeStep(step: TracedStep | undefined): string {
  if (step === undefined) return 'the run had ended';
  const at = (step.atUs / SECOND).toFixed(6);
  return `step ${step.index} at ${at} s: kind ${step.kind}, arg ${step.arg}, ${step.fingerprint}`;
}
