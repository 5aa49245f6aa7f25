import type { Fact, FactOf } from '../../history/fact.ts';
import { type Fold, foldOf } from '../../history/history.ts';

/** A member as others would describe it: what it says it is, how old its term, whether it lives. */
interface Member {
  role: string;
  epoch: number;
  state: 'up' | 'down' | 'paused';
}

/**
 * What a run reaches: every combination of phase, members (as a multiset: what each says it is, how
 * far its term is behind the newest, up or paused or down), how many jobs are at which stage (in
 * powers of two), and kinds of faults at work. Two moments that look the same here are the same
 * situation, in whatever run.
 */
export class Situations {
  readonly fold: Fold;
  readonly #reached: Set<string>;
  readonly #members = new Map<string, Member>();
  readonly #faults = new Map<string, string>();
  readonly #waiting = new Set<string>();
  readonly #sent = new Set<string>();
  readonly #running = new Set<string>();
  #phase = '';
  #news = 0;

  /** `reached` is shared by runs: what one has reached is no news in another. */
  constructor(reached: Set<string>) {
    this.#reached = reached;
    this.fold = foldOf({
      phase: ({ phase }) => {
        this.#phase = phase;
        this.#look();
      },
      machine: (fact) => this.#onMachine(fact),
      fault: (fact) => this.#onFault(fact),
      testified: (fact) => this.#onTestified(fact),
      answered: ({ request, answer }) => {
        if (request.kind === 'submit' && answer.kind === 'ok') this.#waiting.add(request.job);
      },
      'body-began': ({ job }) => {
        this.#waiting.delete(job);
        this.#sent.delete(job);
        this.#running.add(job);
        this.#look();
      },
      'body-ended': ({ job }) => {
        this.#running.delete(job);
        this.#look();
      },
    });
  }

  /** Situations that no run had reached before. */
  get news(): number {
    return this.#news;
  }

  #onMachine({ machine, role, state }: FactOf<'machine'>): void {
    if (role !== 'scheduler' && role !== 'store') return;
    const member = this.#memberOf(machine);
    member.state = state === 'down' || state === 'paused' ? state : 'up';
    if (state === 'down') member.role = '';
    this.#look();
  }

  #onFault({ fault, faultKind, event }: FactOf<'fault'>): void {
    if (event === 'bitten') this.#faults.set(fault, faultKind);
    else if (event === 'ended') this.#faults.delete(fault);
    this.#look();
  }

  #onTestified({ machine, said }: Extract<Fact, { readonly kind: 'testified' }>): void {
    if (said.kind === 'role') {
      const member = this.#memberOf(machine);
      member.role = said.role;
      member.epoch = said.epoch;
    } else if (said.kind === 'dispatched') this.#sent.add(said.job);
    else if (said.kind === 'attempt-lost') {
      this.#running.delete(said.job);
      this.#waiting.add(said.job);
    } else return;
    this.#look();
  }

  #memberOf(machine: string): Member {
    let member = this.#members.get(machine);
    if (member === undefined) {
      member = { role: '', epoch: 0, state: 'up' };
      this.#members.set(machine, member);
    }
    return member;
  }

  #look(): void {
    const key = this.#key();
    if (this.#reached.has(key)) return;
    this.#reached.add(key);
    this.#news++;
  }

  #key(): string {
    let newest = 0;
    for (const { epoch } of this.#members.values()) newest = Math.max(newest, epoch);
    const members = [...this.#members.values()].map(({ role, epoch, state }) => {
      return `${role}${Math.max(epoch - newest, FAR_BEHIND)}${state}`;
    });
    const kinds = [...new Set(this.#faults.values())];
    const stages = [this.#waiting, this.#sent, this.#running].map(({ size }) => magnitude(size));
    return [this.#phase, members.sort(), stages, kinds.sort()].join('/');
  }
}

const FAR_BEHIND = -2;
/** 0, 1, 2–3, 4–7, … */
const magnitude = (count: number): number => (count === 0 ? 0 : 1 + Math.floor(Math.log2(count)));
