import type { Host } from '../../../host/host.ts';
import type { Program } from '../../../host/program.ts';
import type { BuiltDesign, DesignContext } from '../../designs/design.ts';
import { type Replica, storesOf } from '../store-machines.ts';
import { type MemberOptions, RowMember } from './member.ts';
import type { RowsParts } from './parts.ts';
import type { Rescue, RowsPreset } from './preset.ts';
import { INDEXES } from './schema.ts';

export interface RowsOptions {
  readonly preset: RowsPreset;
  readonly replica: Replica;
  /** By the factor of all durations. */
  readonly newPlacer?: (factor: number) => NonNullable<MemberOptions['newPlacer']>;
}

/** The machines of a design whose members share the rows of a store. */
export function rowsDesign(
  context: DesignContext,
  { preset, replica, newPlacer }: RowsOptions,
  parts: RowsParts,
): BuiltDesign {
  const machines = storesOf(context.store, replica, INDEXES);
  const stores = machines.map(({ name }) => name);
  const member = (factor: number) => {
    const own = factor === 1 ? preset : stretched(preset, factor);
    const placer = newPlacer && { newPlacer: newPlacer(factor) };
    const options = { preset: own, stores, ...placer };
    return (host: Host): Program => new RowMember(host, context, options, parts);
  };
  const members = context.members.map((name) => ({
    name,
    role: 'scheduler' as const,
    keepsBook: false,
    factory: member(1),
    configured: member,
  }));
  return { machines: [...machines, ...members], members: context.members, isShared: true };
}

/** The same with every duration times a factor, as somebody might configure one member. */
function stretched(preset: RowsPreset, factor: number): RowsPreset {
  const times = (us: number): number => Math.round(us * factor);
  return { ...preset, pollUs: times(preset.pollUs), rescue: stretchedRescue(preset.rescue, times) };
}

function stretchedRescue(rescue: Rescue, times: (us: number) => number): Rescue {
  if (rescue.kind === 'age') {
    return { ...rescue, ageUs: times(rescue.ageUs), everyUs: times(rescue.everyUs) };
  }
  return { ...rescue, refreshUs: times(rescue.refreshUs), deadUs: times(rescue.deadUs) };
}
