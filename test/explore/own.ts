/** A design, a claim and a kind of fault of a user's own, as a module of theirs would hold them. */
import { MS, SECOND } from '../../src/lib/units.ts';
import { single } from '../../src/scheduler/designs/single/single.ts';
import { defineClaim, defineDesign, defineFault } from '../../src/seaworthy.ts';

/** The built-in single scheduler under another name. */
export const twin = defineDesign({
  name: 'twin',
  module: import.meta.url,
  build: (context) =>
    single(context).machines.map(({ name, factory }) => ({ name, program: factory })),
  takeoverUs: 5 * SECOND,
  assumes: { singleCopy: true },
});

/** No attempt is given up: true as long as workers are heard. */
export const polite = defineClaim({
  id: 'polite',
  sentence: 'No attempt is taken from a worker that is up.',
  fold: (breaks) => ({
    testified: (fact) => {
      if (fact.said.kind !== 'attempt-lost') return;
      breaks([fact], `the attempt of ${fact.said.job} was lost`);
    },
  }),
});

/** Beats do not come through, everything else does, and the targets grow slow and stumble. */
export const shyBeats = defineFault({
  kind: 'shy-beats',
  sentence: 'Beats of workers are lost; the machine is slow, and pauses once.',
  params: { factor: { words: 'How slow.', low: 1, high: 50, otherwise: 2 } },
  onMessage: ({ message }) => (message.kind === 'beat' ? 'drop' : 'pass'),
  onBegin: ({ targets, hit, later, param, random }) => {
    for (const target of targets) {
      hit(target, 'slow-cpu', { factor: param('factor') });
      later(random.below(1_000) * MS, () => {
        const end = hit(target, 'pause');
        later(500 * MS, end);
      });
    }
  },
});
