/** Faults in which messages wait: held back until the end, or behind each other. */
import { bytesOf } from '../sim/message-size.ts';
import { type Beginning, param, type World } from './beginning.ts';
import { type Begins, installFor, type Judging, linksOf, PerLink } from './network-links.ts';

type QueueKind = 'jam' | 'bandwidth' | 'queue-cap';

/** Headers of Ethernet, IP and TCP around every message. */
const HEADER_BYTES = 66;
const US_PER_SECOND = 1_000_000;

export function createQueues(world: World): Begins<QueueKind> {
  const by = (judgingOf: (beginning: Beginning) => Judging) => (beginning: Beginning) =>
    installFor(world, beginning, linksOf(beginning), judgingOf(beginning));
  return { jam: by(jamming), bandwidth: by(throttling), 'queue-cap': by(capping) };
}

/** It bites when a message that would have arrived begins to wait. */
function jamming(beginning: Beginning): Judging {
  return { judge: () => 'hold', waits: () => beginning.bite() };
}

/** One queue per directed link, which each message leaves when its last byte has. */
function throttling(beginning: Beginning): Judging {
  const { fault, bite } = beginning;
  const usPerByte = US_PER_SECOND / param(fault, 'bytesPerSecond');
  const queueUs = param(fault, 'queueUs');
  const lines = new PerLink(() => ({ freeAtUs: 0 }));
  return {
    judge: (from, to, message, { departAtUs }) => {
      const line = lines.of(from, to);
      const waitUs = Math.max(line.freeAtUs - departAtUs, 0);
      if (waitUs > queueUs) {
        bite();
        return 'drop';
      }
      const tookUs = waitUs + (bytesOf(message) + HEADER_BYTES) * usPerByte;
      line.freeAtUs = departAtUs + tookUs;
      // A line so fast that it is not noticed changes nothing.
      if (Math.round(tookUs) === 0) return 'pass';
      bite();
      return Math.round(tookUs);
    },
  };
}

/** What was under way when it began counts as well. */
function capping(beginning: Beginning): Judging {
  const messages = param(beginning.fault, 'messages');
  return {
    judge: (_, __, ___, { underWay }) => {
      if (underWay < messages) return 'pass';
      beginning.bite();
      return 'drop';
    },
  };
}
