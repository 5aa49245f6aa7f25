import { expect, test } from 'vitest';
import { Progress } from '../../src/cli/progress.ts';
import { terminal } from './terminal.ts';

const at = (done: number) => ({
  done,
  total: 40,
  design: 'lease',
  broken: done > 20 ? 1 : 0,
  claims: ['tick-once'],
});

test('without a terminal a plain line comes every ten seconds', () => {
  const it = terminal();
  let now = 0;
  const progress = new Progress(it.io, () => now);
  for (let done = 1; done <= 40; done++) {
    now += 1_000;
    progress.show(at(done));
  }
  progress.clear();
  expect(it.err().split('\n')).toEqual([
    '10 of 40 runs (lease), 1.0 runs/s, about 30 s left',
    '20 of 40 runs (lease), 1.0 runs/s, about 20 s left',
    '30 of 40 runs (lease), 1 broken run: tick-once, 1.0 runs/s, about 10 s left',
    '40 of 40 runs (lease), 1 broken run: tick-once, 1.0 runs/s',
    '',
  ]);
});

test('on a terminal one line is redrawn and taken away at the end', () => {
  const it = terminal({ stderrIsTty: true, width: 30 });
  let now = 0;
  const progress = new Progress(it.io, () => now);
  progress.show(at(1));
  now = 50;
  progress.show(at(2));
  now = 150;
  progress.show(at(40));
  progress.clear();
  const clear = '\r\u001b[2K';
  expect(it.err().split(clear)).toEqual([
    '',
    '1 of 40 runs (lease), about 0',
    '40 of 40 runs (lease), 1 brok',
    '',
  ]);
  expect(it.err()).not.toContain('\n');
});
