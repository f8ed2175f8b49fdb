// How far ahead of its subscriber a stream is asked for: a number of items, or what a tuner finds.

import { UNBOUNDED } from "@sluice/core/kit";
import type { Settings } from "../../protocol/limits.js";
import { type ItemsEvent, payloadLength } from "../connection/bodies.js";
import type { Connection } from "../connection/connection.js";
import { WindowTuner } from "./window-tuner.js";

/** The rule by which one stream with a window is granted items. Items are counted since the beginning. */
export interface StreamWindow {
  /** The total to grant while `taken` items were taken and `wanted` more are requested. */
  limit(taken: number, wanted: number): number;
  /** It runs on this connection from now on. */
  begin(taken: number, wanted: number, connection: Connection): void;
  /** Items came. */
  note(event: ItemsEvent): void;
  /** Items were taken or requested: looks whether that says something. `wanted` above 0: nothing is here. */
  look(taken: number, wanted: number, received: number, connection: Connection): void;
}

/** The window of one new stream; `now`: milliseconds of the connection's clock. */
export function streamWindow(window: number | "auto", now: number): StreamWindow {
  return window === "auto" ? new AutoWindow(now) : new FixedWindow(window);
}

/** `size` items granted and not taken at most, whatever is requested. */
class FixedWindow implements StreamWindow {
  private readonly size: number;

  constructor(size: number) {
    this.size = size;
  }

  limit(taken: number): number {
    return taken + this.size;
  }

  begin(): void {}

  note(): void {}

  look(): void {}
}

/**
 * What is requested, and ahead of it what the round trip takes at the subscriber's pace. The tuner itself, and not one
 * that has a tuner: each stream has one, and 10,000 idle ones pay for it (row N9).
 */
class AutoWindow extends WindowTuner implements StreamWindow {
  private bytes = 0;

  limit(taken: number, wanted: number): number {
    return taken + wanted + this.ahead;
  }

  begin(taken: number, wanted: number, connection: Connection): void {
    this.opened(taken, this.limit(taken, wanted), connection.now());
    measureFor(wanted, connection);
  }

  note(event: ItemsEvent): void {
    this.bytes += payloadLength(event);
  }

  look(taken: number, wanted: number, received: number, connection: Connection): void {
    // Nothing is ahead of what has no bound.
    if (wanted === UNBOUNDED) return;
    const { roundTrip, settings } = connection;
    const most = mostItems(settings, received, this.bytes);
    const granted = this.limit(taken, wanted);
    const round = this.update(taken, granted, wanted > 0, most, roundTrip, connection.now());
    // Each round asks how far the peer is; the session says no to what would be too often.
    if (round === "round") connection.measure();
  }
}

function measureFor(wanted: number, connection: Connection): void {
  if (wanted !== UNBOUNDED) connection.measure();
}

/** Items, of the size of those that came, that the whole budget would hold: byte credit lets no more come. */
function mostItems({ receiveBudget, itemOverhead }: Settings, items: number, bytes: number): number {
  return Math.max(1, Math.floor(receiveBudget / (itemOverhead + (items === 0 ? 0 : bytes / items))));
}
