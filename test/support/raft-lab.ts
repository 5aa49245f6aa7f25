/** A Raft group driven by hand: whatever happens in it, its invariants are asked for afterwards. */
import { required } from '../../src/lib/assert.ts';
import {
  electable,
  mismatched,
  NOTHING_YET,
  type Noted,
  noteMember,
  noteVote,
  type RaftPast,
} from './raft-invariants.ts';
import {
  BLANK,
  type Group,
  groupOf,
  type Input,
  type Mail,
  RaftMachine,
  type Remains,
} from './raft-machine.ts';

export class RaftLab {
  readonly group: Group;
  readonly machines = new Map<string, RaftMachine>();
  /** Under way, in order of sending. */
  mail: Mail[] = [];
  past: RaftPast;

  constructor(voters: readonly string[], more: Partial<Group> = {}) {
    this.group = groupOf(voters, more);
    this.past = { ...NOTHING_YET, configs: [this.group.initial] };
    for (const name of voters) this.begin(name);
  }

  /** A machine begins, with what an earlier life of it left or with nothing. */
  begin(name: string, remains: Remains = BLANK): RaftMachine {
    const machine = new RaftMachine(name, this.group, remains);
    this.machines.set(name, machine);
    this.#after(machine);
    return machine;
  }

  /** It ends, with so many of its unsynced writes on the disk, and begins again. */
  restart(name: string, kept = 0): RaftMachine {
    return this.begin(name, this.at(name).remains(kept));
  }

  at(name: string): RaftMachine {
    return required(this.machines.get(name), name);
  }

  do(name: string, input: Input): void {
    const machine = this.at(name);
    machine.do(input);
    this.#after(machine);
  }

  /** One message arrives; to nobody, it is lost. */
  hear(mail: Mail): void {
    if (this.machines.has(mail.to)) this.do(mail.to, { ...mail, kind: 'hear' });
  }

  /** The first message under way, or none. */
  takeMail(isWanted: (mail: Mail) => boolean = () => true): Mail | undefined {
    const at = this.mail.findIndex(isWanted);
    return at < 0 ? undefined : this.mail.splice(at, 1)[0];
  }

  /** Everything arrives and is written at once, but for what some links lose. */
  settle(isLost: (mail: Mail) => boolean = () => false): void {
    for (;;) {
      for (const [name, { unsynced }] of this.machines) if (unsynced > 0) this.do(name, SYNC);
      const mail = this.takeMail();
      if (mail === undefined) return;
      if (!isLost(mail)) this.hear(mail);
    }
  }

  /** This one is made the leader of a group in which everybody hears everybody. */
  elect(name: string): void {
    this.do(name, { kind: 'timeout' });
    this.settle();
  }

  get leaders(): readonly string[] {
    return [...this.machines]
      .filter(([, { raft }]) => raft.role === 'leader')
      .map(([name]) => name);
  }

  #after(machine: RaftMachine): void {
    this.mail.push(...machine.takeSent());
    if (machine.failure !== undefined) throw new Error(machine.failure);
    const view = machine.view();
    for (const vote of machine.takeGranted()) this.#note(noteVote(this.past, vote));
    this.#note(noteMember(this.past, view));
    const views = [...this.machines.values()].map((each) => each.view());
    for (const other of views) {
      const why = other.name === view.name ? undefined : mismatched(view, other);
      if (why !== undefined) throw new Error(why);
    }
    const why = electable(this.past, views);
    if (why !== undefined) throw new Error(why);
  }

  #note(noted: Noted): void {
    if (noted.kind === 'broken') throw new Error(noted.why);
    this.past = noted.past;
  }
}

const SYNC: Input = { kind: 'sync' };
