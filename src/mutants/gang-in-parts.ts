import { type ChoosePlaces, choosePlaces } from '../scheduler/parts/optimistic/decide.ts';
import type { Mutant } from './mutant.ts';

/** Where there is not room for all parts, those that fit are started. */
const asManyAsFit: ChoosePlaces = (offers, parts, choice, random) => {
  if (offers.length === 0) return undefined;
  return choosePlaces(offers, Math.min(parts, offers.length), choice, random);
};

export const gangInParts: Mutant = {
  name: 'gang-in-parts',
  sentence: 'A gang is started with as many of its parts as there is room for.',
  source: 'volcano-sh/volcano#3373',
  cause: 'what was asked for left out',
  of: 'optimistic',
  parts: { choosePlaces: asManyAsFit },
};
