// What a random subscriber does: how much it requests, when, from where, and when it cancels.

import { settled } from "@sluice/tck";
import fc from "fast-check";
import type { Publisher, Subscription } from "../src/spec/publisher.js";

/** One request: of how much, and whether it is made inside the next onNext. */
export interface Step {
  readonly n: number;
  readonly inside: boolean;
}

/** Some requests, of 1 to 10 items or of everything. */
export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    n: fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 1, max: 10 }) },
      fc.constant(Number.POSITIVE_INFINITY),
    ),
    inside: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
);

/** What the subscriber saw. */
export interface Seen {
  readonly items: unknown[];
  failed: boolean;
  error: unknown;
  /** Terminal signals. */
  ends: number;
  /** The most by which items were ahead of demand. */
  surplus: number;
  /** The deepest nesting of signals. */
  depth: number;
  /** Signals after cancel or after the end. */
  late: number;
}

/** A pipeline that needs more turns than this has stalled. */
const TURNS = 2000;

/** Plays requests on a publisher. */
export class Script {
  readonly #steps: readonly Step[];
  readonly #cancel: { readonly cancelAt: number; readonly inside: boolean } | undefined;

  /** @param cancel after how many items, and whether inside that onNext */
  constructor(script: readonly Step[], cancel?: { readonly cancelAt: number; readonly inside: boolean }) {
    this.#steps = script;
    this.#cancel = cancel;
  }

  /** `to the end` goes on requesting after the script, one at a time, until the stream has ended. */
  async play(publisher: Publisher<unknown>, how: "to the end" | "as far as it goes"): Promise<Seen> {
    const seen: Seen = { items: [], failed: false, error: undefined, ends: 0, surplus: 0, depth: 0, late: 0 };
    let left = [...this.#steps];
    let requested = 0;
    let depth = 0;
    let isOver = false;
    let subscription: Subscription | undefined;
    const cancel = this.#cancel;
    const request = (n: number): void => {
      requested += n;
      subscription?.request(n);
    };
    const stop = (): void => {
      isOver = true;
      subscription?.cancel();
    };
    const during = (body: () => void): void => {
      if (isOver) seen.late++;
      depth++;
      seen.depth = Math.max(seen.depth, depth);
      body();
      depth--;
    };
    publisher.subscribe({
      onSubscribe: (given) =>
        during(() => {
          subscription = given;
          if (cancel?.inside && cancel.cancelAt === 0) stop();
          while (left[0]?.inside) request((left.shift() as Step).n);
        }),
      onNext: (item) =>
        during(() => {
          seen.items.push(item);
          seen.surplus = Math.max(seen.surplus, seen.items.length - requested);
          if (cancel?.inside && seen.items.length === cancel.cancelAt) stop();
          if (left[0]?.inside) request((left.shift() as Step).n);
        }),
      onError: (error) =>
        during(() => {
          seen.failed = true;
          seen.error = error;
          seen.ends++;
          isOver = true;
        }),
      onComplete: () =>
        during(() => {
          seen.ends++;
          isOver = true;
        }),
    });
    for (let turn = 0; turn < TURNS && !isOver; turn++) {
      if (cancel !== undefined && !cancel.inside && turn >= cancel.cancelAt) stop();
      const step = left[0];
      if (step !== undefined) {
        left = left.slice(1);
        request(step.n);
      } else if (how === "as far as it goes") break;
      else request(1);
      await microtasks();
      if (!isOver && seen.items.length < requested) await settled();
    }
    if (cancel !== undefined) stop();
    await microtasks();
    return seen;
  }
}

/** Enough microtasks for an item to pass a few asynchronous stages. */
async function microtasks(): Promise<void> {
  for (let k = 0; k < 20; k++) await Promise.resolve();
}
