/**
 * Faults beyond what presets take for granted, aimed at the machines on which it matters. They may
 * excuse claims: `everything` draws them seldom, `beyond` often.
 */
import { at, type FaultShape, ms, shape, signed, type Whom, whole } from './shapes.ts';

const KEEPERS = at('leader', 'scheduler', 'store', 'store-primary');
const SCHEDULERS = at('leader', 'scheduler');
const PRIMARY = at('store-primary');
/** So that whoever owns the disk reads it again. */
const CRASH_AFTER = whole(500, 5_000, 100);

const clock = (
  kind: FaultShape['kind'],
  durationMs: readonly [number, number],
  params: FaultShape['params'] = {},
): FaultShape => ({ ...shape(kind, durationMs, KEEPERS, params), isUnbounded: true });

const damage = (
  kind: FaultShape['kind'],
  durationMs: readonly [number, number],
  params: FaultShape['params'] = {},
): FaultShape => ({
  ...shape(kind, durationMs, KEEPERS, params),
  weight: 3,
  crashAfterMs: CRASH_AFTER,
});

const failover = (
  kind: FaultShape['kind'],
  params: FaultShape['params'] = {},
  whom: readonly Whom[] = PRIMARY,
): FaultShape => ({
  ...shape(kind, [3_000, 15_000], whom, params),
  weight: 3,
  isUnbounded: true,
});

export const BEYOND_SHAPES: readonly FaultShape[] = [
  shape('suspend', [5_000, 30_000], KEEPERS),
  shape('wipe', [2_000, 12_000], KEEPERS),
  shape('replace', [2_000, 12_000], KEEPERS),
  // Two stores under one name are nothing that any design survives, or that its rules forgive.
  shape('second-copy', [4_000, 20_000], SCHEDULERS),
  clock('clock-rate', [10_000, 40_000], { ratePpm: signed(whole(1_000, 50_000, 500)) }),
  clock('clock-step', [0, 0], { stepUs: signed(ms(1_000, 10_000, 500)) }),
  clock('clock-strobe', [4_000, 20_000], {
    stepUs: signed(ms(1_000, 5_000, 500)),
    periodUs: ms(100, 3_000, 100),
  }),
  clock('clock-freeze', [2_000, 20_000]),
  clock('clock-slew', [5_000, 25_000], {
    offsetUs: signed(ms(1_000, 5_000, 500)),
    slewPpm: whole(5_000, 500_000, 5_000),
  }),
  clock('ntp-false-server', [10_000, 30_000], {
    offsetUs: signed(ms(1_000, 10_000, 500)),
    slewPpm: whole(50_000, 500_000, 5_000),
  }),
  clock('leap-second', [3_000, 30_000]),
  clock('leap-smear', [10_000, 40_000]),
  { ...shape('old-zone-rules', [20_000, 60_000], SCHEDULERS), weight: 3 },
  damage('bit-rot', [1_000, 10_000], { records: whole(1, 5) }),
  damage('misdirected-write', [6_000, 15_000], { writes: whole(1, 3) }),
  damage('phantom-write', [6_000, 15_000], { writes: whole(1, 3) }),
  damage('lying-sync', [6_000, 20_000]),
  {
    ...shape('old-snapshot', [2_000, 12_000], KEEPERS, { ageUs: ms(1_000, 30_000, 500) }),
    weight: 3,
  },
  failover('store-failover'),
  failover('old-primary'),
  failover('failover-clock-jump', { stepUs: signed(ms(100, 5_000, 100)) }),
];
