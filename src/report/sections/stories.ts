/** Broken runs, each as a story, a diagram and a table of its events. */

import { spaceTimeChart } from '../charts/space-time.ts';
import { bandWords } from '../charts/space-time-lanes.ts';
import { clockText, HARNESS } from '../charts/space-time-scale.ts';
import type { ReportDocument } from '../document.ts';
import { html, type Markup, NOTHING } from '../html.ts';
import { formatCount, formatValue } from '../numbers.ts';
import type { LeftOut, SpaceTime, StoryEvent, StoryMessage } from '../space-time.ts';
import { counted } from '../words.ts';
import { scrolling, section } from './parts.ts';

const NOTE =
  'One broken run for each broken claim, around the facts that the verdict rests on. Time goes ' +
  'down; each line is a message. Near instants are drawn apart and silences short, so the times ' +
  'at the left tell how long things took.';

/** Nothing when no claim broke, or the cases were not told. */
export function storiesSection({ stories = [], storiesLeftOut = 0 }: ReportDocument): Markup {
  if (stories.length === 0) return NOTHING;
  const more =
    storiesLeftOut > 0 &&
    html`<p class="note">${counted(storiesLeftOut, 'more broken claim')} not drawn: see the claims
above, and replay their seeds.</p>`;
  return section(
    'stories',
    'How it broke',
    NOTE,
    stories.map((story, index) => storyBlock(story, `story-${index + 1}`)),
    more,
  );
}

function storyBlock(story: SpaceTime, id: string): Markup {
  const { design, claim, seed, summary, isShrunk, promised } = story;
  const made = isShrunk
    ? `Seed ${seed}, made small: what the break does not need is left out.`
    : `Seed ${seed} as it was run; drawn is what lies around the break.`;
  const free = promised ? '' : ' The design does not promise this.';
  return html`<article class="story" id="${id}" aria-labelledby="${id}-h">
<h3 id="${id}-h">${design} breaks ${claim}</h3>
<p>${summary}.${free}</p>
<p class="note">${made} ${leftWords(story)}</p>
<details><summary>The story in ${counted(story.story.length, 'line')}</summary><div
class="scroll" role="region" aria-label="Story of ${claim}" tabindex="0"><ol
class="told">${story.story.map((line) => toldLine(line))}</ol></div></details>
<div class="command"><code tabindex="0">${story.replay}</code></div><div class="lanes" tabindex="0"
role="group"
aria-label="Space-time diagram: ${design} breaks ${claim}">
${spaceTimeChart(story, id)}</div>
${table(story, id)}</article>\n`;
}

const toldLine = (line: string): Markup =>
  html`<li class="${/^\s*[\d.]+s ! /.test(line) ? 'end-line' : 'line-of'}">${line}</li>`;

/** What is not drawn, in words. */
function leftWords({ left }: SpaceTime): string {
  const words = ({ events, messages }: LeftOut): string =>
    `${formatCount(events)} events and ${formatCount(messages)} messages`;
  const parts = [
    isNone(left.before) ? '' : `${words(left.before)} before the first`,
    isNone(left.between) ? '' : `${words(left.between)} in between`,
    isNone(left.after) ? '' : `${words(left.after)} after the break`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : `Not drawn: ${parts.join('; ')}.`;
}

const isNone = ({ events, messages }: LeftOut): boolean => events + messages === 0;

/** One line of the table: an event or a message. */
type Row =
  | { readonly atUs: number; readonly order: 0 | 2; readonly event: StoryEvent }
  | { readonly atUs: number; readonly order: 1; readonly message: StoryMessage };

/**
 * Everything drawn as a list in order of time; the script steps through its rows. Each row says
 * where it stands: for an event time and lane, for a message both of its ends.
 */
function table(story: SpaceTime, id: string): Markup {
  const lanes = new Map(story.machines.map(({ name }, index) => [name, index]));
  const laneOf = (name: string | null): number => (name === null ? -1 : (lanes.get(name) ?? -1));
  const rows = rowsOf(story).map((row) =>
    row.order === 1 ? messageRow(row.message, laneOf) : eventRow(row.event, laneOf),
  );
  const caption = `Events of ${story.design} breaking ${story.claim}`;
  const bands = story.bands.map((band) => html`<li>${bandWords(band)}</li>\n`);
  return html`<details><summary>Show as table</summary>${scrolling(
    caption,
    html`<table id="${id}-rows"><caption>${caption}</caption><thead><tr><th scope="col">time</th><th
scope="col">where</th><th scope="col">what</th><th scope="col">by its own clocks</th></tr></thead>
<tbody>${rows}</tbody></table>`,
  )}<ul class="words">${bands}</ul></details>`;
}

function rowsOf({ events, messages }: SpaceTime): readonly Row[] {
  const rows: Row[] = [
    ...events.map((event): Row => ({ atUs: event.atUs, order: event.isVerdict ? 2 : 0, event })),
    ...messages.map((message): Row => ({ atUs: message.sentUs, order: 1, message })),
  ];
  return rows.sort((a, b) => a.atUs - b.atUs || a.order - b.order);
}

type LaneOf = (name: string | null) => number;

function eventRow(event: StoryEvent, laneOf: LaneOf): Markup {
  const { id, atUs, machine, text, job, after, monotonicUs, wallUs, isVerdict } = event;
  const own = [
    monotonicUs === undefined ? '' : `monotonic ${clockText(monotonicUs)}`,
    wallUs === undefined ? '' : `wall ${clockText(wallUs)}`,
  ].filter((part) => part !== '');
  const cause = after.length > 0 && html` data-after="${after.join(' ')}"`;
  const of = job !== undefined && html` data-job="${job}"`;
  return html`<tr data-row="${id}" data-at="${atUs} ${laneOf(machine)}"${cause}${of}><td
class="num">${clockText(atUs)}</td><td>${machine ?? HARNESS}</td><td class="text${
    isVerdict && ' s-broken'
  }">${text}</td><td>${own.join(', ')}</td></tr>\n`;
}

function messageRow(message: StoryMessage, laneOf: LaneOf): Markup {
  const { id, from, to, sentUs, receivedUs, label, lost, kind, job } = message;
  const took =
    receivedUs === null
      ? `, lost: ${lost ?? 'unknown'}`
      : `, took ${formatValue('us', receivedUs - sentUs)}`;
  const of = job !== undefined && html` data-job="${job}"`;
  const ends = `${sentUs} ${laneOf(from)} ${receivedUs ?? ''} ${laneOf(to)}`;
  return html`<tr data-row="${id}" data-at="${ends}" data-kind="${kind}"${of}><td
class="num">${clockText(sentUs)}</td><td>${from} → ${to}</td><td
class="text">${label}${took}</td><td></td></tr>\n`;
}
