// A gate under test, with what a case does with it and what is said of one that does not keep its word.

import type { Gate, GateWait, Permit, Rejected, RejectionCause } from "@sluice/core";
import { UnsteadyClock } from "./unsteady-clock.js";

/** What the cases must know of a gate. */
export interface GateSubject {
  /** How many permits of cost 1 a new one grants one after the other, with none of them released; then it refuses. */
  readonly grants: number;
  /** Why it refuses then. */
  readonly cause: RejectionCause;
  /** A cost that it never grants. Default: it grants any cost, sooner or later. */
  readonly impossible?: number | undefined;
  /** Makes a new one, at whose line two may wait. */
  open(clock: UnsteadyClock): OpenGate;
}

/** A new gate. */
export interface OpenGate {
  readonly gate: Gate;
  /**
   * Does what brings an empty gate credit for at least one permit, of those that are `held`: releases one, lets time
   * go by, changes a signal. Default: releases the first with `"success"`.
   */
  readonly restore?: ((held: Permit[]) => void) | undefined;
}

/** One promise of the Gate interface, put to the test. */
export interface GateCase {
  readonly name: string;
  run(subject: GateSubject): Promise<void>;
}

/** One gate in one case. */
export class Bench {
  readonly clock: UnsteadyClock = new UnsteadyClock();
  readonly gate: Gate;
  readonly held: Permit[] = [];
  private readonly open: OpenGate;

  constructor(subject: GateSubject) {
    this.open = subject.open(this.clock);
    this.gate = this.open.gate;
  }

  /** Takes all there is; says how many that were. */
  drain(): number {
    for (let count = 0; ; count += 1) {
      const answer = this.gate.tryAcquire();
      if (!answer.granted) return count;
      expect(count < MOST_GRANTS, `grants no end of permits: ${count} without a refusal`);
      this.held.push(answer);
    }
  }

  restore(): void {
    if (this.open.restore === undefined) this.held.shift()?.release();
    else this.open.restore(this.held);
  }

  /** Waits, and says in `log` what came of it. */
  wait(log: string[], name: string, request?: GateWait): void {
    this.gate.acquire(1, request).then(
      (permit) => {
        this.held.push(permit);
        log.push(name);
      },
      (error: unknown) => void log.push(`${name}: ${messageOf(error)}`),
    );
  }

  refused(): Rejected {
    const answer = this.gate.tryAcquire();
    if (!answer.granted) return answer;
    throw new Error(`The gate grants a permit where it must refuse`);
  }

  /** A number of the gate's snapshot, if it has that. */
  count(name: "granted" | "refused" | "waiting" | "misused"): number | undefined {
    const { snapshot } = this.gate as { snapshot?: () => object };
    if (typeof snapshot !== "function") return undefined;
    const value = (snapshot.call(this.gate) as Record<string, unknown>)[name];
    if (value === undefined) return undefined;
    expect(
      typeof value === "number" && value >= 0,
      `snapshot().${name} is ${String(value)}, not a number >= 0`,
    );
    return value as number;
  }
}

/** Throws the sentence when the gate does not do what it must. */
export function expect(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new Error(`The gate ${sentence}`);
}

/** The error that `work` throws or rejects with, at once: a gate that does not keep its word may never answer. */
export async function errorOf(work: () => unknown): Promise<unknown> {
  let error: unknown = new Error("no answer");
  const run = async (): Promise<unknown> => work();
  run().then(
    () => {
      error = undefined;
    },
    (thrown: unknown) => {
      error = thrown;
    },
  );
  await turns();
  return error;
}

/** Lets what is settled call back. */
export async function turns(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
}

export function messageOf(error: unknown): string {
  const { code, message } = Object(error) as { code?: string; message?: string };
  return code ?? message ?? `no error, but ${String(error)}`;
}

const MOST_GRANTS = 10_000;
