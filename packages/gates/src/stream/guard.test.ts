import {
  fromPublisher,
  type Gate,
  onDroppedError,
  type Permit,
  type PermitOutcome,
  type Rejected,
} from "@sluice/core";
import { ManualSubscriber, TestPublisher, VirtualClock } from "@sluice/tck";
import { afterEach, describe, expect, it } from "vitest";
import { circuitBreaker } from "../breaker/circuit-breaker.js";
import { GateRejectedError } from "../gate/gate-rejected-error.js";
import { type GuardedEnd, type GuardOptions, guard } from "./guard.js";

let restore: (() => void) | undefined;
afterEach(() => restore?.());

/** A gate whose answers a test gives, and which writes down what became of each permit. */
class Noted implements Gate {
  readonly outcomes: (PermitOutcome | undefined)[] = [];
  readonly wishes: unknown[] = [];
  answers: (Permit | Rejected | Error)[] = [];
  /** Of those who wait. */
  decide: (answer: Permit | Error) => void = () => {};

  readonly permit: Permit = { granted: true, release: (outcome) => void this.outcomes.push(outcome) };

  tryAcquire(cost?: number, request?: object): Permit | Rejected {
    this.wishes.push(cost, request);
    const answer = this.answers.shift() ?? this.permit;
    if (answer instanceof Error) throw answer;
    return answer;
  }

  acquire(_cost?: number, request?: { signal?: AbortSignal }): Promise<Permit> {
    return new Promise((resolve, reject) => {
      request?.signal?.addEventListener("abort", () => reject(request.signal?.reason));
      this.decide = (answer) => (answer instanceof Error ? reject(answer) : resolve(answer));
    });
  }
}

const full: Rejected = { granted: false, reason: "full", retryAfterMs: 9, cause: "concurrency" };
const torn = new Error("torn");

function guarded(options: GuardOptions = {}, gate = new Noted()) {
  const clock = new VirtualClock();
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<number>();
  const flow = fromPublisher(upstream).pipe(guard(gate, { clock, ...options }));
  const begin = (): void => flow.subscribe(subscriber);
  return { clock, upstream, subscriber, gate, begin };
}

const settled = async (): Promise<void> => {
  for (let i = 0; i < 10; i += 1) await Promise.resolve();
};

