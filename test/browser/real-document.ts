/**
 * A report of real runs: a few seeds of the showcase under three designs, each run twice. What only
 * other commands measure, such as a sweep over two parameters, is added from the sample.
 */
import { sweep } from '../../src/explore/sweep.ts';
import type { ReportDocument } from '../../src/report/document.ts';
import { bundled, seedsOf } from '../support/runs.ts';
import { sampleDatasheets, samplePhases } from '../support/sample-choices.ts';

export function realDocument(): ReportDocument {
  const { document } = sweep({
    loaded: bundled('storms/showcase'),
    designs: ['single', 'lease', 'lease+fencing=off'],
    seeds: seedsOf(6),
    command: 'npm run -s seaworthy -- compare scenarios/storms/showcase.yaml --seeds 6',
    doublecheck: true,
  });
  return {
    ...document,
    designs: document.designs.map((it) => ({
      ...it,
    })),
    phases: samplePhases('lease'),
    datasheets: sampleDatasheets('lease'),
  };
}
