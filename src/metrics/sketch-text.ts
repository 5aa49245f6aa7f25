/**
 * A sketch as a short text, the same for the same sketch: `joins;zeros;most;bins`. The bins are
 * pairs of the distance from the bin before and the count less one, each in digits of base 64, six
 * bits to a character of which one says that more follow; most bins take two characters.
 */
import { failed, type Outcome, ok } from '../lib/outcome.ts';
import type { Sketch } from './sketch.ts';

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

export function sketchText({ joins, zeros, most, bins }: Sketch): string {
  let text = `${joins};${zeros};${most};`;
  let before: number | undefined;
  for (const [bin, count] of bins) {
    // Only the first may be negative, and says so in its lowest bit.
    const distance = before === undefined ? 2 * Math.abs(bin) + (bin < 0 ? 1 : 0) : bin - before;
    text += digits(distance) + digits(count - 1);
    before = bin;
  }
  return text;
}

/** Fails with words on what is wrong with the text. */
export function readSketch(text: string): Outcome<Sketch, string> {
  const match = /^(\d{1,2});(\d{1,15});(\d[\d.e+-]*);([\w-]*)$/.exec(text);
  if (match === null) return failed('not a sketch: joins;zeros;most;bins');
  const numbers = numbersOf(match[4] as string);
  if (numbers === undefined || numbers.length % 2 === 1) return failed('a sketch cut short');
  const bins: (readonly [number, number])[] = [];
  let bin = 0;
  for (let i = 0; i < numbers.length; i += 2) {
    const distance = numbers[i] as number;
    if (i > 0 && distance === 0) return failed('a sketch with the same bin twice');
    const first = (distance % 2 === 1 ? -1 : 1) * Math.floor(distance / 2);
    bin = i === 0 ? first + 0 : bin + distance;
    bins.push([bin, (numbers[i + 1] as number) + 1]);
  }
  const [joins, zeros, most] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return Number.isFinite(most) ? ok({ joins, zeros, most, bins }) : failed('no largest value');
}

function digits(value: number): string {
  let text = '';
  let rest = value;
  for (; rest >= 32; rest = Math.floor(rest / 32)) text += DIGITS[32 + (rest % 32)];
  return text + DIGITS[rest];
}

/** Undefined when the last number has no end. */
function numbersOf(text: string): number[] | undefined {
  const numbers: number[] = [];
  let [value, place] = [0, 1];
  for (const character of text) {
    const digit = DIGITS.indexOf(character);
    value += (digit % 32) * place;
    place *= 32;
    if (digit >= 32) continue;
    numbers.push(value);
    [value, place] = [0, 1];
  }
  return place === 1 ? numbers : undefined;
}
