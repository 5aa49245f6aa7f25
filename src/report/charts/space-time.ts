/**
 * The space-time diagram of a broken run: a lane per machine, time downwards, messages as lines
 * from one lane to another, leadership and faults as bands along the lanes, the bodies of jobs, and
 * what was seen. One drawing for every screen: across it is laid out in percent, down in pixels.
 * Without the script it is a picture with a table; with it, it can be stepped through.
 *
 *   space-time-scale.ts     where instants stand
 *   space-time-lanes.ts     heads, bands, bodies
 *   space-time-messages.ts  messages
 */

import { humanDuration } from '../../lib/units.ts';
import { html, type Markup } from '../html.ts';
import type { SpaceTime, StoryEvent } from '../space-time.ts';
import { fitted } from './frame.ts';
import { patternDefinitions } from './patterns.ts';
import {
  type Across,
  acrossOf,
  bandsOf,
  heads,
  jobsOf,
  LINE,
  patternsOf,
} from './space-time-lanes.ts';
import { messagesOf } from './space-time-messages.ts';
import { clockText, laneName, TEXT_ROW, type TimeScale, timeScale } from './space-time-scale.ts';

/** Jobs that the events of the verdict are about. */
export function subjectJobs({ events, summary }: SpaceTime): ReadonlySet<string> {
  const rests = new Set(events.find(({ isVerdict }) => isVerdict)?.after ?? []);
  const words = new Set(summary.split(/[\s,:;]+/));
  return new Set(
    events.flatMap(({ id, job }) =>
      job !== undefined && (rests.has(id) || words.has(job)) ? [job] : [],
    ),
  );
}

/** Heads, times and lanes, as parts of a box that scrolls. `id` must be unique in the page. */
export function spaceTimeChart(story: SpaceTime, id: string): Markup {
  const across = acrossOf(story);
  const scale = timeScale(story);
  const subjects = subjectJobs(story);
  const jobs = jobsOf(story, across, scale, subjects);
  const title = `${story.design} breaks ${story.claim}, seed ${story.seed}`;
  const size = html`width="100%" height="${scale.height}"`;
  return html`<div class="corner">time</div><div class="heads">${heads(across)}</div>
<svg class="times" ${size} aria-hidden="true">${times(story, scale)}</svg>
<svg class="space" id="${id}-svg" role="img" aria-labelledby="${id}-t ${id}-d" ${size}>
<title id="${id}-t">${title}</title><desc id="${id}-d">${describe(story)}</desc>
${patternDefinitions(id, patternsOf(story))}${arrow(id)}
${silences(scale)}${laneLines(across, scale)}${bandsOf(story, across, scale, id)}${jobs.markup}
${messagesOf(story, across, scale, id, subjects)}
${eventsOf(story, across, scale, jobs.roomOf)}${verdict(story, scale)}</svg>`;
}

const arrow = (id: string): Markup =>
  html`<defs><marker id="${id}-arrow" viewBox="0 0 6 6" refX="6" refY="3" markerWidth="6"
markerHeight="6" markerUnits="userSpaceOnUse" orient="auto"><path class="tip"
d="M0,0.6L6,3L0,5.4z"/></marker></defs>`;

function describe({ machines, messages, events, summary, bands }: SpaceTime): string {
  const lost = messages.filter(({ receivedUs }) => receivedUs === null).length;
  const faults = bands.filter(({ kind }) => !QUIET_KINDS.has(kind)).map(({ label }) => label);
  const hardship = faults.length === 0 ? '' : ` Hardship: ${[...new Set(faults)].join(', ')}.`;
  return (
    `${machines.length} machines, ${messages.length} messages of which ${lost} were lost, ` +
    `${events.length} events.${hardship} The end: ${summary}.`
  );
}

const QUIET_KINDS: ReadonlySet<string> = new Set(['leader', 'lease', 'primary']);

const silences = ({ silences: all }: TimeScale): Markup =>
  html`<g class="silences">${all.map(
    ({ from, until }) =>
      html`<rect x="0" y="${round1(from + 4)}" width="100%" height="${round1(until - from - 8)}"/>`,
  )}</g>\n`;

const laneLines = (across: Across, { height }: TimeScale): Markup =>
  html`<g class="lines">${across.names.map(
    (name) => html`<line x1="${across.x(name)}%" x2="${across.x(name)}%" y1="0" y2="${height}"/>`,
  )}</g>\n`;

