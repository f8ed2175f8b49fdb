// In which order the streams that have something to send, and credit for it, are asked for it.
//
//   urgency 0  ──►│ a  b │──┐         the first ring that is not empty has the turn ...
//   urgency 1  ──►│      │  ├──► turn
//      ...                  │         ... but of 8 bytes one belongs to the rings below it, as long as somebody
//   urgency 7  ──►│ c    │──┘         waits there: to whoever of them waits for longest
//
// Within a ring: deficit round robin by bytes (Shreedhar and Varghese, SIGCOMM 1995). Who comes to the front is
// given a quantum, and stays there until it has spent it. What it sends beyond it, the end of an item, it owes:
// its next quantum is so much smaller. So two streams of one urgency that always have something, counted from
// when neither owed anything, differ by at most
//
//   one quantum and one item
//
// at any time: after k visits each has sent k quanta and less than one item more, and visits alternate. A debt
// stays with a stream that leaves, or who leaves after each large item would have more than who stays; only who is
// alone owes nobody. An unspent rest does not stay: nobody saves up for a burst.
//
// Ageing: `owed` grows by each byte that the first ring sends while a lower one waits, and falls by 7 for each
// byte of a lower one, whose turn it is once `owed` has reached 7 quanta. So of the first N bytes that are sent
// while lower rings wait, these have at least N / 8, less a quantum and an item; and whoever waits comes to the
// front, however many more urgent streams there are.
//
// Each call is O(1): eight rings, whatever is in them. Passing one that owes more than a quantum costs a step for
// each quantum that it has sent before.
//
// Bound: each running stream stands in one ring at most.

/** What stands in a ring; all is written here alone. Plain fields: an idle stream shall cost little. */
export interface Placed {
  /** 0, first, to 7. */
  urgency: number;
  /** Bytes that it may still send on its visit; below 0 what it has sent too much, and owes to the others. */
  deficit: number;
  /** Its visit has begun: it has had its quantum and not spent it. */
  visited: boolean;
  /** Number of the visit behind which it came into its ring: who has the lowest waits for longest. */
  since: number;
}

/** A ring for each urgency. */
export class Rings<T extends Placed> {
  private readonly rings: readonly Set<T>[] = Array.from({ length: LEAST_URGENT + 1 }, () => new Set<T>());
  private readonly quantum: number;
  private count = 0;
  private owed = 0;
  private visits = 0;

  /** `quantum`: bytes of one visit. */
  constructor(quantum: number) {
    this.quantum = quantum;
  }

  /** How many wait. */
  get size(): number {
    return this.count;
  }

  has(entry: T): boolean {
    return this.ringOf(entry).has(entry);
  }

  /** Puts it at the end of its ring, or leaves it where it stands. */
  add(entry: T): void {
    const ring = this.ringOf(entry);
    if (ring.has(entry)) return;
    entry.since = this.visits;
    ring.add(entry);
    this.count++;
  }

  /** Takes it out, wherever it stands. */
  remove(entry: T): void {
    if (!this.ringOf(entry).delete(entry)) return;
    this.count--;
    this.endVisit(entry);
  }

  /** Moves it to the end of another ring, if it stands in one. */
  setUrgency(entry: T, urgency: number): void {
    const waits = this.ringOf(entry).has(entry);
    if (waits) this.remove(entry);
    entry.urgency = urgency;
    if (waits) this.add(entry);
  }

  /** Whose turn it is, with its visit begun: `deficit` is what it may send; undefined when nobody waits. */
  next(): T | undefined {
    for (;;) {
      const entry = this.front();
      if (entry === undefined) return undefined;
      if (!entry.visited) {
        entry.deficit = Math.min(0, entry.deficit) + this.visit();
        entry.visited = true;
      }
      if (entry.deficit > 0) return entry;
      this.toEnd(entry);
    }
  }

  /** It has sent so many bytes on its turn, and still waits for more, or left before. */
  charge(entry: T, bytes: number): void {
    const first = this.firstFrom(0);
    // Who left by this turn was first in its ring, or the only one of it, so compare urgencies and not rings.
    if (first < entry.urgency) this.owed -= SHARE * bytes;
    else if (this.firstFrom(entry.urgency + 1) <= LEAST_URGENT) this.owed += bytes;
    const waits = this.ringOf(entry).has(entry);
    const isAlone = this.count === (waits ? 1 : 0);
    entry.deficit = isAlone ? 0 : entry.deficit - bytes;
    if (waits && entry.deficit <= 0) this.toEnd(entry);
  }

  // The more of them wait, the sooner each is to have its turn again: a thousand streams that all have the same to send
  // shall end together, and not one after the other.
  private visit(): number {
    return this.count <= FEW
      ? this.quantum
      : Math.min(this.quantum, Math.max(LEAST_VISIT, Math.floor((FEW * this.quantum) / this.count)));
  }

  private front(): T | undefined {
    const first = this.firstFrom(0);
    if (first > LEAST_URGENT) return undefined;
    if (this.owed >= SHARE * this.quantum) {
      const lower = this.longestWaiting(first + 1);
      if (lower !== undefined) return lower;
    }
    return frontOf(this.rings[first] as Set<T>);
  }

  private longestWaiting(from: number): T | undefined {
    let longest: T | undefined;
    for (let urgency = this.firstFrom(from); urgency <= LEAST_URGENT; urgency = this.firstFrom(urgency + 1)) {
      const entry = frontOf(this.rings[urgency] as Set<T>);
      if (entry === undefined) continue;
      if (longest === undefined || entry.since < longest.since) longest = entry;
    }
    return longest;
  }

  private firstFrom(urgency: number): number {
    let first = urgency;
    while (first <= LEAST_URGENT && (this.rings[first] as Set<T>).size === 0) first++;
    return first;
  }

  private toEnd(entry: T): void {
    const ring = this.ringOf(entry);
    ring.delete(entry);
    this.endVisit(entry);
    entry.since = this.visits;
    ring.add(entry);
  }

  private endVisit(entry: T): void {
    entry.visited = false;
    this.visits++;
  }

  private ringOf(entry: T): Set<T> {
    return this.rings[entry.urgency] as Set<T>;
  }
}

function frontOf<T>(ring: Set<T>): T | undefined {
  return ring.values().next().value;
}

// The least urgent (protocol.md §6.3; the scale of RFC 9218 §4.1).
const LEAST_URGENT = 7;

/** So many share the visit of one each that is whole: judgement. */
const FEW = 8;

/** Bytes of a visit, however many wait: some forty small items, below which a batch costs more than it carries (row N5). */
const LEAST_VISIT = 2048;

/** Bytes of the first ring for each byte of the lower ones, while those wait: they have an eighth. Judgement. */
const SHARE = 7;
