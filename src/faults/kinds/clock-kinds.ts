import type { ClockKind } from '../plan.ts';
import { type FaultInfo, LONGEST_US, spanUs, TESTED } from './info.ts';

/** A clock that stands still or runs backwards is not a rate error any more. */
const RATE_PPM_MAX = 500_000;
const TIMELINESS = 'beyond the wall error that the preset assumes: claims of timeliness';

const clock = (
  kind: ClockKind,
  sentence: string,
  params: FaultInfo['params'] = {},
  excuses: readonly string[] = [TIMELINESS],
): FaultInfo => ({ kind, sentence, params, excuses, roles: TESTED });

const signedUs = (words: string) => ({ words, low: -LONGEST_US, high: LONGEST_US });

export const CLOCK_FAULTS: readonly FaultInfo[] = [
  clock(
    'clock-rate',
    'The oscillator of the machine runs fast or slow: timers and both clocks with it.',
    {
      ratePpm: {
        words: 'parts per million, signed: added to the rate error while it lasts',
        low: -RATE_PPM_MAX,
        high: RATE_PPM_MAX,
      },
    },
    ['beyond the rate error that the preset assumes: claims that rest on the length of a lease'],
  ),
  {
    ...clock(
      'clock-step',
      'The wall clock of the machine jumps and stays wrong until the storm is over or a time ' +
        'daemon sets it right; the monotonic clock does not notice.',
      { stepUs: signedUs('microseconds, signed: forward when positive') },
    ),
    lasts: true,
  },
  clock('clock-strobe', 'The wall clock jumps there and back, again and again; no timer notices.', {
    stepUs: signedUs('microseconds, signed: there'),
    periodUs: spanUs('microseconds from one jump to the next', 1_000),
  }),
  clock(
    'clock-freeze',
    'The wall clock stands still while the monotonic clock and timers go on, and jumps to where ' +
      'it belongs at the end.',
  ),
  clock(
    'clock-slew',
    'The wall clock is off from one moment to the next, and is slewed back to the truth; what is ' +
      'left when the fault ends stays until the storm is over.',
    {
      offsetUs: signedUs('microseconds, signed: how far off it begins'),
      slewPpm: { words: 'parts per million: how fast it is led back', low: 1, high: 500_000 },
    },
  ),
  clock(
    'ntp-false-server',
    'The time daemon follows a false server: the wall clock is slewed away by its offset, and ' +
      'back to the truth when the fault ends. Where the cluster has no time daemon, the machine ' +
      'is led as if it had one.',
    {
      offsetUs: signedUs('microseconds, signed: how wrong the server is'),
      slewPpm: { words: 'parts per million: how fast the daemon follows', low: 1, high: 500_000 },
    },
  ),
  clock(
    'ntp-outage',
    'The time daemon asks and hears from no server: the wall clock drifts by itself. It changes ' +
      'nothing where the cluster has no time daemon (`cluster.ntp`).',
  ),
  clock(
    'leap-second',
    'The wall clock of the machine repeats a second that nobody else repeats, and is a second ' +
      'behind until the fault ends.',
  ),
  clock(
    'leap-smear',
    'A second is smeared over the length of the fault, or half of the fault where it is shorter ' +
      'than two seconds: the wall clock lags by up to that much, evenly, and is right again at ' +
      'the end, when everybody else has the second behind them.',
  ),
  {
    ...clock(
      'old-zone-rules',
      'The machine restarts with older rules of time zones, which do not know the changes of ' +
        'clock within the run; it restarts with the right ones at the end. It changes nothing ' +
        'where no schedule is in a zone that has such a change.',
      {},
      ['claims about ticks of zones whose rules differ'],
    ),
    roles: ['scheduler'],
  },
];
