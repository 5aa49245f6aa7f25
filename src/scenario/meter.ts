import type { MachineRole } from '../history/fact.ts';
import type { StoreCall, StoreOp } from '../scheduler/store/protocol.ts';
import type { Network } from '../sim/network.ts';
import type { Sim } from '../sim/sim.ts';

/** What the cluster has spent since the start of the run. */
export interface Spent {
  /** Sent by its machines, whatever became of them. */
  readonly messages: number;
  /** Syncs and replacements that its disks have completed. */
  readonly syncs: number;
  /** Asked of its store. */
  readonly transactions: number;
}

/** What it watches of a simulation. */
export interface Watched {
  readonly onSynced: Sim['onSynced'];
  readonly sentBy: Sim['sentBy'];
  readonly network: Pick<Network, 'onDelivered'>;
}

/** The machines that a design needs; clients, ledger and auditor are the outside world. */
const CLUSTER: ReadonlySet<MachineRole> = new Set(['scheduler', 'store', 'worker']);

/** A conversation with the store: its newest call, and whether that left a transaction open. */
interface Talk {
  call: number;
  isOpen: boolean;
}

/**
 * Counts what a run costs, by watching it; nothing in the run depends on that. Transactions are
 * seen in the calls that reach a store: each that is begun counts, and so does each call that reads
 * without one, which in a database is a transaction of its own. A call that comes again is one,
 * whether the network doubled it or its client had no answer.
 */
export class Meter {
  readonly #sim: Watched;
  readonly #talks = new Map<string, Talk>();
  #syncs = 0;
  #transactions = 0;

  constructor(sim: Watched) {
    this.#sim = sim;
    sim.onSynced(({ role }) => {
      if (CLUSTER.has(role)) this.#syncs++;
    });
    sim.network.onDelivered((_, __, message) => {
      if (message.kind === 'store') this.#onCall(message as StoreCall);
    });
  }

  spent(): Spent {
    const messages = this.#sim.sentBy(CLUSTER);
    return { messages, syncs: this.#syncs, transactions: this.#transactions };
  }

  #onCall({ session, call, ops }: StoreCall): void {
    let talk = this.#talks.get(session);
    if (talk === undefined) this.#talks.set(session, (talk = { call: -1, isOpen: false }));
    if (call <= talk.call) return;
    talk.call = call;
    let readsAlone = false;
    for (const { kind } of ops) {
      if (kind === 'begin') {
        this.#transactions++;
        talk.isOpen = true;
      } else if (ENDS.has(kind)) talk.isOpen = false;
      else if (READS.has(kind) && !talk.isOpen) readsAlone = true;
    }
    if (readsAlone) this.#transactions++;
  }
}

const ENDS: ReadonlySet<StoreOp['kind']> = new Set(['commit', 'rollback', 'close']);
const READS: ReadonlySet<StoreOp['kind']> = new Set(['read', 'range']);
