// Virtual time: a heap of tasks by time, and by the order of scheduling within the same time. That order is the
// whole schedule of a simulation, so nothing else may decide it.
//
// Tasks that were cancelled stay in the heap until their time comes or they are more than half of it: a timer is
// set and taken back for every message.

import type { Clock } from "@sluice/core";

interface Entry {
  readonly at: number;
  readonly order: number;
  task: (() => void) | undefined;
}

/** How many tasks may wait at once: far beyond any scenario; it stops one that schedules without end. */
const MAX_WAITING = 1_000_000;

/** A `Clock` that stands still until `step` moves it to the next task. */
export class SimClock implements Clock {
  private readonly heap: Entry[] = [];
  private time = 0;
  private order = 0;
  private cancelled = 0;

  now(): number {
    return this.time;
  }

  /** Tasks that wait. */
  get waiting(): number {
    return this.heap.length - this.cancelled;
  }

  schedule(delayMs: number, task: () => void): () => void {
    if (!(delayMs >= 0 && delayMs < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`Cannot schedule in ${String(delayMs)} ms: it must be a finite number >= 0`);
    }
    if (this.waiting >= MAX_WAITING) {
      throw new RangeError(
        `Cannot schedule task ${MAX_WAITING + 1}: ${MAX_WAITING} may wait; look for a loop`,
      );
    }
    this.order += 1;
    const entry: Entry = { at: this.time + delayMs, order: this.order, task };
    this.rise(entry);
    return () => this.cancel(entry);
  }

  /** When the next task is due; `Infinity`: none waits. */
  nextAt(): number {
    this.dropCancelled();
    return this.heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Goes to the time of the next task and runs it; false when none waits. */
  step(): boolean {
    this.dropCancelled();
    const next = this.heap[0];
    if (next?.task === undefined) return false;
    this.removeFirst();
    const { task } = next;
    next.task = undefined;
    this.time = next.at;
    task();
    return true;
  }

  /** Goes on to `at` without running anything; what is due before must have run. */
  arrive(at: number): void {
    if (at > this.time) this.time = at;
  }

  private cancel(entry: Entry): void {
    if (entry.task === undefined) return;
    entry.task = undefined;
    this.cancelled += 1;
    if (this.cancelled > 64 && this.cancelled * 2 > this.heap.length) this.compact();
  }

  private dropCancelled(): void {
    while (this.heap.length > 0 && this.heap[0]?.task === undefined) {
      this.cancelled -= 1;
      this.removeFirst();
    }
  }

  private compact(): void {
    const live = this.heap.filter((entry) => entry.task !== undefined);
    this.heap.length = 0;
    this.cancelled = 0;
    for (const entry of live) this.rise(entry);
  }

  private rise(entry: Entry): void {
    const { heap } = this;
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parent = (index - 1) >>> 1;
      const above = heap[parent] as Entry;
      if (!isBefore(entry, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
  }

  private removeFirst(): void {
    const { heap } = this;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, heap[child] as Entry)) child += 1;
      const below = heap[child] as Entry;
      if (!isBefore(below, last)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
