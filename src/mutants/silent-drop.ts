import { decideTicks } from '../scheduler/schedule/decide.ts';
import type { Mutant } from './mutant.ts';

const discreet: typeof decideTicks = (spec, compiled, cursorUs, nowUs, limit) => {
  const decided = decideTicks(spec, compiled, cursorUs, nowUs, limit);
  return { ...decided, decisions: decided.decisions.filter(({ action }) => action === 'run') };
};

export const silentDrop: Mutant = {
  name: 'silent-drop',
  sentence: 'Ticks that are found too late are passed over, and nobody is told.',
  source: 'xxl-job#1693',
  cause: 'cursor and effect not atomic',
  of: 'any',
  parts: { decideTicks: discreet },
};
