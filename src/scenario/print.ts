/**
 * A scenario as canonical text: every key that it has, defaults included, in the order of the
 * schema. So a result that carries this text says all there is to say, and means the same when a
 * default changes.
 */
import { Document, isScalar, Scalar, visit } from 'yaml';
import type { Plan, PlannedFault, Target } from '../faults/plan.ts';
import { unreachable } from '../lib/assert.ts';
import { workloadData } from './print-work.ts';
import type { FaultsPart, Scenario } from './scenario.ts';
import { formatShare, formatSpan } from './values.ts';

/** Points editors at the schema; the first line of every scenario. */
export const FIRST_LINE = '# yaml-language-server: $schema=../schema.json';

/** The one text of a scenario: it parses to the same scenario and prints to the same bytes. */
export const printScenario = (scenario: Scenario): string =>
  `${FIRST_LINE}\n${yamlOf(scenarioData(scenario))}`;

/**
 * A plan as the list of faults that a scenario may give, or a file of its own: it parses to the
 * same plan and prints to the same bytes.
 */
export const printPlan = ({ faults }: Plan): string => yamlOf(faults.map(faultData));

function yamlOf(data: unknown): string {
  const document = new Document(data);
  visit(document, {
    Scalar(_, node) {
      // Anything but plain printable text on one line is quoted, so that nothing is folded away.
      if (typeof node.value === 'string' && /[^\x20-\x7e\u00a1-\ud7ff]/.test(node.value)) {
        node.type = Scalar.QUOTE_DOUBLE;
      }
    },
    Map(_, node) {
      // A fault's target or latency reads best on one line; parts with parts of their own do not.
      if (node.items.length <= 4 && node.items.every(({ value }) => isScalar(value)))
        node.flow = true;
    },
    Seq(_, node) {
      if (node.items.every((item) => isScalar(item))) node.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

function scenarioData(scenario: Scenario): unknown {
  const { cluster, phases, claims } = scenario;
  return {
    apiVersion: scenario.apiVersion,
    name: scenario.name,
    why: scenario.why,
    designs: scenario.designs,
    seeds: scenario.seeds,
    cluster: {
      members: cluster.members,
      workers: cluster.workers,
      slots: cluster.slots,
      ...(cluster.cpu === undefined ? {} : { cpu: cluster.cpu }),
      ...(cluster.resources === undefined ? {} : { resources: cluster.resources }),
      beat: formatSpan(cluster.beatUs),
      startsAt: cluster.startsAt,
      latency: { min: formatSpan(cluster.latencyMinUs), max: formatSpan(cluster.latencyMaxUs) },
      clockRate: formatShare(cluster.ratePpmMax),
      wallError: formatSpan(cluster.wallErrorUsMax),
      ...(cluster.ntp === undefined
        ? {}
        : {
            ntp: {
              poll: formatSpan(cluster.ntp.pollUs),
              error: formatSpan(cluster.ntp.errorUs),
            },
          }),
    },
    workload: workloadData(scenario.workload),
    faults: faultsData(scenario.faults),
    phases: {
      warmUp: formatSpan(phases.warmUpUs),
      chaos: formatSpan(phases.chaosUs),
      heal: phases.heal,
    },
    claims: { epsilon: formatSpan(claims.epsilonUs), only: claims.only },
    slo: Object.fromEntries(scenario.slo.map((s) => [s.metric, `${s.op} ${s.value}`])),
    breaks: scenario.breaks,
  };
}

function faultsData(faults: FaultsPart): unknown {
  if (faults.kind === 'drawn') return { profile: faults.profile, intensity: faults.intensity };
  return faults.faults.map(faultData);
}

/** A planned fault as an entry of `faults`. */
function faultData(fault: PlannedFault): unknown {
  const { start } = fault;
  return {
    id: fault.id,
    kind: fault.kind,
    target: targetData(fault.target),
    ...(fault.peer === undefined ? {} : { peer: targetData(fault.peer) }),
    ...(start.kind === 'at'
      ? { at: formatSpan(start.atUs) }
      : { after: { fact: start.after, nth: start.nth, delay: formatSpan(start.delayUs) } }),
    for: formatSpan(fault.durationUs),
    params: Object.fromEntries(Object.entries(fault.params).sort(byName).map(paramData)),
  };
}

function targetData(target: Target): unknown {
  switch (target.by) {
    case 'role':
      return target.role;
    case 'name':
      return { name: target.name };
    case 'index':
      return { role: target.role, index: target.index };
    case 'share':
      return { role: target.role, share: target.share };
    case 'rack':
      return { rack: target.index };
    default:
      return unreachable(target);
  }
}

const byName = ([a]: readonly [string, number], [b]: readonly [string, number]): number =>
  a < b ? -1 : 1;

/** The unit moves from the name into the value: `lossPpm: 200000` is written `loss: 20%`. */
function paramData([name, value]: readonly [string, number]): readonly [string, unknown] {
  if (name.endsWith('Ppm')) return [name.slice(0, -3), formatShare(value)];
  if (name.endsWith('Us')) return [name.slice(0, -2), formatSpan(value)];
  return [name, value];
}
