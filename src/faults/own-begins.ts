/** How kinds of a user's own act: rules about messages, and built-in kinds on machines. */
import { assert, required } from '../lib/assert.ts';
import { formatProblem } from '../lib/outcome.ts';
import type { Machine } from '../sim/machine.ts';
import type { Begin, Beginning, Ending, World } from './beginning.ts';
import { infoOf } from './faults.ts';
import { linksBothWays } from './network-links.ts';
import type { HitMachine, OwnBeginning, OwnFault } from './own-fault.ts';
import type { AimedRole, FaultKind, PlannedFault } from './plan.ts';
import { planProblems } from './plan-problems.ts';

/** What begins a fault of each kind of a user's own; `builtIn` is what it may begin in turn. */
export const beginsOfOwn = (
  world: World,
  own: readonly OwnFault[],
  builtIn: ReadonlyMap<string, Begin>,
): ReadonlyMap<string, Begin> =>
  new Map(own.map((kind) => [kind.kind, (b) => new Acting(world, kind, b, builtIn).begin()]));

/** One fault of an own kind, from its beginning to its end. */
class Acting {
  readonly #world: World;
  readonly #kind: OwnFault;
  readonly #beginning: Beginning;
  readonly #builtIn: ReadonlyMap<string, Begin>;
  /** What ends with it, in order of beginning. */
  readonly #endings = new Set<Ending>();
  #hits = 0;
  #isOver = false;

  constructor(
    world: World,
    kind: OwnFault,
    beginning: Beginning,
    builtIn: ReadonlyMap<string, Begin>,
  ) {
    this.#world = world;
    this.#kind = kind;
    this.#beginning = beginning;
    this.#builtIn = builtIn;
  }

  begin(): Ending {
    const shown = this.#shown();
    if (this.#kind.onMessage !== undefined) this.#endings.add(this.#listen(shown));
    this.#kind.onBegin?.(shown);
    return () => {
      this.#isOver = true;
      for (const end of this.#endings) end();
    };
  }

  /** All that the user's code sees and may do. */
  #shown(): OwnBeginning {
    const { fault, targets, peers, random, bite } = this.#beginning;
    return {
      fault,
      targets: targets.map(seen),
      ...(peers === undefined ? {} : { peers: peers.map(seen) }),
      random,
      nowUs: () => this.#world.sim.now,
      param: (name) => {
        const { otherwise } = required(this.#kind.params[name], `${fault.kind} ${name}`);
        return fault.params[name] ?? required(otherwise, name);
      },
      hit: (machine, kind, params = {}) => this.#hit(machine, kind, params),
      later: (afterUs, run) => this.#later(afterUs, run),
      bite: () => bite(),
    };
  }

  #listen(shown: OwnBeginning): Ending {
    const { fault, bite } = this.#beginning;
    return this.#world.sim.network.install({
      id: fault.id,
      covers: linksBothWays(this.#beginning),
      judge: (from, to, message) => {
        const verdict = this.#kind.onMessage?.({ from, to, message }, shown) ?? 'pass';
        if (verdict !== 'pass') bite();
        return verdict;
      },
    });
  }

  #hit(machine: HitMachine, kind: FaultKind, params: PlannedFault['params']): Ending {
    const { fault, targets, peers = [] } = this.#beginning;
    assert(!this.#isOver, () => `${fault.id} is over, and hits nobody`);
    const target = [...targets, ...peers].find(({ name }) => name === machine.name);
    assert(target !== undefined, () => `${fault.id} does not aim at ${machine.name}`);
    const isHit = infoOf(kind).roles.some((role) => role === target.role);
    assert(isHit, () => `a ${kind} hits no ${target.role}`);
    this.#hits += 1;
    // Each thing done has a name of its own: several may be under way on one machine.
    const id = this.#hits === 1 ? fault.id : `${fault.id}.${this.#hits}`;
    const planned: PlannedFault = { ...fault, id, kind, params };
    const problems = planProblems({ faults: [withoutPeer(planned)] });
    assert(problems.length === 0, () => problems.map(formatProblem).join('; '));
    const begin = required(this.#builtIn.get(kind), `what a ${kind} does`);
    const { peers: _, ...alone } = this.#beginning;
    return this.#once(begin({ ...alone, fault: planned, targets: [target] }));
  }

  #later(afterUs: number, run: () => void): void {
    assert(!this.#isOver, () => `${this.#beginning.fault.id} is over, and waits for nothing`);
    const end = this.#once(
      this.#world.later(afterUs, () => {
        this.#endings.delete(end);
        run();
      }),
    );
  }

  /** Ends with the fault, or when it is called before. */
  #once(ending: Ending): Ending {
    const end = (): void => {
      if (this.#endings.delete(end)) ending();
    };
    this.#endings.add(end);
    return end;
  }
}

/** Faults hit no auditor, so that every role is one that may be aimed at. */
const seen = ({ name, role }: Machine): HitMachine => ({ name, role: role as AimedRole });

const withoutPeer = ({ peer: _, ...fault }: PlannedFault): PlannedFault => fault;
