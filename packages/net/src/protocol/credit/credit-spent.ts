// The sender's side of one limit: how far the peer lets us go, and how far we went. The mirror of
// credit-granted.ts, for items of a stream, bytes of a stream, and streams of the connection.
//
//   0                   sent               granted          position ──►
//   |────────────────────|────────────────────|
//                              available

/** Totals of one limit that the peer grants. All counts are integers from 0 to 2^53-1. */
export class CreditSpent {
  granted: number;
  sent = 0;
  private saidBlockedAt = -1;

  /** `granted`: the limit known from the beginning. */
  constructor(granted: number) {
    this.granted = granted;
  }

  /** What may go now. */
  get available(): number {
    return this.granted - this.sent;
  }

  /** Books what goes; the caller has compared it with `available`. */
  spend(count: number): void {
    this.sent += count;
  }

  /** Goes on at the limit, without having sent what is left: the answer to DRAIN. BLOCKED may be said there again. */
  skip(): void {
    this.sent = this.granted;
    this.unsayBlocked();
  }

  /** Takes a limit that the peer states. Limits never go down: a lower one is old news (protocol.md §4.1). */
  raise(limit: number): "raised" | "unchanged" {
    if (limit <= this.granted) return "unchanged";
    this.granted = limit;
    return "raised";
  }

  /** What was said of this limit may be lost. */
  unsayBlocked(): void {
    this.saidBlockedAt = -1;
  }

  /** Whether BLOCKED may be said now: once for each value of the limit (protocol.md §5.9). */
  sayBlocked(): "say" | "said" {
    if (this.saidBlockedAt === this.granted) return "said";
    this.saidBlockedAt = this.granted;
    return "say";
  }
}
