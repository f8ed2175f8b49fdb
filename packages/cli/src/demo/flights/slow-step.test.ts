import { describe, expect, it } from "vitest";
import { LOOKUP_MS, SlowStep } from "./slow-step.js";
import type { StepTime } from "./slow-step.js";

const flight = { delay: 5, distance: 100, time: 13.9 };

/** Time that passes when the test says so, with timers as late as Node's are. */
class VirtualTime implements StepTime {
  private ms = 0;
  private due: { atMs: number; task: () => void }[] = [];

  now(): number {
    return this.ms;
  }

  sleep(task: () => void): void {
    this.due.push({ atMs: this.ms + 1.1, task });
  }

  nextTurn(task: () => void): void {
    this.due.push({ atMs: this.ms, task });
  }

  get timers(): number {
    return this.due.length;
  }

  /** Runs what is due until then, one task a turn, with everything that promises do in between. */
  async advance(ms: number): Promise<void> {
    const until = this.ms + ms;
    for (;;) {
      this.due.sort((a, b) => a.atMs - b.atMs);
      const next = this.due[0];
      if (next === undefined || next.atMs > until) break;
      this.due.shift();
      this.ms = Math.max(this.ms, next.atMs);
      next.task();
      for (let i = 0; i < 10; i++) await Promise.resolve();
    }
    this.ms = until;
  }

  /** Lets time pass in which no task can run, as a long collection does. */
  standStill(ms: number): void {
    this.ms += ms;
  }
}

/** Keeps `lanes` lookups running, one after the other in each; returns how many were done. */
function keepBusy(step: SlowStep, lanes: number): () => number {
  let done = 0;
  const lane = async (): Promise<void> => {
    for (;;) {
      await step.enrich(flight);
      done++;
    }
  };
  for (let i = 0; i < lanes; i++) void lane();
  return () => done;
}

describe("SlowStep", () => {
  it("adds the hour of departure", async () => {
    const time = new VirtualTime();
    const enriched = new SlowStep(time).enrich(flight);
    await time.advance(2);
    expect(await enriched).toEqual({ ...flight, hour: 13 });
  });

  it("is never done at once", async () => {
    const time = new VirtualTime();
    const done = keepBusy(new SlowStep(time), 1);
    await time.advance(0.4);
    expect(done()).toBe(0);
    await time.advance(0.8);
    expect(done()).toBeGreaterThan(0);
  });

  it("keeps its pace on late timers: 16 at once give 16 flights for each 0.5 ms", async () => {
    const time = new VirtualTime();
    const done = keepBusy(new SlowStep(time), 16);
    await time.advance(600);
    const steps = 600 / LOOKUP_MS;
    expect(done()).toBeLessThanOrEqual(16 * steps);
    expect(done()).toBeGreaterThanOrEqual(16 * (steps - 3));
  });

  it("takes as long for one as for 16", async () => {
    const time = new VirtualTime();
    const done = keepBusy(new SlowStep(time), 1);
    await time.advance(600);
    expect(done()).toBeLessThanOrEqual(600 / LOOKUP_MS);
  });

  it("does not make up for more than 50 ms of standing still", async () => {
    const time = new VirtualTime();
    const done = keepBusy(new SlowStep(time), 1);
    await time.advance(6);
    const before = done();
    time.standStill(10_000);
    await time.advance(0);
    expect(done() - before).toBeGreaterThan(1);
    expect(done() - before).toBeLessThanOrEqual(Math.ceil(50 / LOOKUP_MS));
  });

  it("leaves no timer when nobody waits, and starts anew for the next", async () => {
    const time = new VirtualTime();
    const step = new SlowStep(time);
    const first = step.enrich(flight);
    await time.advance(10);
    await first;
    expect(time.timers).toBe(0);
    const second = step.enrich(flight);
    await time.advance(10);
    expect((await second).hour).toBe(13);
  });

  it("works on the machine's own time", async () => {
    expect((await new SlowStep().enrich(flight)).hour).toBe(13);
  });
});
