import { describe, expect, test } from 'vitest';
import { renderJunit } from '../../src/report/junit.ts';
import { brokenDocument, sampleDocument } from '../support/sample-document.ts';

const suiteOf = (xml: string, name: string): string =>
  xml.split('<testsuite ').find((it) => it.startsWith(`name="${name}"`)) ?? '';

describe('junit.xml', () => {
  test('fails promised claims that broke, with the command that replays them', () => {
    const suite = suiteOf(renderJunit(brokenDocument()), 'lease');
    expect(suite).toContain('tests="14" failures="1" errors="0" skipped="0"');
    expect(suite).toContain(
      'name="tick-once"><failure type="broken" message="broke in 4 of 40 seeds">',
    );
    expect(suite).toContain('replay scenarios/storms/showcase.yaml --design lease --seed 17');
  });

  test('skips what was not promised and says whether it broke', () => {
    const suite = suiteOf(renderJunit(sampleDocument()), 'lease+fencing=off');
    expect(suite).toContain('failures="0" errors="0" skipped="5"');
    expect(suite).toMatch(
      /name="tick-once"><skipped message="not promised .*broke in 6 of 40 seeds"/,
    );
    expect(suite).toMatch(/name="overlap"><skipped message="not promised .*not broken"/);
  });

  test('skips what never came up', () => {
    const sample = sampleDocument();
    const [first] = sample.designs;
    const cancel = { ...first!.claims['cancel']!, held: 0, vacuous: 40 };
    const design = { ...first!, claims: { cancel } };
    const xml = renderJunit({ ...sample, designs: [design] });
    expect(suiteOf(xml, 'single')).toContain('name="cancel"><skipped message="vacuous');
  });

  test('passes what a run must have met, and skips what no seed showed', () => {
    const sample = sampleDocument();
    const row = { ...sample.designs[0]!.claims['cancel']!, promised: false, reason: 'r' };
    const claims = {
      'sometimes-failover': { ...row, held: 1, vacuous: 39 },
      'sometimes-tick-run': { ...row, held: 0, vacuous: 40 },
    };
    const xml = renderJunit({ ...sample, designs: [{ ...sample.designs[0]!, claims }] });
    expect(xml).toContain('name="sometimes-failover"/>');
    expect(xml).toContain('name="sometimes-tick-run"><skipped message="vacuous');
    expect(xml).not.toContain('not promised');
  });

  test('fails missed objectives', () => {
    const sample = sampleDocument();
    const slo = [{ ...sample.slo[0]!, got: 0.5, met: false }];
    const suite = suiteOf(renderJunit({ ...sample, slo }), 'objectives');
    expect(suite).toContain('failures="1"');
    expect(suite).toContain('message="wanted &gt;= 0.8, got 0.5"');
  });

  test('counts its cases and stays well formed with hostile names', () => {
    const sample = brokenDocument();
    const scenario = { ...sample.scenario, name: '"><evil>&\u0000\ud800' };
    const xml = renderJunit({ ...sample, scenario });
    expect(xml).toContain('name="&quot;&gt;&lt;evil&gt;&amp;\uFFFD\uFFFD"');
    const total = [...xml.matchAll(/ tests="(\d+)"/g)].reduce((sum, it) => sum + Number(it[1]), 0);
    expect(xml.match(/<testcase /g)).toHaveLength(total);
    const opened = xml.match(/<testcase [^>]*[^/]>/g)?.length;
    expect(xml.match(/<\/testcase>/g)?.length).toBe(opened);
  });
});
