// A service of known capacity in virtual time, and callers who come whether it answers or not (open loop).
//
//   callers ──► gate ──► queue (bounded) ──► `capacity` places, `workMs` each ──► release
//                 └─► refused    └─► refused: "failure"

import type { Clock, Gate, Permit } from "@sluice/core";

export interface Service {
  /** Work done at once. */
  capacity: number;
  /** How long each takes alone, on average. */
  workMs: number;
  /** Some takes many times longer than other: exponential, in place of a fifth more or less. */
  readonly uneven?: boolean;
  /** What may wait for a place; the rest is refused at once. */
  queue: number;
}

export interface Answers {
  /** In time, too late, and refused by the service or the gate. */
  served: number;
  late: number;
  failed: number;
  refused: number;
}

interface Job {
  readonly permit: Permit | undefined;
  readonly came: number;
  ends: number;
}

export class Simulation {
  nowMs = 0;
  readonly clock: Clock = { now: () => this.nowMs, schedule: () => () => {} };
  readonly service: Service;
  private readonly random: () => number;
  private readonly queue: Job[] = [];
  private first = 0;
  private readonly working: Job[] = [];
  private nextCaller = 0;

  constructor(service: Service, seed = 1) {
    this.service = service;
    this.random = seeded(seed);
  }

  /** Lets callers come for so long; an answer counts as served when it takes no longer than `deadlineMs`. */
  run(gate: Gate | undefined, forMs: number, perSecond: number, deadlineMs: number): Answers {
    const answers: Answers = { served: 0, late: 0, failed: 0, refused: 0 };
    const end = this.nowMs + forMs;
    this.nextCaller = this.nowMs;
    while (this.nowMs < end) {
      const job = this.soonest();
      if (job !== undefined && job.ends <= this.nextCaller) {
        this.nowMs = job.ends;
        this.working.splice(this.working.indexOf(job), 1);
        this.start();
        answers[this.nowMs - job.came <= deadlineMs ? "served" : "late"] += 1;
        job.permit?.release();
        continue;
      }
      this.nowMs = this.nextCaller;
      this.nextCaller += (-Math.log(1 - this.random()) * 1000) / perSecond;
      const answer = gate?.tryAcquire();
      if (answer?.granted === false) answers.refused += 1;
      else if (this.waiting >= this.service.queue) {
        answers.failed += 1;
        answer?.release("failure");
      } else {
        this.queue.push({ permit: answer, came: this.nowMs, ends: 0 });
        this.start();
      }
    }
    return answers;
  }

  get waiting(): number {
    return this.queue.length - this.first;
  }

  private start(): void {
    while (this.waiting > 0 && this.working.length < this.service.capacity) {
      const job = this.queue[this.first] as Job;
      this.first += 1;
      const { workMs, uneven } = this.service;
      // From 0.8 to 1.2 of the average, or exponential.
      const factor = uneven ? -Math.log(1 - this.random()) : 0.8 + 0.4 * this.random();
      job.ends = this.nowMs + workMs * factor;
      this.working.push(job);
    }
    if (this.first < 10_000) return;
    this.queue.splice(0, this.first);
    this.first = 0;
  }

  private soonest(): Job | undefined {
    let soonest: Job | undefined;
    for (const job of this.working) if (soonest === undefined || job.ends < soonest.ends) soonest = job;
    return soonest;
  }
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
