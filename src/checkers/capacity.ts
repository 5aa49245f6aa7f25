/**
 * capacity (S15): no worker runs more at a time than it has room for, and a gang is granted whole.
 *
 * Checks: of the bodies and parts of gangs that began on a worker, no more than its slots have
 * neither ended nor gone down with the machine, and together they take up no more of processors and
 * memory than it has. They end by evidence only: a zombie that nobody waits for, and one that was
 * told to stop and goes on, takes up its room until it ends. Whoever says that it has granted a job
 * names as many workers, all different, as the job was asked to have parts.
 *
 * Does not check: workers of which a second copy was ever started under the same name, for which of
 * the two a body runs on is not on record; who gave too much. A worker that refuses what it has no
 * room for keeps this claim for every scheduler; that a scheduler asks no more of it is not to be
 * seen from outside. Whether each part of a gang begins: a launch may be lost, and is repeated.
 */
import type { FactOf, Resources } from '../history/fact.ts';
import { compareTokens } from '../history/fact.ts';
import type { Claim, ClaimContext, Judge } from './checker.ts';
import { FirstBreak, HELD, judgeOf, vacuous } from './first-break.ts';
import { workerOf } from './live-attempts.ts';

export const capacity: Claim = {
  id: 'capacity',
  modality: 'always',
  sentence: 'No more bodies run at a time on a worker than it has slots and resources.',
  limits: 'A launch that a full worker refuses is no break: it never began.',
  excusedBy: ['single-copy'],
  judge,
};

type Began = FactOf<'body-began'> | FactOf<'part-began'>;
type Ended = FactOf<'body-ended'> | FactOf<'part-ended'>;
type Asked = FactOf<'asked'>;

function judge({ slots, resources: has }: ClaimContext): Judge {
  const breaks = new FirstBreak();
  const running = new Map<string, Began[]>();
  const doubled = new Set<string>();
  const wants = new Wants();
  const began = (fact: Began): void => {
    const here = running.get(fact.worker) ?? [];
    if (here.length === 0) running.set(fact.worker, here);
    here.push(fact);
    if (doubled.has(fact.worker)) return;
    const all = here as [Began, ...Began[]];
    if (here.length > slots) {
      breaks.add(all, `${fact.worker} runs ${here.length} bodies in ${slots} slots`);
    }
    const over = has && overText(wants.sumOf(here), has);
    if (over !== undefined) breaks.add(all, `${fact.worker} has ${over}`);
  };
  const ended = ({ worker, job, token }: Ended): void => {
    const here = running.get(worker);
    if (here === undefined) return;
    const at = here.findIndex((one) => one.job === job && compareTokens(one.token, token) === 0);
    if (at >= 0) here.splice(at, 1);
  };
  return judgeOf(
    {
      asked: (fact) => wants.onAsked(fact),
      'body-began': began,
      'part-began': began,
      'body-ended': ended,
      'part-ended': ended,
      testified: (fact) => {
        const asked = wants.partialGrant(fact);
        if (asked === undefined || fact.said.kind !== 'dispatched') return;
        const [given, parts] = [workersOf(fact.said).size, partsOf(asked)];
        breaks.add([asked, fact], `job ${fact.said.job} of ${parts} parts was granted ${given}`);
      },
      machine: ({ machine, state }) => {
        if (workerOf(machine) !== machine) doubled.add(workerOf(machine));
        if (state === 'down' && running.has(machine)) running.set(machine, []);
      },
    },
    () => breaks.or(() => (running.size === 0 ? vacuous('nothing began') : HELD)),
  );
}

/** What jobs were asked to take up: of those that were asked for more than a slot. */
class Wants {
  readonly #byJob = new Map<string, Asked>();

  /** The first word counts: the same id with another spec is refused. */
  onAsked(fact: Asked): void {
    const { request } = fact;
    if (request.kind !== 'submit' || this.#byJob.has(request.job)) return;
    if (request.resources === undefined && request.gang === undefined) return;
    this.#byJob.set(request.job, fact);
  }

  sumOf(began: readonly Began[]): Resources {
    let [cpu, memory] = [0, 0];
    for (const { job } of began) {
      const request = this.#byJob.get(job)?.request;
      const wanted = request?.kind === 'submit' ? request.resources : undefined;
      cpu += wanted?.cpu ?? 0;
      memory += wanted?.memory ?? 0;
    }
    return { cpu, memory };
  }

  /** What was asked, if the grant of a job is one of less. */
  partialGrant({ said }: FactOf<'testified'>): Asked | undefined {
    if (said.kind !== 'dispatched') return undefined;
    const asked = this.#byJob.get(said.job);
    return asked !== undefined && workersOf(said).size < partsOf(asked) ? asked : undefined;
  }
}

type Dispatched = Extract<FactOf<'testified'>['said'], { readonly kind: 'dispatched' }>;

const workersOf = ({ worker, parts = [] }: Dispatched): ReadonlySet<string> =>
  new Set([worker, ...parts]);

const partsOf = ({ request }: Asked): number =>
  request.kind === 'submit' ? (request.gang ?? 1) : 1;

function overText(used: Resources, has: Resources): string | undefined {
  if (used.cpu > has.cpu) return `${has.cpu} m of a core, and ${used.cpu} are taken`;
  if (used.memory > has.memory) return `${has.memory} MB, and ${used.memory} are taken`;
  return undefined;
}
