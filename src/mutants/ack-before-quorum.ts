import { EagerOut } from './eager-out.ts';
import type { Mutant } from './mutant.ts';

export const ackBeforeQuorum: Mutant = {
  name: 'ack-before-quorum',
  sentence: 'Clients are answered before what they asked for is durable.',
  source: 'sidekiq#2999',
  cause: 'cursor and effect not atomic',
  of: 'engine',
  parts: { newOut: () => new EagerOut('api-answer') },
};
