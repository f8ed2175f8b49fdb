// Has something waited too long to be written. The transport asks for messages when it has room; when it does
// not ask although there is something to say, the peer does not read (docs/protocol.md §6.1).
//
//   nothing to say ──note(waiting)──► waits since ──so many ms──► stalled
//         ▲                               │
//         └────────────── taken ──────────┘

/** Time for which the outbox was not looked at. Pure: the time is passed in. */
export class WriteStall {
  private readonly afterMs: number;
  private since: number | undefined = undefined;

  /** `afterMs`: how long something may wait. */
  constructor(afterMs: number) {
    this.afterMs = afterMs;
  }

  /** Something waits to be written, or nothing does. The time counts from the first of several. */
  note(waits: boolean, now: number): void {
    if (!waits) this.since = undefined;
    else this.since ??= now;
  }

  /** The transport asked for a message: it has room. */
  taken(): void {
    this.since = undefined;
  }

  /** Whether it has waited too long. */
  isStalled(now: number): boolean {
    return now >= this.nextTick();
  }

  /** When `isStalled` becomes true, if nothing is taken until then. */
  nextTick(): number {
    return this.since === undefined ? Number.POSITIVE_INFINITY : this.since + this.afterMs;
  }
}
