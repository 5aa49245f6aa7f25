import { assert } from '../lib/assert.ts';
import { chancePpm, intBetween } from '../lib/random.ts';
import type { NetworkRule } from '../sim/network.ts';
import { type Begin, type Beginning, type Family, param, type World } from './beginning.ts';
import type { NetworkKind } from './plan.ts';

const notYet: Begin = () => () => {};

/** Whether a message from one machine to another travels a link that the fault is on. */
type OnLink = (from: string, to: string) => boolean;

/**
 * Installs the rule of a network fault, which is asked about every message sent until the fault
 * ends. It bites when it loses, delays or repeats a message, even one that a later rule then loses
 * anyhow.
 */
export function createNetworkFaults({ sim }: World): Family<NetworkKind> {
  const rule: Begin = (beginning) => sim.network.install(ruleOf(beginning));
  return {
    begin: {
      partition: rule,
      'one-way-partition': rule,
      split: notYet,
      ring: notYet,
      bridge: notYet,
      flapping: notYet,
      swizzle: notYet,
      jam: notYet,
      'slow-link': notYet,
      loss: rule,
      'burst-loss': notYet,
      delay: rule,
      'delay-exponential': notYet,
      'delay-lognormal': notYet,
      'delay-heavy-tail': notYet,
      duplicate: rule,
      reorder: notYet,
      corrupt: notYet,
      bandwidth: notYet,
      'queue-cap': notYet,
      'slow-pair': notYet,
    },
  };
}

function ruleOf(beginning: Beginning): NetworkRule {
  const { fault, bite, random } = beginning;
  const { id } = fault;
  const onLink = linkOf(beginning);
  switch (fault.kind) {
    case 'partition':
      return dropping(id, onLink, bite);
    case 'one-way-partition':
      return dropping(id, oneWay(beginning, onLink), bite);
    case 'loss': {
      const lossPpm = param(fault, 'lossPpm');
      return dropping(id, (from, to) => onLink(from, to) && chancePpm(random, lossPpm), bite);
    }
    case 'delay':
      return delaying(beginning, onLink);
    case 'duplicate':
      return repeating(beginning, onLink);
    default:
      assert(false, `not a network fault: ${fault.kind}`);
  }
}

/** Both directions between target and peer, or target and everybody; never a machine to itself. */
function linkOf({ targets, peers }: Beginning): OnLink {
  const ours = new Set(targets.map(({ name }) => name));
  if (peers === undefined) return (from, to) => ours.has(from) !== ours.has(to);
  const theirs = new Set(peers.map(({ name }) => name));
  return (from, to) => (ours.has(from) && theirs.has(to)) || (theirs.has(from) && ours.has(to));
}

function oneWay({ fault, targets }: Beginning, onLink: OnLink): OnLink {
  const ours = new Set(targets.map(({ name }) => name));
  return param(fault, 'direction') === 1
    ? (from, to) => ours.has(from) && onLink(from, to)
    : (from, to) => ours.has(to) && onLink(from, to);
}

function dropping(id: string, hits: OnLink, bite: () => void): NetworkRule {
  return {
    id,
    judge: (from, to) => {
      if (!hits(from, to)) return 'pass';
      bite();
      return 'drop';
    },
  };
}

function delaying({ fault, random, bite }: Beginning, onLink: OnLink): NetworkRule {
  const delayUs = param(fault, 'delayUs');
  const jitterUs = param(fault, 'jitterUs');
  return {
    id: fault.id,
    judge: (from, to) => {
      if (!onLink(from, to)) return 'pass';
      const extraUs = delayUs + (jitterUs > 0 ? intBetween(random, 0, jitterUs) : 0);
      if (extraUs === 0) return 'pass';
      bite();
      return extraUs;
    },
  };
}

function repeating({ fault, random, bite }: Beginning, onLink: OnLink): NetworkRule {
  const duplicatePpm = param(fault, 'duplicatePpm');
  return {
    id: fault.id,
    judge: () => 'pass',
    copies: (from, to) => {
      if (!onLink(from, to) || !chancePpm(random, duplicatePpm)) return 0;
      bite();
      return 1;
    },
  };
}
