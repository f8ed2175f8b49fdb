// How many items to ask ahead of demand, when the round trip and the paces of both sides are to decide. Pure: counts
// and time come in, a number of items comes out.
//
// A round lasts until what was granted at its beginning has been taken (one loop of credit), at most two round trips. What was taken over the
// time that took is its rate, and GAIN x rate x round trip is what the next one needs (the bandwidth-delay product).
//
//   in the round the subscriber   product above `ahead`              product below `ahead`
//   worked all the time           grows to it, at most to 4 times    shrinks to it, at most to half: more would
//                                 what was granted in the round      only wait in line here
//   waited                        the same                           by a tenth (capnweb): the source is slow or
//                                                                    comes in bursts, and nothing waits in line
//
// When the loop took hardly more than a round trip, the window alone was the limit. Then the rate says nothing, and the
// subscriber's own pace, items over the time in which it worked, is what is to be reached.

import type { RoundTrip } from "../connection/round-trip.js";

/** The items to ask ahead of one stream's demand. */
export class WindowTuner {
  /** An integer >= 1. */
  ahead: number = FIRST_WINDOW;
  private startedAt: number;
  private takenAtStart = 0;
  /** What was granted when the round began. */
  private target = 0;
  /** The subscriber waits for an item; otherwise it has one to work on. */
  private isWaiting = true;
  /** For how long it waited in this round; while it waits, less the time since when: one number, for tuners are many. */
  private waitedMs: number;

  /** `now`: milliseconds of the clock of all calls. */
  constructor(now: number) {
    this.startedAt = now;
    this.waitedMs = -now;
  }

  /** The stream is opened, perhaps again: a round begins with what is granted with that. */
  opened(taken: number, granted: number, now: number): void {
    this.startedAt = now;
    this.takenAtStart = taken;
    this.target = granted;
    this.waitedMs = this.isWaiting ? -now : 0;
  }

  /**
   * To be called whenever the subscriber was given what it may have. `taken` and `granted`: items since the
   * beginning. `isWaiting`: it wants more, and nothing is here. `most`: items that memory allows. Answers whether a
   * round is over, which may have changed `ahead`.
   */
  update(
    taken: number,
    granted: number,
    isWaiting: boolean,
    most: number,
    roundTrip: RoundTrip,
    now: number,
  ): "round" | "on" {
    this.noteWait(isWaiting, now);
    const elapsed = now - this.startedAt;
    const items = taken - this.takenAtStart;
    if (elapsed <= 0 || items === 0) return "on";
    const worked = elapsed - this.waited(now);
    const isBusy = worked >= elapsed * BUSY_SHARE;
    // Not measured yet: the loop itself, which takes one round trip at least.
    const trip = Math.max(SHORTEST_TRIP_MS, roundTrip.leastMs ?? elapsed);
    // Who works all the time shows his pace in one round trip. A loop that takes two shows that the window was enough.
    const isLoop = taken >= this.target;
    if (!isLoop && elapsed < (isBusy ? trip : 2 * Math.max(trip, roundTrip.latestMs ?? 0))) return "on";
    // Where nothing but the window holds it, the loop is one round trip and what a grant of half a window waits for.
    const isTight = isLoop && !isBusy && !roundTrip.isProbing && elapsed <= TIGHT_LOOP * trip;
    const time = isTight ? Math.max(worked, elapsed / MOST_GROWTH) : elapsed;
    const former = this.ahead;
    this.ahead = Math.max(1, Math.min(most, Math.floor(this.next(items / time, trip, isBusy, roundTrip))));
    this.startedAt = now;
    this.takenAtStart = taken;
    // What is granted from here on shows what the new window does; it is granted only after this.
    this.target = granted + this.ahead - former;
    this.waitedMs = isWaiting ? -now : 0;
    return "round";
  }

  /** `rate`: items a millisecond. */
  private next(rate: number, trip: number, isBusy: boolean, roundTrip: RoundTrip): number {
    const { ahead } = this;
    const { latestMs = trip, isProbing } = roundTrip;
    if (isProbing) return PROBE_GAIN * rate * trip;
    const product = GAIN * rate * trip;
    if (product >= ahead) return Math.min(product, MOST_GROWTH * (this.target - this.takenAtStart));
    if (isBusy) return Math.max(product, ahead / 2);
    // A way that has become longer is no sign of a slow source: so it is compared by the latest round trip.
    return Math.min(ahead, Math.max(GAIN * rate * latestMs, ahead * DECAY));
  }

  private noteWait(isWaiting: boolean, now: number): void {
    if (isWaiting === this.isWaiting) return;
    this.waitedMs += isWaiting ? -now : now;
    this.isWaiting = isWaiting;
  }

  private waited(now: number): number {
    return this.isWaiting ? this.waitedMs + now : this.waitedMs;
  }
}

/** Items asked ahead before anything is known, as core's `prefetch("auto")`: a slow subscriber soon has them behind it. */
export const FIRST_WINDOW = 16;

/**
 * What is asked ahead, in round trips of work. Two would be enough: a grant goes out when half of the window is free,
 * and what is left of it must last for the round trip that the grant and its items take. The rest is for what is
 * rounded. The last item granted waits for GAIN - 1 round trips when the subscriber works all the time, and for GAIN when
 * it was held up itself: with 2.5 that was seen to be 2.1 on a busy machine, with 2.2 it was 1.7.
 */
const GAIN = 2.2;

/** While the round trip is in doubt: less than it can carry, so that what stands in line on the way goes out. */
const PROBE_GAIN = 0.75;

const DECAY = 0.9;

/** Twice as fast as slow start: a rate that steps by ten is followed in two round trips, and not in four. */
const MOST_GROWTH = 4;

/** In round trips. Two would be a window that was large enough. */
const TIGHT_LOOP = 1.75;

/** A subscriber that works for this share of the time is what limits the stream. */
const BUSY_SHARE = 0.9;

/** Below it turns of the event loop are measured, not the way. With GAIN, nothing waits for more than 2 ms. */
const SHORTEST_TRIP_MS = 0.8;
