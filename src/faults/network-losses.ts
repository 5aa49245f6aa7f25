/** Faults that lose, damage or repeat some of the messages. */
import { chancePpm } from '../lib/random.ts';
import { type Beginning, param, type World } from './beginning.ts';
import { type Begins, installFor, type Judging, linksOf, PerLink } from './network-links.ts';

type LossKind = 'loss' | 'burst-loss' | 'corrupt' | 'duplicate';

/** Each bites when chance picks a message, even one that a later rule then loses anyhow. */
export function createLosses(world: World): Begins<LossKind> {
  const by = (judgingOf: (world: World, beginning: Beginning) => Judging) => (b: Beginning) =>
    installFor(world, b, linksOf(b), judgingOf(world, b));
  return {
    loss: by(losing),
    'burst-loss': by(losingInBursts),
    corrupt: by(damaging),
    duplicate: by(repeating),
  };
}

function losing(_: World, beginning: Beginning): Judging {
  const { fault, random, bite } = beginning;
  const lossPpm = param(fault, 'lossPpm');
  return {
    judge: () => {
      if (!chancePpm(random, lossPpm)) return 'pass';
      bite();
      return 'drop';
    },
  };
}

/**
 * Gilbert and Elliott's two states, in continuous time and for each directed link by itself. The
 * state is drawn only when a message asks for it, from the distribution that the time since the
 * last one leaves: the same law as if every change had been drawn, at the cost of one draw.
 */
function losingInBursts({ sim }: World, beginning: Beginning): Judging {
  const { fault, random, bite } = beginning;
  const lossPpm = param(fault, 'lossPpm');
  const goodUs = param(fault, 'goodUs');
  const badUs = param(fault, 'badUs');
  const badShare = badUs / (goodUs + badUs);
  const forgetsPerUs = 1 / goodUs + 1 / badUs;
  const states = new PerLink(() => ({ isBad: random.float() < badShare, atUs: sim.now }));
  return {
    judge: (from, to) => {
      const state = states.of(from, to);
      const kept = Math.exp(-(sim.now - state.atUs) * forgetsPerUs);
      state.isBad = random.float() < badShare + ((state.isBad ? 1 : 0) - badShare) * kept;
      state.atUs = sim.now;
      if (!state.isBad || !chancePpm(random, lossPpm)) return 'pass';
      bite();
      return 'drop';
    },
  };
}

function damaging(_: World, beginning: Beginning): Judging {
  const { fault, random, bite } = beginning;
  const corruptPpm = param(fault, 'corruptPpm');
  return {
    judge: () => {
      if (!chancePpm(random, corruptPpm)) return 'pass';
      bite();
      return 'damage';
    },
  };
}

function repeating(_: World, beginning: Beginning): Judging {
  const { fault, random, bite } = beginning;
  const duplicatePpm = param(fault, 'duplicatePpm');
  return {
    judge: () => 'pass',
    copies: () => {
      if (!chancePpm(random, duplicatePpm)) return 0;
      bite();
      return 1;
    },
  };
}
