// How far ahead of its subscriber a stream is asked for: a number of items, or what a tuner finds.

import type { Settings } from "../../protocol/limits.js";
import { type ItemsEvent, itemCount, payloadLength } from "../connection/bodies.js";
import type { Connection } from "../connection/connection.js";
import { WindowTuner } from "./window-tuner.js";

/** The rule by which one stream with a window is granted items. Items are counted since the beginning. */
export interface StreamWindow {
  /** The total to grant while `taken` items were taken and `wanted` more are requested. */
  limit(taken: number, wanted: number): number;
  /** It runs on this connection from now on. */
  opened(taken: number, wanted: number, connection: Connection): void;
  /** Items came. */
  received(event: ItemsEvent): void;
  /** Items were taken or requested: looks whether that says something. `wanted` above 0: nothing is here. */
  update(taken: number, wanted: number, connection: Connection): void;
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

  opened(): void {}

  received(): void {}

  update(): void {}
}

/** What is requested, and ahead of it what the round trip takes at the subscriber's pace. */
class AutoWindow implements StreamWindow {
  private readonly tuner: WindowTuner;
  private items = 0;
  private bytes = 0;

  constructor(now: number) {
    this.tuner = new WindowTuner(now);
  }

  limit(taken: number, wanted: number): number {
    return taken + wanted + this.tuner.ahead;
  }

  opened(taken: number, wanted: number, connection: Connection): void {
    this.tuner.opened(taken, this.limit(taken, wanted), connection.now());
    connection.measure();
  }

  received(event: ItemsEvent): void {
    this.items += itemCount(event);
    this.bytes += payloadLength(event);
  }

  update(taken: number, wanted: number, connection: Connection): void {
    const { roundTrip, settings } = connection;
    const most = mostItems(settings, this.items, this.bytes);
    const granted = this.limit(taken, wanted);
    const round = this.tuner.update(taken, granted, wanted > 0, most, roundTrip, connection.now());
    // Each round asks how far the peer is; the session says no to what would be too often.
    if (round === "round") connection.measure();
  }
}

/** Items, of the size of those that came, that the whole budget would hold: byte credit lets no more come. */
function mostItems({ receiveBudget, itemOverhead }: Settings, items: number, bytes: number): number {
  return Math.max(1, Math.floor(receiveBudget / (itemOverhead + (items === 0 ? 0 : bytes / items))));
}
