/**
 * Rows of workers, written by the member that a worker beats to when what it says has changed. That
 * member looks after what runs on its workers, whoever placed it there: at every beat it reads the
 * rows of these attempts, so that it knows at least what the worker can know.
 */
import { stableJson } from '../../../lib/stable-json.ts';
import { SECOND } from '../../../lib/units.ts';
import type { Beat, BeatAck } from '../../api.ts';
import type { JobRecord } from '../../job/job.ts';
import type { StoreOp } from '../../store/protocol.ts';
import { homeOf, runningOf } from '../rows/homes.ts';
import { jobOf } from '../rows/office.ts';
import type { PlacerPort } from '../rows/placer.ts';
import { type CellRow, cellKey, homeKey, valueIn } from '../rows/schema.ts';
import type { Script } from '../rows/transactions.ts';

const SWEEP_TIMER = 'cells:sweep';
const SWEEP_US = SECOND;

interface Seen {
  readonly running: readonly JobRecord[];
  /** The life of the worker that the rows know of. */
  readonly incarnation: number;
  readonly writes: readonly StoreOp[];
}

export class WorkerRows {
  readonly #port: PlacerPort;
  /** A worker is looked at: by its latest beat since then, if there was one. */
  readonly #later = new Map<string, Beat | undefined>();
  /** Workers that have beaten here, and whether their rows were closed for silence. */
  readonly #isClosed = new Map<string, boolean>();

  constructor(port: PlacerPort) {
    this.#port = port;
  }

  onBeat(worker: string, beat: Beat): void {
    const { crew, host, out } = this.#port;
    const epoch = this.#port.epoch();
    // At once, for the rows may be long in coming; the crew answers again.
    out.send<BeatAck>(worker, { kind: 'beat-ack', v: 1, epoch });
    crew.hears(worker, beat.incarnation, host.monotonicUs());
    if (this.#isClosed.size === 0) out.setTimer(SWEEP_TIMER, SWEEP_US);
    this.#isClosed.set(worker, false);
    if (this.#later.has(worker)) this.#later.set(worker, beat);
    else this.#look(worker, beat);
  }

  /** What it lacks room for is not known here; its next beat may tell. */
  onRefused(worker: string): void {
    this.#port.run({ script: () => closeCell(worker), writes: (writes) => writes });
  }

  onTimer(tag: string): boolean {
    if (tag !== SWEEP_TIMER) return false;
    this.#port.out.setTimer(SWEEP_TIMER, SWEEP_US);
    const { crew, host } = this.#port;
    const alive = new Set(crew.alive);
    for (const [worker, isClosed] of this.#isClosed) {
      if (isClosed || alive.has(worker) || !crew.has(worker)) continue;
      this.#isClosed.set(worker, true);
      const script = () => closeCell(worker, host.self);
      this.#port.run({ script, writes: (writes) => writes });
    }
    return true;
  }

  #look(worker: string, beat: Beat): void {
    this.#later.set(worker, undefined);
    this.#port.run({
      script: () => lookAt(worker, beat),
      writes: ({ writes }) => writes,
      done: ({ running, incarnation }) => {
        const { crew, host, out } = this.#port;
        const nowUs = host.monotonicUs();
        crew.match(worker, running, nowUs);
        crew.outlived(worker, incarnation);
        if (crew.has(worker)) crew.onBeat(worker, beat, nowUs, out);
        const later = this.#later.get(worker);
        this.#later.delete(worker);
        if (later !== undefined && crew.has(worker)) this.#look(worker, later);
      },
    });
  }
}

function* lookAt(worker: string, beat: Beat): Script<Seen> {
  const [row, ...rows] = yield [{ kind: 'read', key: cellKey(worker) }, runningOf(worker)];
  const running = rows.flatMap((each) => jobOf(each) ?? []);
  const known = row && valueIn(row);
  const before = known?.kind === 'cell' ? known : undefined;
  const now = rowOf(worker, beat);
  const isLate = before !== undefined && before.incarnation > now.incarnation;
  const incarnation = before?.incarnation ?? 0;
  const isSame = stableJson(before ?? null) === stableJson(now);
  if (isLate || isSame) return { running, incarnation, writes: [] };
  return { running, incarnation, writes: [{ kind: 'write', key: cellKey(worker), value: now }] };
}

function rowOf(worker: string, { incarnation, capacity, tags = [], resources }: Beat): CellRow {
  const row = { kind: 'cell', worker, incarnation, slots: capacity, tags } as const;
  return resources === undefined ? row : { resources, ...row };
}

/** Nothing is placed there before it beats; unless it is another member's by now. */
function* closeCell(worker: string, member?: string): Script<readonly StoreOp[]> {
  const [row, home] = yield [
    { kind: 'read', key: cellKey(worker), forUpdate: true },
    { kind: 'read', key: homeKey(worker) },
  ];
  const value = row && valueIn(row);
  if (value?.kind !== 'cell' || value.isClosed === true) return [];
  if (member !== undefined && homeOf(home)?.member !== member) return [];
  return [{ kind: 'write', key: cellKey(worker), value: { ...value, isClosed: true } }];
}
