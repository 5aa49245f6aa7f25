import { assert } from '../lib/assert.ts';
import { chancePpm, intBetween } from '../lib/random.ts';
import type { Network, NetworkRule } from '../sim/network.ts';
import { type Beginning, type Ending, param } from './beginning.ts';

/** Whether a message from one machine to another travels a link that the fault is on. */
type OnLink = (from: string, to: string) => boolean;

/**
 * Installs the rule of a network fault, which is asked about every message sent until the fault
 * ends. It bites when it loses, delays or repeats a message, even one that a later rule then loses
 * anyhow.
 */
export function beginNetworkFault(network: Network, beginning: Beginning): Ending {
  return network.install(ruleOf(beginning));
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
function linkOf({ hit }: Beginning): OnLink {
  const target = hit.target.name;
  const peer = hit.peer?.name;
  if (peer === undefined) {
    return (from, to) => from !== to && (from === target || to === target);
  }
  return (from, to) => (from === target && to === peer) || (from === peer && to === target);
}

function oneWay({ fault, hit }: Beginning, onLink: OnLink): OnLink {
  const target = hit.target.name;
  return param(fault, 'direction') === 1
    ? (from, to) => from === target && onLink(from, to)
    : (from, to) => to === target && onLink(from, to);
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
