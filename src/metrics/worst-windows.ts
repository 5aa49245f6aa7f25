import { assert } from '../lib/assert.ts';
import { counted, distinct, risen } from './level.ts';

/** A stretch of a user's time in which the service was up for it, or down. */
export interface Segment {
  readonly fromUs: number;
  readonly untilUs: number;
  readonly isUp: boolean;
}

/** The least share of up time in any window of this length. */
export interface WorstWindow {
  readonly windowUs: number;
  readonly ratio: number;
}

/**
 * The minimal cumulative ratio of Hauer et al. (NSDI '20) for each length of a window: the least,
 * over all windows within the time that the segments span, of up time over up and down time of all
 * users in the window. It is exact, not sampled. Of a window that slides both times change linearly
 * until one of its ends meets the end of a segment, and a quotient of two linear functions has no
 * extremes in between; so only windows with an end there are looked at. Windows in which no user is
 * active have no ratio. One that is as long as the whole, or longer, holds all of it.
 *
 * The ratio of a multiple of a length is never below that of the length, but in between it may dip:
 * a window of 90 s may hold two outages where none of 60 s does. The monotone envelope, "at least
 * this in any window of this length or longer", is the least of the ratios from a length on.
 */
export function worstWindows(
  segments: readonly Segment[],
  windowsUs: readonly number[],
): readonly WorstWindow[] {
  const lasting = segments.filter(({ fromUs, untilUs }) => untilUs > fromUs);
  if (lasting.length === 0) return [];
  const course = courseOf(lasting);
  return windowsUs.map((windowUs) => ({ windowUs, ratio: worstRatio(course, windowUs) }));
}

/**
 * Up time and active time of all users together, added up from the start, at each instant at which
 * a segment begins or ends; and how many users are up, and active, from there until the next.
 */
interface Course {
  readonly atUs: Float64Array;
  readonly upUs: Float64Array;
  readonly activeUs: Float64Array;
  readonly up: Int32Array;
  readonly active: Int32Array;
}

function courseOf(segments: readonly Segment[]): Course {
  const up = segments.filter(({ isUp }) => isUp);
  const begins = risen(segments.map(({ fromUs }) => fromUs));
  const ends = risen(segments.map(({ untilUs }) => untilUs));
  const upBegins = risen(up.map(({ fromUs }) => fromUs));
  const upEnds = risen(up.map(({ untilUs }) => untilUs));
  const atUs = distinct(begins, ends);
  const course: Course = {
    atUs,
    upUs: new Float64Array(atUs.length),
    activeUs: new Float64Array(atUs.length),
    up: counted(atUs, upBegins, upEnds),
    active: counted(atUs, begins, ends),
  };
  for (let i = 1; i < atUs.length; i++) {
    const us = (atUs[i] as number) - (atUs[i - 1] as number);
    course.upUs[i] = (course.upUs[i - 1] as number) + us * (course.up[i - 1] as number);
    course.activeUs[i] = (course.activeUs[i - 1] as number) + us * (course.active[i - 1] as number);
  }
  return course;
}

/** Slides a window over the course, from one end of a segment to the next. */
function worstRatio(course: Course, windowUs: number): number {
  assert(windowUs > 0, () => `a window of ${windowUs} us`);
  const { atUs, upUs, activeUs } = course;
  const last = atUs.length - 1;
  const lastUs = atUs[last] as number;
  let nearUs = atUs[0] as number;
  if (nearUs + windowUs >= lastUs) return (upUs[last] as number) / (activeUs[last] as number);
  let near = 0;
  let far = 0;
  let worst = 1;
  for (;;) {
    while ((atUs[near + 1] as number) <= nearUs) near++;
    while (far < last && (atUs[far + 1] as number) <= nearUs + windowUs) far++;
    const active = activeBy(course, far, nearUs + windowUs) - activeBy(course, near, nearUs);
    if (active > 0) {
      const up = upBy(course, far, nearUs + windowUs) - upBy(course, near, nearUs);
      worst = Math.min(worst, up / active);
    }
    if (far === last) return worst;
    nearUs = Math.min(atUs[near + 1] as number, (atUs[far + 1] as number) - windowUs);
  }
}

const upBy = ({ atUs, upUs, up }: Course, i: number, us: number): number =>
  (upUs[i] as number) + (up[i] as number) * (us - (atUs[i] as number));

const activeBy = ({ atUs, activeUs, active }: Course, i: number, us: number): number =>
  (activeUs[i] as number) + (active[i] as number) * (us - (atUs[i] as number));
