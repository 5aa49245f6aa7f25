import type { ApiAnswer, NotLeader, SchedulerMessage } from '../api.ts';

/** What turning away takes of whoever collects effects. */
interface Sender {
  send<M extends ApiAnswer | NotLeader>(to: string, message: M): void;
}

/** A member that does not lead names the one that does, as far as it knows. */
export function turnAway(
  from: string,
  message: SchedulerMessage,
  leaderName: string | undefined,
  out: Sender,
): void {
  const leader = leaderName === undefined ? {} : { leader: leaderName };
  if (message.kind === 'api') {
    const result = { kind: 'redirect', ...leader } as const;
    out.send<ApiAnswer>(from, { kind: 'api-answer', v: 1, op: message.op, result });
  } else if (message.kind === 'beat' || message.kind === 'finished') {
    out.send<NotLeader>(from, { kind: 'not-leader', v: 1, ...leader });
  }
}
