// Streams that have had items and no credit for a long time. Whoever matters little is ended, so that nothing
// of it is kept for a peer that does not take it (protocol.md §6.4); whoever is critical waits as long as it has to.
//
//   sheddable      stallMs
//   sheddablePlus  stallMs x 5
//   critical, criticalPlus   never
//
// Counted from when the stream could last send: credit that is not enough for the next item does not count. Each
// list is in the order of time, so its first one is the next to be ended. Bound: the running streams.

import type { Criticality } from "@sluice/core";
import type { Stream } from "../stream/stream.js";

/** Who stands still, and since when. */
export class Stalls {
  private readonly stallMs: number;
  private readonly since: Readonly<Record<Criticality, Map<Stream, number> | undefined>>;

  /** `stallMs`: 0 ends nobody. */
  constructor(stallMs: number) {
    this.stallMs = stallMs;
    this.since = {
      sheddable: new Map<Stream, number>(),
      sheddablePlus: new Map<Stream, number>(),
      critical: undefined,
      criticalPlus: undefined,
    };
  }

  /** It has something to send and cannot. */
  stopped(stream: Stream, now: number): void {
    if (this.stallMs === 0 || stream.isStalled) return;
    const list = this.since[stream.criticality];
    if (list === undefined) return;
    list.set(stream, now);
    stream.isStalled = true;
  }

  /** It sent, or has nothing to send, or is of another criticality by now. */
  moved(stream: Stream): void {
    if (!stream.isStalled) return;
    stream.isStalled = false;
    this.since.sheddable?.delete(stream);
    this.since.sheddablePlus?.delete(stream);
  }

  /** The session goes on over another transport: all have their time anew. */
  restart(now: number): void {
    for (const list of [this.since.sheddable, this.since.sheddablePlus]) {
      for (const stream of list?.keys() ?? []) list?.set(stream, now);
    }
  }

  /** When to ask `due`. */
  nextTick(): number {
    return Math.min(
      this.firstDue("sheddable", this.stallMs),
      this.firstDue("sheddablePlus", PLUS * this.stallMs),
    );
  }

  /** One that has stood still for too long; it is forgotten. */
  due(now: number): Stream | undefined {
    return (
      this.takeDue("sheddable", this.stallMs, now) ?? this.takeDue("sheddablePlus", PLUS * this.stallMs, now)
    );
  }

  private firstDue(criticality: Criticality, afterMs: number): number {
    const first = this.since[criticality]?.values().next();
    return first === undefined || first.done === true ? Number.POSITIVE_INFINITY : first.value + afterMs;
  }

  private takeDue(criticality: Criticality, afterMs: number, now: number): Stream | undefined {
    if (now < this.firstDue(criticality, afterMs)) return undefined;
    const first = this.since[criticality]?.keys().next();
    if (first === undefined || first.done === true) return undefined;
    this.moved(first.value);
    return first.value;
  }
}

// How many times as long a sheddablePlus stream may stand still. Judgement.
const PLUS = 5;
