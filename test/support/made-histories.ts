/**
 * Histories made by clients that use one real register at the same time, drawn from a seed: by
 * construction linearizable, until one answer is changed.
 */
import type { Operation } from '../../src/checkers/linearizability.ts';
import { createRng } from '../../src/kernel/rng.ts';
import { chancePpm, pick, type Random } from '../../src/lib/random.ts';
import type { RegisterAction } from './sequential-models.ts';

export interface Made {
  readonly seed: string;
  readonly operations: number;
  readonly clients: number;
  /** Values that are written are below this. */
  readonly values: number;
  /** The share of operations whose answer is lost; half of them have happened. */
  readonly unknownPpm: number;
}

interface Client {
  action: RegisterAction;
  calledAt: number;
  isLost: boolean;
  stage: 'idle' | 'called' | 'done' | 'refused';
}

/**
 * Each moment belongs to one client, which calls, or has its operation's effect, or is answered;
 * so about two thirds of the clients have something open at any time.
 */
export function madeHistory(made: Made): readonly Operation<RegisterAction>[] {
  const random = createRng(made.seed).stream('history');
  const clients = Array.from({ length: made.clients }, newClient);
  const history: Operation<RegisterAction>[] = [];
  let value = 0;
  for (let at = 0; history.length < made.operations; at++) {
    const client = pick(random, clients);
    switch (client.stage) {
      case 'idle':
        client.action = anyAction(random, made.values);
        client.calledAt = at;
        client.isLost = chancePpm(random, made.unknownPpm);
        client.stage = 'called';
        break;
      case 'called':
        // What is lost may be lost on its way there.
        if (!client.isLost || chancePpm(random, 500_000)) value = happened(client, value);
        else client.stage = 'refused';
        break;
      case 'done':
      case 'refused':
        history.push(operationOf(client, at));
        client.stage = 'idle';
    }
  }
  for (const client of clients) {
    if (client.stage !== 'idle') history.push(operationOf({ ...client, isLost: true }, 0));
  }
  return history.sort((a, b) => a.calledAt - b.calledAt);
}

const newClient = (): Client => ({
  action: { f: 'read', value: 'any' },
  calledAt: 0,
  isLost: false,
  stage: 'idle',
});

function anyAction(random: Random, values: number): RegisterAction {
  const kind = random.below(4);
  if (kind < 2) return { f: 'read', value: 'any' };
  if (kind === 2) return { f: 'write', value: random.below(values) };
  return { f: 'cas', from: random.below(values), to: random.below(values) };
}

/** The effect on the register; the client's stage and answer say how it went. */
function happened(client: Client, value: number): number {
  const { action } = client;
  client.stage = 'done';
  if (action.f === 'read') {
    client.action = { f: 'read', value };
    return value;
  }
  if (action.f === 'write') return action.value;
  if (action.from === value) return action.to;
  client.stage = 'refused';
  return value;
}

function operationOf({ action, calledAt, isLost, stage }: Client, at: number) {
  if (isLost) return { action, outcome: 'unknown', calledAt, answeredAt: undefined } as const;
  const outcome = stage === 'done' ? 'ok' : 'failed';
  return { action, outcome, calledAt, answeredAt: at } as const;
}

/** The history with the answer of one read, the first from a position on, never written. */
export function withWrongRead(
  history: readonly Operation<RegisterAction>[],
  from: number,
): {
  readonly changed: readonly Operation<RegisterAction>[];
  readonly wrong: Operation<RegisterAction>;
} {
  const at = history.findIndex(
    ({ action, outcome }, at) => at >= from && action.f === 'read' && outcome === 'ok',
  );
  const wrong = { ...(history[at] as Operation<RegisterAction>), action: NEVER_WRITTEN };
  return { changed: history.with(at, wrong), wrong };
}

const NEVER_WRITTEN = { f: 'read', value: -1 } as const;