/** Times at the left, as many as have room, and how long nothing was drawn. */
function times(story: SpaceTime, scale: TimeScale): Markup {
  const silent = scale.silences.map(({ from, until, us }) => ({
    y: (from + until) / 2,
    words: `+ ${humanDuration(us)}`,
    look: 'end quiet',
  }));
  const shown = new Set(silent.map(({ y }) => y));
  let before = '';
  const at = [...new Set(story.events.map(({ atUs }) => atUs))];
  const marks: { y: number; words: string; look: string }[] = [...silent];
  for (const us of at) {
    const y = scale.y(us);
    if ([...shown].some((other) => Math.abs(other - y) < TEXT_ROW)) continue;
    shown.add(y);
    const words = clockText(us);
    if (words !== before) marks.push({ y, words, look: 'end' });
    before = words;
  }
  return html`${marks.map(
    ({ y, words, look }) =>
      html`<text class="${look}" x="100%" dx="-6" y="${round1(y)}" dy="0.32em">${words}</text>`,
  )}`;
}

function eventsOf(
  story: SpaceTime,
  across: Across,
  scale: TimeScale,
  roomOf: (machine: string) => number,
): Markup {
  const rests = new Set(story.events.find(({ isVerdict }) => isVerdict)?.after ?? []);
  const drawn = story.events.filter(({ isVerdict }) => !isVerdict);
  const widths = labelWidths(drawn, across, scale);
  return html`<g class="events">${drawn.map((event) => {
    const lane = laneName(event);
    const y = scale.y(event.atUs);
    const row = scale.rowOf.get(event) ?? y;
    const isLast = isLastLane(across, lane);
    const room = isLast ? 8 : roomOf(lane) + 8;
    const look = rests.has(event.id) ? 'rests' : 'plain';
    const width = (widths.get(event) ?? 0) - room;
    // A letter or two would only be in the way.
    const words = width < 20 ? '' : fitted(shortWords(event), width);
    return html`<svg x="${across.x(lane)}%" data-id="${event.id}" class="event ${look}"><circle
cy="${y}" r="${rests.has(event.id) ? 5 : 3}"/><text class="${isLast && 'end'}"
x="${isLast ? -room : room}" y="${round1(row)}"
dy="0.32em">${words}</text></svg>\n`;
  })}</g>\n`;
}

/** Beyond the last lane there is no room: its labels stand before its line. */
const isLastLane = ({ names }: Across, lane: string): boolean =>
  names.length > 1 && names[names.length - 1] === lane;

/** A label may run on over other lanes, up to the next label on the same height. */
function labelWidths(
  events: readonly StoryEvent[],
  across: Across,
  scale: TimeScale,
): ReadonlyMap<StoryEvent, number> {
  const last = across.names.length - 1;
  const isAtEnd = (event: StoryEvent): boolean => isLastLane(across, laneName(event));
  const startOf = (event: StoryEvent): number => {
    const reach = Math.min(0.85, (shortWords(event).length * 6.4 + 16) / across.laneWidth);
    return across.names.indexOf(laneName(event)) - (isAtEnd(event) ? reach : 0);
  };
  const places = events.map((event) => ({
    event,
    lane: startOf(event),
    row: scale.rowOf.get(event) ?? scale.y(event.atUs),
  }));
  return new Map(
    places.map(({ event, lane, row }) => {
      const beside = places.filter((it) => it.lane > lane && Math.abs(it.row - row) < TEXT_ROW - 1);
      const next = Math.min(...beside.map((it) => it.lane));
      const lanes = isAtEnd(event) ? 1 : Math.min(next, last + 1 - LINE) - lane;
      return [event, Math.min(LABEL_MAX, lanes * across.laneWidth - 12)];
    }),
  );
}

const LABEL_MAX = 330;

/** Words for a narrow lane: what happened, and to what. */
const shortWords = ({ text }: StoryEvent): string =>
  text
    .replace(/^(says|is|fault|worker-\S+(?= effect)) /, '')
    .replace(/ (token|for tick|because of) .*$/, '');

const verdict = (story: SpaceTime, scale: TimeScale): Markup => {
  const y = scale.height - 8;
  const words = `✗ ${story.claim} is broken at ${clockText(story.atUs)}`;
  return html`<g class="verdict-mark" data-id="verdict"><line x1="0" x2="100%" y1="${y}"
y2="${y}"/><text x="4" y="${y - 6}">${words}</text></g>\n`;
};

const round1 = (value: number): number => Math.round(value * 10) / 10;
