import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CRONTAB_LINE_MAX,
  CRONTAB_LINES_MAX,
  readCrontab,
} from '../../../src/workload/traces/crontab.ts';

const FILE = [
  '# nightly things',
  'SHELL=/bin/sh',
  'PATH = /usr/bin:/bin',
  '"MAILTO"=""',
  '',
  '0 2 * * *\t/usr/bin/backup --all  # keep',
  '  */5 9-17 * * MON-FRI   poll',
  '@daily rotate',
  '@every 15m  poll again',
  '15 3 1 * *',
  '@reboot start-me',
  '0 0 30 2 * never',
  '0 30 * * * oops',
  '* * *',
  '0 0 * * * FOO=bar env-in-a-command',
  '0 0 4 * * ? six words are five fields and a command',
].join('\r\n');

describe('readCrontab', () => {
  it('takes what runs and lists what does not, by line', () => {
    const { entries, rejected } = readCrontab(FILE);
    expect(entries).toEqual([
      { line: 6, expression: '0 2 * * *', command: '/usr/bin/backup --all  # keep' },
      { line: 7, expression: '*/5 9-17 * * MON-FRI', command: 'poll' },
      { line: 8, expression: '@daily', command: 'rotate' },
      { line: 9, expression: '@every 15m', command: 'poll again' },
      { line: 10, expression: '15 3 1 * *', command: '' },
      { line: 15, expression: '0 0 * * *', command: 'FOO=bar env-in-a-command' },
      { line: 16, expression: '0 0 4 * *', command: '? six words are five fields and a command' },
    ]);
    expect(rejected).toEqual([
      { line: 11, text: '@reboot start-me', reason: expect.stringMatching(/boots/) },
      { line: 12, text: '0 0 30 2 * never', reason: expect.stringMatching(/^never fires/) },
      { line: 13, text: '0 30 * * * oops', reason: 'hour: 30 is outside 0-23' },
      { line: 14, text: '* * *', reason: 'needs 5 fields, found 3' },
    ]);
  });

  it('reads an empty file, a byte order mark, and a last line without an end', () => {
    expect(readCrontab('')).toEqual({ entries: [], rejected: [] });
    expect(readCrontab('\uFEFF@hourly a\n@weekly b').entries.map((e) => e.line)).toEqual([1, 2]);
  });

  it('rejects what is too long, with a short excerpt', () => {
    const { entries, rejected } = readCrontab(`* * * * * ${'x'.repeat(CRONTAB_LINE_MAX)}\n@daily`);
    expect(entries).toEqual([{ line: 2, expression: '@daily', command: '' }]);
    expect(rejected[0]?.reason).toBe(`longer than ${CRONTAB_LINE_MAX} characters`);
    expect(rejected[0]?.text).toHaveLength(80);
  });

  it('reads no more lines than it promises, and says so once', () => {
    const { entries, rejected } = readCrontab('@daily\n'.repeat(CRONTAB_LINES_MAX + 5));
    expect(entries).toHaveLength(CRONTAB_LINES_MAX);
    expect(rejected).toHaveLength(1);
    expect(rejected[0]).toMatchObject({ line: CRONTAB_LINES_MAX + 1, text: '@daily' });
  });

  it('binary noise is all rejected, and nothing of it reaches a terminal', () => {
    const noise =
      '\u0000\u0001\u001b[2J\u0007PNG\n\u007fELF\u0002\u0001 * * * *\n0 0 * * * \u001b[31m';
    const { entries, rejected } = readCrontab(noise);
    expect(entries).toEqual([]);
    expect(rejected.map(({ reason }) => reason)).toEqual(
      Array(3).fill('control characters: not a text'),
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the point of the test
    for (const { text } of rejected) expect(text).not.toMatch(/[\u0000-\u001f\u007f]/);
  });

  it('never throws, and every line is an entry, rejected, or nothing to run', () => {
    const char = fc.constantFrom(...'0159*/-,# \t\r\n@dailyreboot=\u0000\u001bé');
    const texts = fc.oneof(
      fc.string({ maxLength: 400, unit: 'binary' }),
      fc.string({ maxLength: 400, unit: char }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const { entries, rejected } = readCrontab(text);
        const lines = [...entries, ...rejected].map(({ line }) => line);
        expect(new Set(lines).size).toBe(lines.length);
        expect(Math.max(0, ...lines)).toBeLessThanOrEqual(text.split('\n').length);
        expect(rejected.every(({ reason, text: t }) => reason !== '' && t.length <= 80)).toBe(true);
      }),
    );
  });
});
