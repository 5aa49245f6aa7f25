import { describe, expect, test } from 'vitest';
import { ANNOTATIONS_MAX, renderGithub } from '../../src/report/github.ts';
import { brokenDocument, sampleDocument } from '../support/sample-document.ts';

describe('annotations of a workflow', () => {
  test('a broken promise is an error with its first seed and how to see it again', () => {
    const [error = '', warning = '', ...more] = renderGithub(brokenDocument()).split('\n');
    expect(error).toBe(
      '::error title=lease broke tick-once::broke in 4 of 40 seeds of showcase%0A' +
        'Seed 17 at 61.3\u00a0s: tick nightly@02:00 began twice: on worker-1 and on worker-3%0A' +
        'npm run -s seaworthy -- replay scenarios/storms/showcase.yaml --design lease --seed 17',
    );
    expect(warning).toBe(
      '::warning file=team.crontab,line=7,title=Not used::not a cron line: "@sometimes backup"',
    );
    expect(more).toEqual(['']);
  });

  test('what was not promised is no error, a missed objective is', () => {
    expect(renderGithub(sampleDocument())).not.toContain('::error');
    const slo = [{ ...sampleDocument().slo[0]!, got: 0.5, met: false }];
    expect(renderGithub({ ...sampleDocument(), slo })).toContain(
      '::error title=single missed apiSuccess::wanted >= 0.8, got 0.5\n',
    );
  });

  test('no text ends its line or its property', () => {
    const evil = '100 %\r\n::error::x,y:z';
    const inputs = [{ file: evil, line: 1, problem: evil }];
    expect(renderGithub({ ...sampleDocument(), inputs })).toBe(
      '::warning file=100 %25%0D%0A%3A%3Aerror%3A%3Ax%2Cy%3Az,line=1,title=Not used::' +
        '100 %25%0D%0A::error::x,y:z\n',
    );
  });

  test('ten of a kind at most, the last says how many more', () => {
    const inputs = Array.from({ length: 40 }, (_, line) => ({ file: 'f', line, problem: 'p' }));
    const lines = renderGithub({ ...brokenDocument(), inputs })
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(1 + ANNOTATIONS_MAX);
    expect(lines.at(-1)).toBe('::warning title=31 more::All of them are in the report.');
  });
});
