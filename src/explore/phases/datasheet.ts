/**
 * What a preset takes for granted, beside the point at which each claim was seen to break. Each
 * dial is turned up alone, over a ladder of sizes; between the last size that held and the first
 * that broke the gap is halved a few times. A claim that broke at no size that was tried is said to
 * have held up to the largest: that it never breaks, nobody has shown.
 */
import type { Datasheet, DatasheetRow } from '../../report/document.ts';
import type { Prepared } from '../../scenario/prepare.ts';
import type { SelectedDesign } from '../../scenario/registry.ts';
import type { Cluster } from '../../scenario/scenario.ts';
import { runSeed } from '../run.ts';
import { spanOf } from './diagram.ts';
import { DIALS, type Dial } from './dials.ts';
import { AVAILABLE_SHARE, runPoint, seenIn } from './point.ts';

/** How often a gap is halved: to a sixteenth of a step of the ladder. */
const HALVINGS = 3;

/** Each size is tried under these: a sheet has many. */
export const DATASHEET_SEEDS: readonly string[] = ['1', '2', '3'];

export interface DatasheetProgress {
  readonly runs: number;
  readonly dial: string;
}

/** Hands control back after each size that was tried; its value is the sheet of the design. */
export function* datasheetSteps(
  prepared: Prepared,
  seeds: readonly string[],
): Generator<DatasheetProgress, Datasheet> {
  const rows: DatasheetRow[] = [];
  const cluster = clusterOf(prepared, seeds);
  const calm = new Set(seeds.flatMap((seed) => seenIn(runPoint(prepared, seed, [])).broken));
  let runs = 2 * seeds.length;
  for (const dial of DIALS) {
    const tried = new Tried(prepared, seeds, dial, cluster, calm);
    for (const size of dial.ladder(cluster)) {
      tried.at(size);
      runs += seeds.length;
      yield { runs, dial: dial.key };
    }
    for (const claim of tried.brokenClaims()) {
      for (let i = 0; i < HALVINGS; i++) {
        const between = tried.between(claim);
        if (between === undefined) break;
        tried.at(between);
        runs += seeds.length;
        yield { runs, dial: dial.key };
      }
    }
    rows.push(...rowsOf(tried, dial, prepared, cluster));
  }
  return { design: prepared.design.name, rows };
}

/** As many members as there are in fact: a design may have fewer than the scenario offers. */
function clusterOf(prepared: Prepared, seeds: readonly string[]): Cluster {
  const { machines } = runSeed(prepared, seeds[0] ?? '1').numbers;
  const members = machines.filter(({ role }) => role === 'scheduler').length;
  return { ...prepared.loaded.scenario.cluster, members };
}

/** Sizes of one dial, and which claims broke at each for some seed. */
class Tried {
  readonly #prepared: Prepared;
  readonly #seeds: readonly string[];
  readonly #dial: Dial;
  readonly #cluster: Cluster;
  /** What breaks without any hardship says nothing of one. */
  readonly #calm: ReadonlySet<string>;
  readonly #broken = new Map<number, ReadonlySet<string>>();

  constructor(
    prepared: Prepared,
    seeds: readonly string[],
    dial: Dial,
    cluster: Cluster,
    calm: ReadonlySet<string>,
  ) {
    this.#prepared = prepared;
    this.#seeds = seeds;
    this.#dial = dial;
    this.#cluster = cluster;
    this.#calm = calm;
  }

  at(size: number): void {
    if (this.#broken.has(size)) return;
    const faults = this.#dial.faults(size, spanOf(this.#prepared), this.#cluster);
    const broken = this.#seeds.flatMap(
      (seed) => seenIn(runPoint(this.#prepared, seed, faults)).broken,
    );
    this.#broken.set(size, new Set(broken.filter((claim) => !this.#calm.has(claim))));
  }

  get sizes(): readonly number[] {
    return [...this.#broken.keys()].sort((a, b) => a - b);
  }

  /** In the order of the size at which they first break. */
  brokenClaims(): readonly string[] {
    return [...new Set(this.sizes.flatMap((size) => [...(this.#broken.get(size) ?? [])]))];
  }

  /** The smallest size at which the claim broke, and the largest below it, where there is one. */
  gap(claim: string): { readonly held: number | null; readonly broke: number } {
    const broke = this.sizes.find((size) => this.#broken.get(size)?.has(claim)) as number;
    const below = this.sizes.filter((size) => size < broke);
    return { held: below.at(-1) ?? null, broke };
  }

  /** A round number in the gap; nothing where none is left. */
  between(claim: string): number | undefined {
    const { held, broke } = this.gap(claim);
    const middle = held === null ? broke / 2 : Math.sqrt(held * broke);
    const round =
      this.#dial.unit === 'members' ? Math.round(middle) : Number(middle.toPrecision(2));
    return round > (held ?? 0) && round < broke ? round : undefined;
  }
}

function noteOn(claim: string, { notPromised }: SelectedDesign): string {
  if (claim === 'dispatchWithin') return `fewer than ${AVAILABLE_SHARE * 100} % of jobs in time`;
  return notPromised[claim] === undefined ? 'promised' : 'not promised';
}

function rowsOf(
  tried: Tried,
  dial: Dial,
  { design }: Prepared,
  cluster: Cluster,
): readonly DatasheetRow[] {
  const common = {
    assumption: dial.sentence,
    unit: dial.unit,
    assumed: dial.assumed(design, cluster),
  };
  const broken = tried.brokenClaims();
  const rows = broken.map((claim): DatasheetRow => {
    const { held, broke } = tried.gap(claim);
    return {
      ...common,
      claim,
      measured: broke,
      low: held,
      high: broke,
      note: noteOn(claim, design),
    };
  });
  const most = tried.sizes.at(-1) ?? null;
  const note = broken.length === 0 ? 'nothing broke' : 'nothing else broke';
  const others = { claim: 'every other claim', measured: null, low: most, high: null, note };
  return [...rows, { ...common, ...others }];
}
