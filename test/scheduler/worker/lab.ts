/** A worker on a host driven by hand, with a body whose plans the test sets. */
import type { Resources, Token } from '../../../src/history/fact.ts';
import type { Message } from '../../../src/host/host.ts';
import { SECOND } from '../../../src/lib/units.ts';
import type {
  Beat,
  BodyPlan,
  EffectRequest,
  Finished,
  Launch,
  Run,
} from '../../../src/scheduler/api.ts';
import { createWorker } from '../../../src/scheduler/worker/worker.ts';
import { FakeMachine, recoveredFiles } from '../../support/fake-host.ts';

export const MEMBERS = ['scheduler-1', 'scheduler-2', 'scheduler-3'] as const;
export const LEADER = MEMBERS[0];
export const LEDGER = 'ledger';
export const BEAT_US = 2 * SECOND;

type RunChanges = Partial<Omit<Run, 'launch'>> & { launch?: Partial<Launch> };

export class WorkerLab {
  readonly machine: FakeMachine;
  /** What bodies began and ended, such as `began j 1.1`, in order. */
  readonly bodies: string[] = [];
  /** Every body does this, unless a test says otherwise. */
  plan: BodyPlan = { runUs: SECOND, outcome: 'succeeded', effects: ['done'] };

  constructor({
    slots = 2,
    members = MEMBERS as readonly string[],
    drainUs = 0,
    tags = undefined as readonly string[] | undefined,
    resources = undefined as Resources | undefined,
  } = {}) {
    const note = (what: string, { job, token }: Launch): void =>
      void this.bodies.push(`${what} ${job} ${token.epoch}.${token.attempt}`);
    const body = {
      begin: (_: string, launch: Launch) => {
        note('began', launch);
        return this.plan;
      },
      end: (_: string, launch: Launch, how: string) => note(how, launch),
    };
    const extras = {
      ...(tags === undefined ? {} : { tags }),
      ...(resources === undefined ? {} : { resources }),
    };
    const options = { members, ledger: LEDGER, slots, beatUs: BEAT_US, drainUs, body, ...extras };
    this.machine = new FakeMachine('worker-1', createWorker(options));
  }

  /** As its latest beat told it. */
  incarnation = 0;

  /** Starts the first incarnation, or the one after those that the disk tells of. */
  up(before = 0): this {
    this.machine.start(before === 0 ? undefined : recoveredFiles({ incarnation: [before] }));
    this.machine.settleDisk();
    this.incarnation = this.machine.host.sent
      .map(({ message }) => (message as Beat).incarnation)
      .at(-1) as number;
    return this;
  }

  tell(message: Message, from: string = LEADER): void {
    this.machine.deliver(from, message);
  }

  /** A leader of this epoch is heard. */
  lead(epoch: number, from: string = LEADER): void {
    this.tell({ kind: 'beat-ack', v: 1, epoch } as Message, from);
  }

  run(job: string, token: Token, changes: RunChanges = {}): void {
    this.tell(runOf(job, token, { incarnation: this.incarnation, ...changes }));
  }

  /** What was sent since the last look, of one kind. */
  sent<M extends Message>(kind: M['kind']): readonly M[] {
    return this.machine.host.takeMessages().filter((each) => each.kind === kind) as M[];
  }
  beats = () => this.sent<Beat>('beat');
  effects = () => this.sent<EffectRequest>('effect');
  reports = () =>
    this.sent<Finished>('finished').map(({ job, token, how }) => ({ job, token, how }));

  /** Reports as `job how`, with the reason where one is given. */
  ends = () =>
    this.sent<Finished>('finished').map(({ job, how, why }) =>
      why === undefined ? `${job} ${how}` : `${job} ${how}: ${why}`,
    );

  acceptEffect(id: string, accepted = true): void {
    this.tell({ kind: 'effect-ack', v: 1, id, accepted } as Message, LEDGER);
  }
  stop(job: string, token: Token): void {
    this.tell({ kind: 'stop', v: 1, job, token } as Message);
  }
  acknowledge(job: string, token: Token): void {
    this.tell({ kind: 'finished-ack', v: 1, job, token } as Message);
  }
}

export function runOf(
  job: string,
  token: Token,
  { launch = {}, ...changes }: RunChanges = {},
): Run {
  const base: Launch = {
    job,
    token,
    timeoutUs: 20 * SECOND,
    delivery: 'at-least-once',
    sink: 'token',
    fenced: true,
  };
  return {
    kind: 'run',
    v: 1,
    incarnation: 1,
    epoch: token.epoch,
    launch: { ...base, ...launch },
    ...changes,
  };
}

export const token = (epoch: number, attempt: number): Token => ({ epoch, attempt });
