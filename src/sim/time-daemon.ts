/**
 * The time daemon of a machine, in the manner of ntpd: it asks its servers for the time again and
 * again, each answer is a little wrong, and it slews the wall clock towards what it heard, or steps
 * it when it is far off. It learns how fast its oscillator is, so that the clock drifts slowly when
 * it hears from nobody.
 */
import { assert } from '../lib/assert.ts';
import { intBetween, type Random } from '../lib/random.ts';
import { MS, SECOND } from '../lib/units.ts';
import type { Clock } from './clock.ts';

export interface TimeDaemonSettings {
  /** From one asking to the next. */
  readonly pollUs: number;
  /** What it measures is off by up to this, either way. */
  readonly errorUs: number;
}

export interface TimeDaemonOptions extends TimeDaemonSettings {
  readonly clock: Clock;
  readonly random: Random;
  /** False while the computer is off: nobody asks then. */
  readonly isOn: () => boolean;
  /** Calls {@link TimeDaemon.poll} after this; a later call replaces an earlier one. */
  readonly pollAfter: (spanUs: number) => void;
}

/** A server that lies. */
export interface FalseServer {
  readonly offsetUs: number;
  /** How fast the daemon follows it, and leads back when it is gone. */
  readonly slewPpm: number;
  /** Told once, when the daemon has believed it. */
  readonly onFollowed: () => void;
}

/** A time during which no server answers. */
export interface Outage {
  /** Told whenever the daemon has asked in vain. */
  readonly onMissed: () => void;
}

/** The kernel adjusts its clock by no more than this, and ntpd steps what is off by more. */
const SLEW_PPM_MAX = 500;
const STEP_US = 128 * MS;
/** Of a measured drift this share is taken for the oscillator's, so that single errors average. */
const LEARNT = 0.25;
/** While it follows at full speed it asks no more often than this. */
const FOLLOW_POLL_US_MIN = SECOND;

export class TimeDaemon {
  readonly #options: TimeDaemonOptions;
  readonly #liars = new Set<FalseServer>();
  readonly #outages = new Set<Outage>();
  #isStarted = false;
  /** What it takes the oscillator's error to be, negated. */
  #frequencyPpm = 0;
  /** How fast it still leads back what a false server did; 0 when nothing is left of that. */
  #followPpm = 0;

  constructor(options: TimeDaemonOptions) {
    assert(options.pollUs >= 1, `polls every ${options.pollUs} us`);
    this.#options = options;
  }

  /** Machines do not ask all at once: the first time is drawn. Later calls change nothing. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#options.pollAfter(intBetween(this.#options.random, 0, this.#options.pollUs));
  }

  /** A false server answers from now on, and is heard at once; the answer takes it away. */
  follow(liar: FalseServer): () => void {
    this.#liars.add(liar);
    this.#options.pollAfter(0);
    return () => {
      this.#liars.delete(liar);
      this.#options.pollAfter(0);
    };
  }

  /** No server answers from now on; the answer ends it. */
  cutOff(outage: Outage): () => void {
    this.#outages.add(outage);
    return () => {
      this.#outages.delete(outage);
    };
  }

  /** Forgets what it was led to by false servers, and asks again at once. */
  settle(): void {
    this.#followPpm = 0;
    this.#options.clock.setSlewPpm(this, Math.round(this.#frequencyPpm));
    this.#options.pollAfter(0);
  }

  /** Asks its servers, and corrects the clock until it asks again. */
  poll(): void {
    const { clock, isOn, pollAfter, pollUs } = this.#options;
    // Nobody runs on a computer that is off or suspended, and a clock at rest can not be led.
    const isIdle = !isOn() || clock.isSuspended || clock.isFrozen;
    if (isIdle) pollAfter(pollUs);
    else if (this.#outages.size > 0) this.#miss();
    else this.#correct(clock.wallErrorUs() - this.#lieUs() + this.#draw());
  }

  /** Nothing was heard: what is left is what it knows of its oscillator. */
  #miss(): void {
    const { clock, pollAfter, pollUs } = this.#options;
    for (const { onMissed } of this.#outages) onMissed();
    clock.setSlewPpm(this, Math.round(this.#frequencyPpm));
    pollAfter(pollUs);
  }

  #correct(measuredUs: number): void {
    const { clock, pollAfter, pollUs } = this.#options;
    const isFar = Math.abs(measuredUs) > STEP_US;
    if (this.#liars.size === 0 && !isFar) this.#followPpm = 0;
    const overPollPpm = -(measuredUs / pollUs) * 1e6;
    if (this.#followPpm > 0) {
      const ppm = Math.max(this.#followPpm, SLEW_PPM_MAX);
      const neededUs = Math.ceil((Math.abs(measuredUs) / ppm) * 1e6);
      const nextUs = Math.min(pollUs, Math.max(neededUs, FOLLOW_POLL_US_MIN));
      this.#slew(-(measuredUs / nextUs) * 1e6, ppm);
      pollAfter(nextUs);
      return;
    }
    if (isFar) {
      clock.setSlewPpm(this, Math.round(this.#frequencyPpm));
      clock.stepWallUs(-Math.round(measuredUs));
    } else {
      this.#slew(this.#frequencyPpm + overPollPpm, SLEW_PPM_MAX);
      this.#frequencyPpm = within(this.#frequencyPpm + LEARNT * overPollPpm, SLEW_PPM_MAX);
    }
    pollAfter(pollUs);
  }

  #slew(ppm: number, maxPpm: number): void {
    this.#options.clock.setSlewPpm(this, Math.round(within(ppm, maxPpm)));
  }

  /** What all false servers together add to the time, now that the daemon hears them. */
  #lieUs(): number {
    let sumUs = 0;
    for (const { offsetUs, slewPpm, onFollowed } of this.#liars) {
      sumUs += offsetUs;
      this.#followPpm = Math.max(this.#followPpm, slewPpm);
      if (offsetUs !== 0) onFollowed();
    }
    return sumUs;
  }

  #draw(): number {
    const { random, errorUs } = this.#options;
    return errorUs === 0 ? 0 : intBetween(random, -errorUs, errorUs);
  }
}

const within = (value: number, max: number): number => Math.max(-max, Math.min(max, value));