describe("guard", () => {
  it("counts a stream when it is over, by how it ended", () => {
    const ends: [
      (upstream: TestPublisher<number>, subscriber: ManualSubscriber<number>) => void,
      PermitOutcome,
    ][] = [
      [(upstream) => upstream.complete(), "success"],
      [(upstream) => upstream.error(torn), "failure"],
      [(upstream) => upstream.error(new GateRejectedError(full)), "ignored"],
      [(_, subscriber) => subscriber.cancel(), "ignored"],
    ];
    for (const began of [false, true]) {
      for (const [end, outcome] of ends) {
        const { gate, upstream, subscriber, begin } = guarded();
        begin();
        if (began) {
          subscriber.request(2);
          upstream.next(1);
          expect(gate.outcomes).toEqual([]); // that it has begun says nothing
        }
        end(upstream, subscriber);
        expect([gate.outcomes, subscriber.items]).toEqual([[outcome], began ? [1] : []]);
      }
    }
  });

  it("never subscribes upstream of a stream that is refused, nor when the gate throws", () => {
    for (const answer of [full, torn]) {
      const { gate, upstream, subscriber, begin } = guarded();
      gate.answers = [answer];
      begin();
      expect([upstream.subscribers, gate.outcomes]).toEqual([0, []]);
      if (answer === torn) expect(subscriber.error).toBe(torn);
      else
        expect(subscriber.error).toMatchObject({
          code: "GATE_REJECTED",
          retryAfterMs: 9,
          cause: "concurrency",
        });
    }
  });

  it("asks for what it is told", () => {
    const { gate, begin } = guarded({ cost: 3, criticality: "sheddable", key: "k" });
    begin();
    expect(gate.wishes).toMatchObject([3, { criticality: "sheddable", key: "k" }]);
  });

  it("fails a stream whose first item is late, counted from its request", () => {
    const { gate, clock, upstream, subscriber, begin } = guarded({ firstItemMs: 50 });
    begin();
    clock.advance(1000);
    subscriber.request(1);
    clock.advance(49);
    subscriber.request(1); // nothing begins anew
    expect(subscriber.ended).toBe(false);
    clock.advance(1);
    expect(subscriber.error).toMatchObject({
      code: "TIMEOUT",
      message: "guard waited 50 ms for the first item: raise its firstItemMs",
    });
    expect([gate.outcomes, upstream.cancels, clock.pending]).toEqual([["failure"], 1, 0]);
  });

  it("has no timer once an item came, or the stream is over", () => {
    for (const end of ["item", "complete", "error", "cancel"] as const) {
      const { clock, upstream, subscriber, begin } = guarded({ firstItemMs: 50 });
      begin();
      subscriber.request(5);
      expect(clock.pending).toBe(1);
      if (end === "item") upstream.next(1);
      else if (end === "cancel") subscriber.cancel();
      else if (end === "error") upstream.error(torn);
      else upstream.complete();
      expect(clock.pending).toBe(0);
      subscriber.request(1);
      expect(clock.pending).toBe(0);
    }
  });

  it("waits for a permit, keeps the demand meanwhile, and begins when it is granted", async () => {
    const { gate, upstream, subscriber, begin } = guarded({ wait: true, firstItemMs: 50 });
    begin();
    subscriber.request(2);
    subscriber.request(3);
    await settled();
    expect([upstream.subscribers, subscriber.ended]).toEqual([0, false]);
    gate.decide(gate.permit);
    await settled();
    expect([upstream.subscribers, upstream.requested]).toEqual([1, 5]);
    upstream.next(1);
    upstream.complete();
    expect([subscriber.items, subscriber.completed, gate.outcomes]).toEqual([[1], true, ["success"]]);
  });

  it("leaves the line when it is cancelled, and gives back what is granted in the same turn", async () => {
    for (const granted of [false, true]) {
      const { gate, upstream, subscriber, begin } = guarded({ wait: true });
      begin();
      if (granted) gate.decide(gate.permit);
      subscriber.cancel();
      await settled();
      expect([upstream.subscribers, subscriber.ended, gate.outcomes]).toEqual([
        0,
        false,
        granted ? ["ignored"] : [],
      ]);
    }
    // The last turn in which that can be.
    const { gate, upstream, subscriber, begin } = guarded({ wait: true });
    begin();
    gate.decide(gate.permit);
    for (let turn = 0; turn < 20 && upstream.subscribers === 0; turn += 1) await Promise.resolve();
    expect(upstream.subscribers).toBe(1);
    subscriber.cancel();
    expect([gate.outcomes, upstream.cancels]).toEqual([["ignored"], 1]);
  });

  it("fails when waiting comes to nothing", async () => {
    const { gate, subscriber, begin } = guarded({ wait: true });
    begin();
    gate.decide(new GateRejectedError(full));
    await settled();
    expect(subscriber.error).toMatchObject({ code: "GATE_REJECTED" });
  });

  it("asks a gate that many processes share for its decision", async () => {
    const answers: (Permit | Rejected)[] = [];
    const gate = Object.assign(new Noted(), { ask: () => Promise.resolve(answers.shift() as Permit) });
    answers.push(gate.permit, full);
    const first = guarded({}, gate);
    first.begin();
    const second = guarded({}, gate);
    second.begin();
    await settled();
    first.upstream.complete();
    expect([first.subscriber.completed, gate.outcomes]).toEqual([true, ["success"]]);
    expect([second.subscriber.error, second.upstream.subscribers]).toMatchObject([
      { cause: "concurrency" },
      0,
    ]);
  });

  it("lets a user say what an end means, and is not harmed by what that throws", () => {
    const dropped: unknown[] = [];
    restore = onDroppedError((error) => dropped.push(error));
    const ends: GuardedEnd[] = [];
    const said: ((end: GuardedEnd) => PermitOutcome | undefined)[] = [
      ({ kind, items }) => (kind === "cancel" && items > 0 ? "success" : undefined),
      () => undefined,
      () => "odd" as "success",
      () => {
        throw torn;
      },
    ];
    const outcomes = said.map((outcomeOf) => {
      const { gate, upstream, subscriber, begin } = guarded({
        outcomeOf: (end) => {
          ends.push(end);
          return outcomeOf(end);
        },
      });
      begin();
      subscriber.request(1);
      upstream.next(1);
      if (ends.length === 0) subscriber.cancel();
      else upstream.error(torn);
      return gate.outcomes;
    });
    expect(outcomes).toEqual([["success"], ["failure"], ["failure"], ["failure"]]);
    expect(ends.slice(0, 2)).toEqual([
      { kind: "cancel", error: undefined, items: 1 },
      { kind: "error", error: torn, items: 1 },
    ]);
    expect(dropped.map(String)).toEqual([
      expect.stringContaining('Cannot take "odd" of outcomeOf'),
      String(torn),
    ]);
  });

  it("loses no error when a judgement cancels the stream", () => {
    const dropped: unknown[] = [];
    restore = onDroppedError((error) => dropped.push(error));
    const made = guarded({
      outcomeOf: () => {
        made.subscriber.cancel();
        return "failure";
      },
    });
    made.begin();
    made.upstream.error(torn);
    expect([made.gate.outcomes, made.upstream.cancels, dropped]).toEqual([["failure"], 0, [torn]]);
  });

  it("takes enough items for a success, and gives the permit back then, once", () => {
    const { gate, upstream, subscriber, begin } = guarded({ enoughItems: 2 });
    begin();
    subscriber.request(9);
    upstream.next(1);
    expect(gate.outcomes).toEqual([]);
    upstream.next(2);
    expect(gate.outcomes).toEqual(["success"]);
    upstream.error(torn);
    expect([gate.outcomes, subscriber.error]).toEqual([["success"], torn]);
  });

  it("lets a breaker count streams rightly: open, one probe, closed by its end", () => {
    const clock = new VirtualClock();
    const gate = circuitBreaker({ consecutiveFailures: 2, openFor: { baseMs: 100, jitter: "none" }, clock });
    const run = () => {
      const made = guarded({ clock, firstItemMs: 10 }, gate as unknown as Noted);
      made.begin();
      made.subscriber.request(5);
      return made;
    };
    const truncated = run();
    truncated.upstream.next(1);
    truncated.upstream.error(torn);
    run();
    clock.advance(10); // the first item is late
    expect(gate.state).toBe("open");
    expect([run().subscriber.error, run().upstream.subscribers]).toMatchObject([{ cause: "open" }, 0]);
    clock.advance(100);
    const cancelled = run();
    cancelled.upstream.next(1);
    cancelled.subscriber.cancel();
    expect(gate.state).toBe("half-open"); // neither
    const probe = run();
    probe.upstream.next(1);
    expect([gate.state, run().subscriber.failed]).toEqual(["half-open", true]);
    probe.upstream.complete();
    expect([gate.state, gate.snapshot()]).toMatchObject(["closed", { out: 0, misused: 0 }]);
  });

  it("takes what its clock throws for no failure of the service", () => {
    const clock = {
      now: () => 0,
      schedule: (): never => {
        throw torn;
      },
    };
    const { gate, subscriber, upstream, begin } = guarded({ firstItemMs: 5, clock });
    begin();
    subscriber.request(1);
    expect([subscriber.error, gate.outcomes, upstream.cancels, upstream.requested]).toEqual([
      torn,
      ["ignored"],
      1,
      0,
    ]);
  });

  it("refuses wrong arguments at the call", () => {
    const gate = new Noted();
    expect(() => guard({} as Gate)).toThrow("Cannot guard a stream with <object>: it takes a gate");
    const wrong: [object, string | RegExp][] = [
      [{ cost: 0 }, /permit of cost 0/],
      [{ criticality: "urgent" }, /Cannot rank "urgent"/],
      [{ firstItemMs: 0 }, /firstItemMs of 0 ms/],
      [{ enoughItems: 0 }, /the enoughItems 0/],
      [{ outcomeOf: 5 }, "Cannot judge streams in guard with 5: it takes a function"],
      [{ clock: {} }, "Cannot give guard the clock <object>"],
    ];
    for (const [options, text] of wrong) expect(() => guard(gate, options), String(text)).toThrow(text);
    expect(() => guard(gate, 5 as never)).toThrow("Cannot give guard the options 5");
    expect(() => guard(gate)({} as never)).toThrow(TypeError);
  });
});
