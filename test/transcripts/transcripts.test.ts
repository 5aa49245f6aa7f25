/**
 * Golden transcripts: short stories of one run each, readable like a lesson. Each opens with what
 * it shows; the lines are the facts that matter to it, as the command line prints them. A change
 * in behaviour shows here as a change of a line. `UPDATE=1 npx vitest run test/transcripts`
 * rewrites them.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeFact, MARKS } from '../../src/history/codec.ts';
import type { Fact } from '../../src/history/fact.ts';
import { brokenOf, preparedOf, runTwice, scenarioOf } from '../support/runs.ts';
import { STORIES, type Story } from './stories.ts';

const FOLDER = import.meta.dirname;
const COLUMNS = 100;

for (const story of STORIES) {
  test(story.title, () => {
    const told = tell(story);
    const file = join(FOLDER, `${story.file}.txt`);
    if (process.env['UPDATE'] === '1') writeFileSync(file, told);
    expect(existsSync(file), `${file} is missing: run with UPDATE=1`).toBe(true);
    expect(told).toBe(readFileSync(file, 'utf8'));
  });
}

/** Runs the story and writes it down: title, what it shows, legend, the facts, how it ended. */
function tell(story: Story): string {
  const prepared = preparedOf(scenarioOf(story.scenario), story.design);
  const facts: Fact[] = [];
  const run = runTwice(prepared, story.seed, {
    plan: story.plan,
    onFact: (fact) => {
      if (story.tells(fact)) facts.push(fact);
    },
  });
  const broken = Object.entries(brokenOf(run));
  const ending =
    broken.length === 0
      ? ['Every claim that was judged held.']
      : broken.map(([claim, why]) => `Broken: ${claim}: ${why}`);
  const legend = Object.values(MARKS).map(({ mark, meaning }) => `  ${mark} ${meaning}`);
  const head = [`${story.title}`, '='.repeat(story.title.length), '', ...wrap(story.shows)];
  const body = facts.map(describeFact);
  expect(body.length, 'a story of this many lines is not read').toBeLessThan(60);
  return `${[...head, '', ...legend, '', ...body, '', ...ending.flatMap(wrap)].join('\n')}\n`;
}

function wrap(text: string): string[] {
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const line = lines[lines.length - 1] as string;
    if (line !== '' && line.length + 1 + word.length > COLUMNS) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
