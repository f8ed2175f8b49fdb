// The operators of time against naive models that go through time millisecond by millisecond: random scripts of
// items, pauses, requests and ends. After each step both have sent the same, accounts are right, nothing is beyond
// its bound, and after the end no timer is left.

import { ManualSubscriber, TestPublisher, VirtualClock } from "@sluice/tck";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Operator } from "../src/flow/flow.js";
import { debounce } from "../src/operator/debounce.js";
import { delay } from "../src/operator/delay.js";
import { sample } from "../src/operator/sample.js";
import { throttleTime } from "../src/operator/throttle-time.js";
import { fromPublisher } from "../src/source/from-publisher.js";
import type { Clock } from "../src/spec/clock.js";
import { OverflowCounters } from "../src/spec/overflow.js";

type Act =
  | { readonly kind: "send" | "complete" | "error" | "cancel" | "requestInside" }
  | { readonly kind: "advance" | "request"; readonly n: number };

const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.constant<Act>({ kind: "send" }) },
    { weight: 10, arbitrary: fc.integer({ min: 1, max: 12 }).map((n): Act => ({ kind: "advance", n })) },
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 4 }).map((n): Act => ({ kind: "request", n })) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Act>(
        { kind: "complete" },
        { kind: "error" },
        { kind: "cancel" },
        { kind: "requestInside" },
        { kind: "request", n: Number.POSITIVE_INFINITY },
      ),
    },
  ),
  { maxLength: 60 },
);

/** What a naive twin has in common: time, demand, and what it has sent. */
abstract class Model {
  now = 0;
  demand = 0;
  requested = 0;
  received = 0;
  readonly items: number[] = [];
  isCompleting = false;
  completed = false;
  /** The next item sent makes a request of two. */
  requestsInside = false;
  /** What waits for no time at all is done in the same advance. */
  protected isAdvancing = false;

  /** The most that may be held, and what upstream is asked for in all. */
  abstract readonly capacity: number;
  abstract readonly asked: number;
  protected abstract receive(item: number): void;
  /** A millisecond has gone by. */
  protected abstract tick(): void;
  /** Sends what may be sent. */
  protected abstract settle(): void;
  /** What waits must not wait for time any more. */
  protected complete(): void {}
  protected abstract readonly isEmpty: boolean;

  do(act: Act): void {
    if (act.kind === "send") {
      this.received++;
      this.receive(this.received);
    } else if (act.kind === "requestInside") this.requestsInside = true;
    else if (act.kind === "request") this.request(act.n);
    else if (act.kind === "complete") {
      this.isCompleting = true;
      this.complete();
    } else if (act.kind === "advance") {
      this.isAdvancing = true;
      for (let left = act.n; left > 0 && !this.completed; left--) {
        this.now++;
        this.tick();
        this.settle();
      }
      this.isAdvancing = false;
    }
    this.settle();
    if (this.isCompleting && this.isEmpty) this.completed = true;
  }

  protected emit(item: number): void {
    this.items.push(item);
    this.demand--;
    if (!this.requestsInside) return;
    this.requestsInside = false;
    this.request(2);
  }

  private request(n: number): void {
    this.demand += n;
    this.requested += n;
  }
}

/** Of one item, the latest. */
abstract class Latest extends Model {
  readonly capacity: number = 1;
  readonly asked: number = Number.POSITIVE_INFINITY;
  held: number | undefined;
  due = false;

  get isEmpty(): boolean {
    return this.held === undefined;
  }

  protected override complete(): void {
    this.due = true;
  }

  protected override settle(): void {
    if (!this.due || this.held === undefined || this.demand === 0) return;
    const item = this.held;
    this.held = undefined;
    this.due = false;
    this.sent();
    this.emit(item);
  }

  protected sent(): void {}
}

class Debounced extends Latest {
  private cameAt = 0;
  private readonly ms: number;

  constructor(ms: number) {
    super();
    this.ms = ms;
  }

  protected override receive(item: number): void {
    this.held = item;
    this.cameAt = this.now;
    this.due = false;
  }

  protected override tick(): void {
    if (this.now - this.cameAt >= this.ms && this.held !== undefined) this.due = true;
  }
}

class Sampled extends Latest {
  private readonly ms: number;

  constructor(ms: number) {
    super();
    this.ms = ms;
  }

  protected override receive(item: number): void {
    this.held = item;
  }

  protected override tick(): void {
    if (this.now % this.ms === 0 && this.held !== undefined) this.due = true;
  }
}

class ThrottledLatest extends Latest {
  private opensAt: number | undefined;
  private readonly ms: number;
  private readonly leading: boolean;

  constructor(ms: number, leading: boolean) {
    super();
    this.ms = ms;
    this.leading = leading;
  }

  protected override receive(item: number): void {
    this.held = item;
    if (this.opensAt !== undefined) return;
    if (this.leading) this.due = true;
    else if (!this.due) this.opensAt = this.now + this.ms;
  }

  protected override tick(): void {
    if (this.opensAt === undefined || this.now < this.opensAt) return;
    this.opensAt = undefined;
    if (this.held !== undefined) this.due = true;
  }

