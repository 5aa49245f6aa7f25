import { SECOND } from '../../lib/units.ts';
import { single } from '../../scheduler/designs/single/single.ts';
import { SAFE_PARTS } from '../../scheduler/parts/engine.ts';
import { ASSUMES, CLOCKS_IN_WORDS, type DesignEntry, mutantsOf, partsWith } from './entry.ts';

export const SINGLE: DesignEntry = {
  name: 'single',
  family: 'one scheduler with a write-ahead log, restarted when it dies',
  presets: [{ name: 'default', why: 'a supervisor restarts it a second after it exits' }],
  options: {},
  mutants: mutantsOf('engine'),
  select: ({ mutant }) => ({
    build: (context) => single(context, partsWith(SAFE_PARTS, mutant)),
    notPromised: {},
    assumes: { ...ASSUMES, singleCopy: true },
    assumptions: [
      { what: 'members', bound: 'one; while it is down nothing is scheduled' },
      { what: 'its disk', bound: 'keeps what was synced' },
      { what: 'copies', bound: 'only one is started' },
      ...CLOCKS_IN_WORDS,
    ],
    takeoverUs: 5 * SECOND,
    expects: ['sometimes-failover'],
    coreSchedulers: () => 1,
  }),
};
