/**
 * Diagrams of what broke, for the report: one per design and broken claim, of a case made small
 * where there is one. Promised claims come first; beyond a few the rest is counted, for
 * ten pictures of the same break say no more than one.
 */
import { findClaim } from '../checkers/claims.ts';
import type { CaseFile } from '../explore/case-file.ts';
import { preparedFor } from '../explore/loaded.ts';
import { inlined } from '../explore/simulate-story.ts';
import { type SmallCase, smallCase } from '../explore/small-case.ts';
import { type CaseToDraw, spaceTime } from '../explore/space-time.ts';
import { createRng } from '../kernel/rng.ts';
import type { ReportDocument } from '../report/document.ts';
import { replayCommand } from '../report/replay.ts';
import type { SpaceTime } from '../report/space-time.ts';
import { type BrokenClaim, brokenClaims } from '../report/words.ts';
import { planOf } from '../scenario/assemble.ts';
import type { LoadedScenario } from '../scenario/scenario.ts';
import { commandFront } from './front.ts';
import { nextTurn } from './io.ts';

export const STORIES_MAX = 6;
/** Of claims that nobody promised. */
const UNPROMISED_MAX = 3;
/** Runs that shrink a case that was not shrunk anyway. */
const BUDGET = 60;

/**
 * The document with its diagrams. `smalls` are the cases that were shrunk already: they also serve
 * for other claims of their design that break in them.
 */
export async function addStories(
  document: ReportDocument,
  loaded: LoadedScenario,
  smalls: readonly SmallCase[],
): Promise<ReportDocument> {
  const broken = inTurn(brokenClaims(document), smalls);
  if (broken.length === 0) return document;
  const cases: SmallCase[] = [...smalls];
  const stories: SpaceTime[] = [];
  for (const each of broken) {
    const isPast = !each.row.promised && unpromised(stories) >= UNPROMISED_MAX;
    if (stories.length >= STORIES_MAX || isPast) continue;
    await nextTurn();
    const story = storyOf(document, loaded, each, cases);
    if (story !== undefined) stories.push(story);
  }
  const leftOut = broken.length - stories.length;
  return { ...document, stories, ...(leftOut === 0 ? {} : { storiesLeftOut: leftOut }) };
}

/** Promised claims first, and of these one of each design in turn, what was made small before. */
function inTurn(broken: readonly BrokenClaim[], smalls: readonly SmallCase[]): BrokenClaim[] {
  const isSmall = ({ design, claim }: BrokenClaim): boolean =>
    smalls.some(({ shrunk }) => {
      return shrunk.claim === claim && shrunk.prepared.design.name === design.name;
    });
  const seen = new Map<string, number>();
  const turnOf = ({ design, row }: BrokenClaim): number => {
    const key = `${row.promised} ${design.name}`;
    const turn = seen.get(key) ?? 0;
    seen.set(key, turn + 1);
    return turn;
  };
  return [...broken.filter(isSmall), ...broken.filter((it) => !isSmall(it))]
    .map((it) => ({ it, turn: turnOf(it) }))
    .sort((a, b) => Number(b.it.row.promised) - Number(a.it.row.promised) || a.turn - b.turn)
    .map(({ it }) => it);
}

const unpromised = (stories: readonly SpaceTime[]): number =>
  stories.filter(({ promised }) => !promised).length;

function storyOf(
  document: ReportDocument,
  loaded: LoadedScenario,
  broken: BrokenClaim,
  cases: SmallCase[],
): SpaceTime | undefined {
  const { design, claim: id, row } = broken;
  const claim = findClaim(id);
  const seed = row.example?.seed;
  if (claim === undefined || seed === undefined) return undefined;
  const prepared = preparedFor(loaded, design.name);
  const known = cases.filter(({ shrunk }) => shrunk.prepared.design.name === design.name);
  for (const small of known) {
    const drawn = spaceTime(smallToDraw(small, claim));
    if (drawn !== undefined) return drawn;
  }
  // One small case of a design is worth its time: its claims mostly break for one reason.
  if (known.length === 0) {
    const small = smallCase(prepared, { seed, claim: id, budget: BUDGET, boundsBudget: 0 });
    if (small !== undefined) {
      cases.push(small);
      return spaceTime(smallToDraw(small, claim));
    }
  }
  const plan = planOf(loaded.scenario, createRng(seed));
  const replay = replayCommand(document, design.name, seed);
  return spaceTime({ prepared, seed, plan, claim, isShrunk: false, replay });
}

function smallToDraw({ shrunk, story, text }: SmallCase, claim: CaseToDraw['claim']): CaseToDraw {
  const { prepared, seed, plan } = shrunk;
  const { story: _, counterfactual: __, ...bare } = JSON.parse(text) as CaseFile;
  const replay = `${commandFront()} replay ${inlined(JSON.stringify(bare))}`;
  const told = shrunk.claim === claim.id ? { story } : {};
  return { prepared, seed, plan, claim, isShrunk: true, replay, ...told };
}