  protected override sent(): void {
    this.opensAt = this.ms === 0 && this.isAdvancing ? undefined : this.now + this.ms;
  }
}

class ThrottledFirst extends Model {
  readonly capacity: number = 0;
  readonly isEmpty: boolean = true;
  private opensAt = 0;
  private dropped = 0;
  private readonly ms: number;

  constructor(ms: number) {
    super();
    this.ms = ms;
  }

  get asked(): number {
    return this.requested + this.dropped;
  }

  protected override receive(item: number): void {
    if (this.now < this.opensAt) this.dropped++;
    else {
      this.opensAt = this.now + this.ms;
      this.emit(item);
    }
  }

  protected override tick(): void {}
  protected override settle(): void {}
}

class Delayed extends Model {
  readonly capacity: number;
  private readonly queue: { readonly item: number; readonly at: number }[] = [];
  private readonly ms: number;

  constructor(ms: number, capacity: number) {
    super();
    this.ms = ms;
    this.capacity = capacity;
  }

  get asked(): number {
    return Math.min(this.requested, this.items.length + this.capacity);
  }

  get isEmpty(): boolean {
    return this.queue.length === 0;
  }

  protected override receive(item: number): void {
    this.queue.push({ item, at: this.now });
  }

  protected override tick(): void {
    for (;;) {
      const [oldest] = this.queue;
      if (oldest === undefined || this.now - oldest.at < this.ms) return;
      this.queue.splice(0, 1);
      this.emit(oldest.item);
    }
  }

  protected override settle(): void {}
}

interface Subject {
  readonly name: string;
  readonly apply: (options: { clock: Clock; counters: OverflowCounters }) => Operator<number, number>;
  readonly model: () => Model;
}

const subjects: Subject[] = [0, 1, 5].flatMap((ms): Subject[] => [
  { name: `debounce(${ms})`, apply: (options) => debounce(ms, options), model: () => new Debounced(ms) },
  {
    name: `throttleTime(${ms})`,
    apply: (options) => throttleTime(ms, options),
    model: () => new ThrottledFirst(ms),
  },
  ...[true, false].map(
    (leading): Subject => ({
      name: `throttleTime(${ms}), trailing${leading ? " too" : ""}`,
      apply: (options) => throttleTime(ms, { ...options, leading, trailing: true }),
      model: () => new ThrottledLatest(ms, leading),
    }),
  ),
  ...[1, 3].map(
    (capacity): Subject => ({
      name: `delay(${ms}), capacity ${capacity}`,
      apply: ({ clock }) => delay(ms, { capacity, clock }),
      model: () => new Delayed(ms, capacity),
    }),
  ),
]);
for (const ms of [1, 5]) {
  subjects.push({
    name: `sample(${ms})`,
    apply: (options) => sample<number>(ms, options),
    model: () => new Sampled(ms),
  });
}

describe("the operators of time", () => {
  for (const { name, apply, model: modelOf } of subjects) {
    it(`do what a naive model does: ${name}`, () => {
      fc.assert(
        fc.property(acts, (script) => {
          const clock = new VirtualClock();
          const counters = new OverflowCounters();
          const upstream = new TestPublisher<number>();
          const model = modelOf();
          let requestsInside = false;
          const subscriber = new ManualSubscriber<number>({
            onNext: (_, self) => {
              const requests = requestsInside;
              requestsInside = false;
              if (requests) self.request(2);
            },
          });
          fromPublisher(upstream).pipe(apply({ clock, counters })).subscribe(subscriber);
          let isCompleting = false;
          for (const act of script) {
            if (act.kind === "send") {
              if (upstream.demand < 1 || isCompleting) continue;
              upstream.next(upstream.emitted + 1);
            } else if (act.kind === "advance") clock.advance(act.n);
            else if (act.kind === "request") subscriber.request(act.n);
            else if (act.kind === "requestInside") requestsInside = true;
            else if (act.kind === "cancel") subscriber.cancel();
            else if (isCompleting) continue;
            else if (act.kind === "error") upstream.error("broke");
            else {
              isCompleting = true;
              upstream.complete();
            }
            const isOver = act.kind === "cancel" || act.kind === "error";
            if (!isOver) model.do(act);

            expect(subscriber.items).toEqual(model.items);
            expect([subscriber.completed, subscriber.failed]).toEqual([
              model.completed,
              act.kind === "error",
            ]);
            expect([subscriber.surplus, subscriber.depth]).toEqual([0, 1]);
            expect(counters.offered).toBe(counters.delivered + counters.dropped + counters.held);
            expect(counters.held).toBeLessThanOrEqual(model.capacity);
            if (isOver || subscriber.ended) {
              expect([clock.pending, counters.held]).toEqual([0, 0]);
              expect(upstream.cancels).toBe(act.kind === "cancel" && !isCompleting ? 1 : 0);
              return;
            }
            expect(clock.pending).toBeLessThanOrEqual(1);
            if (!isCompleting) expect(upstream.requested).toBe(model.asked);
          }
        }),
        { numRuns: 150 },
      );
    });
  }
});
