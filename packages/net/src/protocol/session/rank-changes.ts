// URGENCY frames of this side. However often the local side changes its mind, a stream's rank is said once in a
// while, as it is then; and fewer times in a second than the peer allows, who counts them (protocol.md §7.4).
//
// Bound: the running streams.

import { FRAME_BYTES } from "../limits.js";
import type { Stream } from "../stream/stream.js";
import type { Outbox } from "./outbox.js";

/** Streams whose rank is to be said. */
export class RankChanges {
  private readonly changed = new Set<Stream>();
  private readonly most: number;
  private readonly everyMs: number;
  private nextAt = Number.NEGATIVE_INFINITY;

  /** `perSecond`: control frames that the peer takes in a second. */
  constructor(perSecond: number) {
    // A quarter of them: other frames want to be said too.
    this.everyMs = Math.max(LEAST_MS, 4_000 / perSecond);
    this.most = Math.floor((perSecond * this.everyMs) / 4_000);
  }

  /** Its rank has changed here. */
  add(stream: Stream, outbox: Outbox, now: number): void {
    this.changed.add(stream);
    this.tick(outbox, now);
  }

  /** The stream is over. */
  remove(stream: Stream): void {
    this.changed.delete(stream);
  }

  /** When to call `tick`. */
  nextTick(): number {
    return this.changed.size === 0 ? Number.POSITIVE_INFINITY : this.nextAt;
  }

  /** Says what may be said now, those first that changed first. */
  tick(outbox: Outbox, now: number): void {
    if (this.changed.size === 0 || now < this.nextAt) return;
    this.nextAt = now + this.everyMs;
    let said = 0;
    for (const stream of this.changed) {
      if (said === this.most) return;
      this.changed.delete(stream);
      const { id, urgency, criticality } = stream;
      outbox.addFrame({ kind: "urgency", streamId: id, urgency, criticality }, FRAME_BYTES);
      said++;
    }
  }
}

// Time between two writes at least, ms. Judgement.
const LEAST_MS = 100;
