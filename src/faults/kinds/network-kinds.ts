import type { NetworkKind } from '../plan.ts';
import { EVERY_ROLE, type FaultInfo, type ParamInfo, sharePpm, spanUs } from './info.ts';

const DIRECTION: ParamInfo = {
  words: '1: only what the target sends; 0: only what is sent to it; left out (-1): both ways',
  low: -1,
  high: 1,
  otherwise: -1,
};

const network = (
  kind: NetworkKind,
  sentence: string,
  params: FaultInfo['params'] = {},
): FaultInfo => ({ kind, sentence, params, excuses: [], roles: EVERY_ROLE, hasPeer: true });

export const NETWORK_FAULTS: readonly FaultInfo[] = [
  network(
    'partition',
    'Every message between the target and its peer is lost, both ways; without a peer the ' +
      'target is cut off from everybody.',
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
    'The targets fall into groups at random; messages between groups are lost, those within a ' +
      'group pass.',
    { groups: { words: 'how many groups', low: 2, high: 16 } },
  ),
  network(
    'ring',
    'The targets stand in a ring and each hears a majority of them, but no two the same one.',
  ),
  network(
    'bridge',
    'The targets fall into two halves that are cut off from each other, but for one machine ' +
      'that both halves reach.',
  ),
  network('flapping', 'The links of the target go down and up again and again.', {
    downUs: spanUs('microseconds down', 1_000),
    upUs: spanUs('microseconds up in between', 1_000),
  }),
  network(
    'swizzle',
    'The targets are cut off one by one during the first half, and come back one by one in ' +
      'another order during the second.',
  ),
  network(
    'jam',
    'Messages on the links of the target are held, and all released at once when it ends.',
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
      scaleUs: spanUs('microseconds: the shortest', 1),
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
    },
  ),
  network('queue-cap', 'The links of the target hold only so many messages at a time.', {
    messages: {
      words: 'messages under way per directed link; the next one is dropped',
      low: 0,
      high: 1e6,
    },
  }),
  {
    ...network('slow-pair', 'One pair of machines is slow for good, even when the storm is over.', {
      delayUs: spanUs('microseconds: added to every message between the two'),
    }),
    lasts: true,
  },
];
