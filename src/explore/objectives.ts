/** Objectives of a scenario beside what each design achieved, and what that left of a budget. */
import { BURN_WINDOWS_US, type Burn, budgetUsed, worstBurns } from '../metrics/budget.ts';
import type { DesignReport, ReportDocument } from '../report/document.ts';
import type { LoadedScenario } from '../scenario/scenario.ts';

type SloRow = ReportDocument['slo'][number];
type Budget = Pick<SloRow, 'budgetUsed' | 'worstBurn'>;

/** Shares of what goes right, and the series that shows the course of each. */
const COURSES: Readonly<Record<string, string>> = {
  apiSuccess: 'api',
  dispatchWithin: 'dispatch',
  tickWithin: 'ticks',
};

/** One row per design and objective, in the order of designs and of the scenario. */
export function sloRows(loaded: LoadedScenario, designs: readonly DesignReport[]): SloRow[] {
  return designs.flatMap((design) =>
    loaded.scenario.slo.map(({ metric, op, value }) => {
      const got = design.metrics[metric]?.mean ?? null;
      const met = got !== null && (op === '>=' ? got >= value : got <= value);
      const budget = got === null || op !== '>=' ? {} : budgetOf(design, metric, got, value);
      return { design: design.name, metric, wanted: `${op} ${value}`, got, met, ...budget };
    }),
  );
}

/** Nothing for metrics that are no share of what goes right, and where there is no budget. */
function budgetOf(
  design: DesignReport,
  metric: string,
  achieved: number,
  objective: number,
): Budget {
  const isShare = metric === 'userUptime' || Object.hasOwn(COURSES, metric);
  if (!isShare || objective < 0 || objective > 1) return {};
  const used = budgetUsed(achieved, objective);
  if (used === undefined) return {};
  return { budgetUsed: used, worstBurn: burnsOf(design, metric, objective) };
}

/**
 * Over the mean course of all seeds: what a seed has to itself is evened out. User-uptime has its
 * worst windows instead, which are of each seed.
 */
function burnsOf(
  { series, windows = [] }: DesignReport,
  metric: string,
  objective: number,
): readonly Burn[] {
  if (metric === 'userUptime') {
    return windows
      .filter(({ windowUs }) => BURN_WINDOWS_US.includes(windowUs))
      .map(({ windowUs, mean }) => {
        return { windowUs, rate: budgetUsed(mean, objective) as number };
      });
  }
  const course = series[COURSES[metric] as string];
  return course === undefined ? [] : worstBurns(course, objective);
}
