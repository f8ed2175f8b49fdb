// What a breaker remembers of the calls that ended last: how many there were, and how many of them failed or were slow.
// Two kinds, by number and by time; both cost the same few steps a call, whatever their size.

/** What came of a call, as bits: a call may be both. */
export const FAILED = 1;
export const SLOW = 2;

/** Totals over the last calls. *Buffers:* a mark a call, or three numbers a bucket; never the calls. */
export interface OutcomeWindow {
  /** `record` must be told the time of a success too; of anything else always. */
  readonly needsTime: boolean;
  readonly calls: number;
  readonly failed: number;
  readonly slow: number;
  /** A call has ended; `mark`: 0 or `FAILED`, `SLOW`, their sum. `nowMs` never goes backwards; `NaN`: not looked. */
  record(mark: number, nowMs: number): void;
  /** As if nothing had been recorded. */
  clear(): void;
}

/** The last `size` calls. */
export class CountWindow implements OutcomeWindow {
  readonly needsTime = false;
  calls = 0;
  failed = 0;
  slow = 0;
  private readonly marks: Uint8Array;
  private next = 0;

  constructor(size: number) {
    this.marks = new Uint8Array(size);
  }

  record(mark: number): void {
    const { marks, next } = this;
    const forgotten = marks[next] as number; // 0 where nothing was recorded yet
    marks[next] = mark;
    this.failed += (mark & FAILED) - (forgotten & FAILED);
    this.slow += (mark >> 1) - (forgotten >> 1);
    if (this.calls < marks.length) this.calls += 1;
    this.next = next + 1 === marks.length ? 0 : next + 1;
  }

  clear(): void {
    this.marks.fill(0);
    this.calls = this.failed = this.slow = this.next = 0;
  }
}

/**
 * The calls of the last `ms` milliseconds, in buckets: what is older leaves a bucket at a time, so that the window
 * reaches back between `ms` less one bucket and `ms`.
 *
 * A look at the clock costs about as much as all the rest of a call that goes well (30 of 70 ns), so where calls come
 * closely it is taken at the first of up to 16 of them, and the others count as of then. Where 16 take longer than a
 * sixteenth of a bucket, each is looked at. So at most 15 successes ever count as older than they are.
 */
export class TimeWindow implements OutcomeWindow {
  calls = 0;
  failed = 0;
  slow = 0;
  private readonly bucketMs: number;
  /** Of each bucket: calls, failed, slow. Doubles, as calls of a long bucket outgrow 32 bits. */
  private readonly sums: Float64Array;
  private readonly buckets: number;
  /** The bucket of the last call, counted from the beginning of time. */
  private current = Number.NEGATIVE_INFINITY;
  /** Where its sums stand. */
  private at = 0;
  /** Successes that may yet be recorded without the time, of as many as there were after the last look. */
  private spare = 0;
  private run = 0;
  needsTime = true;
  private lookedAt = Number.NEGATIVE_INFINITY;

  constructor(ms: number, buckets: number) {
    this.bucketMs = ms / buckets;
    this.buckets = buckets;
    this.sums = new Float64Array(buckets * 3);
  }

  record(mark: number, nowMs: number): void {
    if (Number.isNaN(nowMs)) this.needsTime = --this.spare === 0;
    else this.look(nowMs);
    this.calls += 1;
    this.add(0, 1);
    if (mark === 0) return;
    this.failed += mark & FAILED;
    this.slow += mark >> 1;
    this.add(1, mark & FAILED);
    this.add(2, mark >> 1);
  }

  clear(): void {
    this.sums.fill(0);
    this.calls = this.failed = this.slow = 0;
    this.current = this.lookedAt = Number.NEGATIVE_INFINITY;
    this.spare = this.run = 0;
    this.needsTime = true;
  }

  private look(nowMs: number): void {
    const bucket = Math.floor(nowMs / this.bucketMs);
    if (bucket > this.current) this.moveTo(bucket);
    this.run = nowMs - this.lookedAt < this.bucketMs / 16 ? Math.min(this.run * 2 + 1, 15) : 0;
    this.spare = this.run;
    this.needsTime = this.run === 0;
    this.lookedAt = nowMs;
  }

  /** Empties the buckets that time has passed over: each once, however long it was. */
  private moveTo(bucket: number): void {
    const from = Math.max(this.current + 1, bucket - this.buckets + 1);
    for (let passed = from; passed <= bucket; passed += 1) {
      const at = this.placeOf(passed);
      this.calls -= this.sums[at] as number;
      this.failed -= this.sums[at + 1] as number;
      this.slow -= this.sums[at + 2] as number;
      this.sums.fill(0, at, at + 3);
    }
    this.current = bucket;
    this.at = this.placeOf(bucket);
  }

  /** Clocks may count from any moment, also one to come: a remainder of what is negative is negative. */
  private placeOf(bucket: number): number {
    return (((bucket % this.buckets) + this.buckets) % this.buckets) * 3;
  }

  private add(which: 0 | 1 | 2, n: number): void {
    const at = this.at + which;
    this.sums[at] = (this.sums[at] as number) + n;
  }
}
