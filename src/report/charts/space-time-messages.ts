/** Messages of a space-time diagram: lines from sending to receipt, broken where they were lost. */
import { html, type Markup } from '../html.ts';
import type { SpaceTime, StoryMessage } from '../space-time.ts';
import { type Across, percent } from './space-time-lanes.ts';
import type { TimeScale } from './space-time-scale.ts';

/** A lost message gets this far, and falls by so many pixels. */
const LOST_SHARE = 0.62;
const LOST_FALL = 12;

/** A line's ends: across in percent, down in pixels. */
interface Line {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

function lineOf(message: StoryMessage, across: Across, scale: TimeScale): Line {
  const x1 = across.x(message.from);
  const y1 = scale.y(message.sentUs);
  const x = across.x(message.to);
  if (message.receivedUs !== null) return { x1, y1, x2: x, y2: scale.y(message.receivedUs) };
  const x2 = percent((x1 + (x - x1) * LOST_SHARE) / 100);
  return { x1, y1, x2, y2: Math.round((y1 + LOST_FALL) * 10) / 10 };
}

/** Each can be found by its id; what they share stands once, on their group. */
export function messagesOf(
  story: SpaceTime,
  across: Across,
  scale: TimeScale,
  id: string,
  subjects: ReadonlySet<string>,
): Markup {
  const isSubject = ({ job }: StoryMessage): boolean => job !== undefined && subjects.has(job);
  const group = (name: string, members: readonly StoryMessage[]): Markup | false =>
    members.length > 0 &&
    html`<g class="messages ${name}" marker-end="url(#${id}-arrow)">${members.map((message) =>
      drawMessage(message, lineOf(message, across, scale)),
    )}</g>\n`;
  const came = story.messages.filter(({ receivedUs }) => receivedUs !== null);
  const lost = story.messages.filter(({ receivedUs }) => receivedUs === null);
  const subject = came.filter(isSubject);
  return html`${group(
    'rest',
    came.filter((it) => !isSubject(it)),
  )}${group('subject', subject)}${lostGroup(lost, across, scale)}${subject.map((message) =>
    messageLabel(message, lineOf(message, across, scale)),
  )}`;
}

/** Title and place; those that stay on one lane still leave a mark. */
const drawMessage = ({ id }: StoryMessage, { x1, y1, x2, y2 }: Line): Markup =>
  html`<line data-id="${id}" x1="${x1}%" y1="${y1}" x2="${x2}%" y2="${y2}"/>`;

function lostGroup(
  lost: readonly StoryMessage[],
  across: Across,
  scale: TimeScale,
): Markup | false {
  if (lost.length === 0) return false;
  return html`<g class="messages lost">${lost.map((message) => {
    const line = lineOf(message, across, scale);
    return html`${drawMessage(message, line)}<svg x="${line.x2}%" y="${line.y2}"><path
      class="cross" d="M-3.5,-3.5l7,7M-3.5,3.5l7,-7"/></svg>`;
  })}</g>\n`;
}

const messageLabel = ({ kind, id }: StoryMessage, { x1, y1, x2, y2 }: Line): Markup => {
  const x = percent((x1 + x2) / 200);
  const y = Math.round((y1 + y2) / 2 - 3);
  return html`<text class="said middle" data-of="${id}" x="${x}%" y="${y}">${kind}</text>`;
};
