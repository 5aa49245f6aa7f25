import { formatDurationUs } from '../../lib/units.ts';
import type { Bound, TimeBound } from './bounds.ts';
import type { Check } from './check.ts';

/** A check, its bound, and what came of it, for people. */
export function accountOf({ bound, result }: Check): string {
  const { states, transitions, depth } = result;
  const seen = `${states} states, ${transitions} transitions, ${depth} moves deep`;
  const lines = [`${bound.name}: ${bound.holds}`, `  within ${boundInWords(bound)}`];
  switch (result.kind) {
    case 'held':
      lines.push(`  held: ${seen}, all there are`);
      break;
    case 'incomplete':
      lines.push(`  incomplete: ${seen}, and there are more`);
      break;
    case 'broken': {
      const { why, moves } = result.trace;
      lines.push(`  broken: ${why}`, `  ${seen} until then; ${moves.length} moves lead there:`);
      lines.push(...moves.map((move) => `    ${move}`));
    }
  }
  return lines.join('\n');
}

function boundInWords(bound: Bound): string {
  const { members, terms, mishaps, kinds, time, config } = bound;
  const wrong = mishaps === 0 ? 'nothing goes wrong' : `${mishaps} of ${kinds.join(', ')}`;
  const { leaseUs, renewDeadlineUs, retryUs } = config;
  const spans = [leaseUs, renewDeadlineUs, retryUs].map((us) => formatDurationUs(us)).join(', ');
  return [`${members} members`, `${terms} terms`, wrong, ...timeInWords(time, spans)].join('; ');
}

function timeInWords(time: TimeBound, spans: string): readonly string[] {
  if (time.kind === 'any') {
    return [`${time.messages} messages under way at a time`, 'any delay, any order, any clocks'];
  }
  const { ticks, tickUs, ratesPpm, answerTicks } = time;
  const rates = ratesPpm.map((ppm) => `${ppm > 0 ? '+' : ''}${ppm / 10_000} %`).join(', ');
  return [
    `${ticks} ticks of ${formatDurationUs(tickUs)}`,
    `lease, deadline, retry ${spans}`,
    `clock rates ${rates}`,
    `answers within ${answerTicks} tick${answerTicks === 1 ? '' : 's'}`,
  ];
}
