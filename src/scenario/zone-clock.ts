/** Local time by what Intl says of a zone: the clock around a day, and when it changes. */
import { DAY } from '../lib/units.ts';

const DAY_MS = DAY / 1_000;

/** The clock around a local day, in milliseconds: offsets before and after the only change. */
export interface Around {
  readonly before: number;
  readonly after: number;
  /** The first instant with the offset `after`; meaningless when both are equal. */
  readonly changeMs: number;
}

const zones = new Map<string, Zone>();

/** One per name: a crontab asks about the same days of the same zone on every line. */
export function zoneOf(name: string): Zone {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const zone = new Zone(name);
  zones.set(name, zone);
  return zone;
}

/** What Intl says about a zone, asked for its offset by name ("GMT-04:00"). */
export class Zone {
  readonly #format: Intl.DateTimeFormat;
  readonly #days = new Map<number, Around>();

  constructor(name: string) {
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  }

  /** Local minus UTC, in milliseconds. */
  #offsetMs(ms: number): number {
    const found = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(this.#format.format(ms));
    if (found === null) throw new RangeError(`no offset in ${this.#format.format(ms)}`);
    const [, sign, hours = '0', minutes = '0', seconds = '0'] = found;
    const totalS = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
    return (sign === '-' ? -totalS : totalS) * 1_000;
  }

  /**
   * The clock around all the instants that the local times of a day (that many after 1970-01-01)
   * can stand for. At most one change falls into so short a stretch: changes come weeks apart.
   */
  around(day: number): Around {
    const known = this.#days.get(day);
    if (known !== undefined) return known;
    // Local time is at most 15 hours ahead of UTC and at most 13 behind it; a lost day adds one.
    const fromMs = (day - 1.125) * DAY_MS;
    const untilMs = (day + 2.125) * DAY_MS;
    const [before, after] = [this.#offsetMs(fromMs), this.#offsetMs(untilMs)];
    const changeMs = before === after ? fromMs : this.#changeWithin(fromMs, untilMs);
    const around = { before, after, changeMs };
    this.#days.set(day, around);
    return around;
  }

  /** The first whole second after the change of clock between two instants, in milliseconds. */
  #changeWithin(fromMs: number, untilMs: number): number {
    const offset = this.#offsetMs(fromMs);
    let before = Math.floor(fromMs / 1_000);
    let after = Math.ceil(untilMs / 1_000);
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (this.#offsetMs(middle * 1_000) === offset) before = middle;
      else after = middle;
    }
    return after * 1_000;
  }
}
