import type { Family, World } from './beginning.ts';
import { createCuts } from './network-cuts.ts';
import { createDelays } from './network-delays.ts';
import { createLosses } from './network-losses.ts';
import { createQueues } from './network-queues.ts';
import type { NetworkKind } from './plan.ts';

/**
 * Faults of the network, each a rule that is asked about every message when it is sent, until the
 * fault ends: what is under way when it begins still arrives, and what it delayed before it ended
 * still comes late. A message from a machine to itself is nobody's.
 *
 *   network-links.ts   which links a fault is on
 *   network-cuts.ts    partitions of every shape
 *   network-losses.ts  some messages lost, damaged, repeated
 *   network-delays.ts  messages that take longer
 *   network-queues.ts  messages that wait: jams, narrow lines, short queues
 */
export const createNetworkFaults = (world: World): Family<NetworkKind> => ({
  begin: {
    ...createCuts(world),
    ...createLosses(world),
    ...createDelays(world),
    ...createQueues(world),
  },
});
