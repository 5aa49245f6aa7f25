import { MINUTE, MS } from '../../lib/units.ts';
import type { NetworkKind } from '../plan.ts';
import { EVERY_ROLE, type FaultInfo, type ParamInfo, sharePpm, spanUs } from './info.ts';

const DIRECTION: ParamInfo = {
  words: '1: only what the target sends; 0: only what is sent to it; left out (-1): both ways',
  low: -1,
  high: 1,
  otherwise: -1,
};

/** Liveness has to survive it, for it outlasts the storm; measured in scenarios/partitions. */
const SLOW_PAIR_US_MAX = 250 * MS;

const network = (
  kind: NetworkKind,
  sentence: string,
  params: FaultInfo['params'] = {},
): FaultInfo => ({ kind, sentence, params, excuses: [], roles: EVERY_ROLE, hasPeer: true });

export const NETWORK_FAULTS: readonly FaultInfo[] = [
  network(
    'partition',
    'Every message between the target and its peer is lost, both ways; without a peer the ' +
      'target is cut off from everybody. Several targets still reach each other, unless they are ' +
      'everybody: then each is alone.',
  ),
  network(
    'one-way-partition',
    'As a partition, but one direction still works: half-open links that look alive.',
    {
      direction: { words: '1: what the target sends is lost; 0: what it is sent', low: 0, high: 1 },
    },
  ),
  network(
    'split',
    'The targets and peers (everybody where there is only one) fall into groups at random; ' +
      'messages between groups are lost, those within a group pass.',
    { groups: { words: 'how many groups', low: 2, high: 16 } },
  ),
  network(
    'ring',
    'The targets and peers (everybody where they are fewer than three) stand in a ring; each ' +
      'hears a majority of them, its nearest neighbours, but no two the same one. With three, ' +
      'each hears one of the others and is heard by the other.',
  ),
  network(
    'bridge',
    'The targets and peers (everybody where they are fewer than three) fall into two halves ' +
      'that are cut off from each other, but for one machine that both halves reach.',
  ),
  network('flapping', 'The links of the target go down and up again and again.', {
    downUs: spanUs('microseconds down', 1_000),
    upUs: spanUs('microseconds up in between', 1_000),
    direction: DIRECTION,
  }),
  network(
    'swizzle',
    'The targets are cut off one by one during the first half, from each other as well, and ' +
      'come back one by one in another order during the second.',
  ),
  network(
    'jam',
    'Messages on the links of the target are held at the far end, and all released at once, in ' +
      'the order in which they were sent, when it ends.',
    { direction: DIRECTION },
  ),
  network('slow-link', 'Latencies on the links of the target are longer by a factor.', {
    factor: { words: 'how many times longer', low: 1, high: 1_000_000, fractional: true },
    direction: DIRECTION,
  }),
  network('loss', 'A share of the messages on the links of the target is lost.', {
    lossPpm: sharePpm('parts per million: the chance of each message to be lost'),
    direction: DIRECTION,
  }),
  network(
    'burst-loss',
    'Losses come in bursts: links of the target change between a good state, in which all ' +
      'passes, and a bad one, in which a share is lost (Gilbert, 1960; Elliott, 1963).',
    {
      lossPpm: sharePpm('parts per million: the chance of a message to be lost in the bad state'),
      goodUs: spanUs('microseconds: mean length of the good state', 1_000),
      badUs: spanUs('microseconds: mean length of the bad state', 1_000),
      direction: DIRECTION,
    },
  ),
  network(
    'delay',
    'Messages on the links of the target take longer; with jitter they also overtake each other.',
    {
      delayUs: spanUs('microseconds: added to every message'),
      jitterUs: {
        ...spanUs('microseconds, optional: up to this much more, uniform, per message'),
        otherwise: 0,
      },
      direction: DIRECTION,
    },
  ),
  network('delay-exponential', 'As delay, exponentially distributed.', {
    meanUs: spanUs('microseconds: the mean', 1),
    direction: DIRECTION,
  }),
  network('delay-lognormal', 'As delay, lognormally distributed.', {
    medianUs: spanUs('microseconds: the median', 1),
    sigma: {
      words: 'standard deviation of the logarithm',
      low: 0.01,
      high: 5,
      fractional: true,
    },
    direction: DIRECTION,
  }),
  network(
    'delay-heavy-tail',
    'As delay, by a Pareto distribution cut off at a minute: most are short, a few very long.',
    {
      scaleUs: { words: 'microseconds: the shortest', low: 1, high: MINUTE },
      shape: {
        words: 'exponent of the tail: the smaller, the heavier',
        low: 0.5,
        high: 10,
        fractional: true,
      },
      direction: DIRECTION,
    },
  ),
  network('duplicate', 'A share of the messages on the links of the target arrives twice.', {
    duplicatePpm: sharePpm('parts per million: the chance of each message to arrive twice'),
    direction: DIRECTION,
  }),
  network(
    'reorder',
    'A share of the messages on the links of the target is held back, so that later ones ' +
      'overtake them.',
    {
      reorderPpm: sharePpm('parts per million: the chance of each message to be held back'),
      holdUs: spanUs('microseconds: held back for up to this long, uniform', 1),
      direction: DIRECTION,
    },
  ),
  network(
    'corrupt',
    'A share of the messages on the links of the target is damaged on the way; the checksum ' +
      'shows it on arrival, and they are discarded.',
    {
      corruptPpm: sharePpm('parts per million: the chance of each message to be damaged'),
      direction: DIRECTION,
    },
  ),
  network(
    'bandwidth',
    'The links of the target carry so many bytes per second: messages wait behind each other, ' +
      'and are dropped when the wait would be too long.',
    {
      bytesPerSecond: { words: 'bytes per second of each directed link', low: 1, high: 1e12 },
      queueUs: {
        ...spanUs('microseconds, optional: a message that would wait longer is dropped', 1),
        otherwise: 10_000_000,
      },
      direction: DIRECTION,
    },
  ),
  network('queue-cap', 'The links of the target hold only so many messages at a time.', {
    messages: {
      words: 'messages under way per directed link; the next one is dropped',
      low: 0,
      high: 1e6,
    },
    direction: DIRECTION,
  }),
  {
    ...network(
      'slow-pair',
      'Target and peer are slow to reach each other for good: the heal, which ends the fault, ' +
        'does not make the link faster again, and what was promised for afterwards has to hold ' +
        'with it. Without a peer the target has one partner, drawn.',
      {
        delayUs: {
          words: 'microseconds: added to every message between the two',
          low: 1,
          high: SLOW_PAIR_US_MAX,
        },
      },
    ),
    lasts: true,
  },
];
