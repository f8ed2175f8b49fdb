// A stream told step by step: what is requested, and what must come of it. A thin layer over
// ManualSubscriber, for tests that read like the sequence they describe.

import type { Publisher } from "@sluice/core";
import { ManualSubscriber } from "./manual-subscriber.js";
import { settled, until } from "./settle.js";

/** A step of a script: what is done or expected. Each returns the verifier, `run` plays them in order. */
interface Step<T> {
  readonly name: string;
  play(subscriber: ManualSubscriber<T>): void | Promise<void>;
}

/**
 * Describes what a subscriber does and must see, step by step; nothing happens before `run`.
 *
 * *Demand:* only what the script requests. *Errors:* `run` rejects at the first step that fails, naming it
 * and what was seen. *Cancel:* after the last or failed step the subscription is cancelled. Items that no
 * step named are a failure too.
 *
 * @example
 * ```ts
 * import { range } from "@sluice/core";
 * import { StepVerifier } from "@sluice/tck";
 * await StepVerifier.of(range(1, 3)).expectNothing().request(2).items(1, 2).request(9).items(3).complete().run();
 * console.log("as told"); // prints as told
 * ```
 */
export class StepVerifier<T> {
  readonly #publisher: Publisher<T>;
  readonly #steps: Step<T>[] = [];
  /** How many items the steps so far have named. */
  #named = 0;

  private constructor(publisher: Publisher<T>) {
    this.#publisher = publisher;
  }

  /** Begins a script for the publisher. */
  static of<T>(publisher: Publisher<T>): StepVerifier<T> {
    return new StepVerifier(publisher);
  }

  /** Requests `n` items. */
  request(n: number): this {
    return this.#step(`request(${n})`, (subscriber) => subscriber.request(n));
  }

  /** Cancels the subscription. */
  cancel(): this {
    return this.#step("cancel()", (subscriber) => subscriber.cancel());
  }

  /** Does something in between, such as `() => clock.advance(10)` or `() => upstream.next(1)`. */
  perform(action: () => void | Promise<void>): this {
    return this.#step("perform", () => action());
  }

  /** Expects just these items next, in this order, compared by `Object.is`. */
  items(...wanted: T[]): this {
    return this.#step(`items(${wanted.map(String).join(", ")})`, async (subscriber) => {
      const from = this.#named;
      this.#named += wanted.length;
      await until(() => subscriber.items.length >= this.#named || subscriber.ended, "items");
      wanted.forEach((item, index) => {
        const got = subscriber.items[from + index];
        if (from + index >= subscriber.items.length || !Object.is(got, item)) {
          throw new Error(`item ${from + index} should be ${String(item)}`);
        }
      });
    });
  }

  /** Expects that nothing more has come, after some turns of the event loop. */
  expectNothing(): this {
    return this.#step("expectNothing()", async (subscriber) => {
      await settled();
      if (subscriber.ended) throw new Error("the stream ended");
      this.#claimAllNamed(subscriber);
    });
  }

  /** Expects the good end. */
  complete(): this {
    return this.#step("complete()", async (subscriber) => {
      await until(() => subscriber.ended, "the end");
      if (!subscriber.completed) throw new Error("the stream failed");
      this.#claimAllNamed(subscriber);
    });
  }

  /** Expects the failed end, with an error that `fits`. */
  error(fits: (error: unknown) => boolean = () => true): this {
    return this.#step("error()", async (subscriber) => {
      await until(() => subscriber.ended, "the end");
      if (!subscriber.failed) throw new Error("the stream completed");
      this.#claimAllNamed(subscriber);
      if (!fits(subscriber.error)) throw new Error("it is another error than wanted");
    });
  }

  /** Subscribes and plays the script; rejects at the first step that fails. */
  async run(): Promise<void> {
    const subscriber = new ManualSubscriber<T>();
    this.#named = 0;
    this.#publisher.subscribe(subscriber);
    try {
      await until(() => subscriber.subscription !== undefined, "onSubscribe");
      for (const [index, { name, play }] of this.#steps.entries()) {
        try {
          await play(subscriber);
        } catch (cause) {
          const reason = cause instanceof Error ? cause.message : String(cause);
          throw new Error(`Step ${index + 1}, ${name}: ${reason}; seen so far: ${describe(subscriber)}`, {
            cause,
          });
        }
      }
    } finally {
      subscriber.subscription?.cancel();
    }
  }

  #step(name: string, play: Step<T>["play"]): this {
    this.#steps.push({ name, play });
    return this;
  }

  #claimAllNamed(subscriber: ManualSubscriber<T>): void {
    if (subscriber.items.length > this.#named)
      throw new Error(`item ${this.#named} came and no step named it`);
  }
}

function describe(subscriber: ManualSubscriber<unknown>): string {
  const items = subscriber.items.map(String).join(", ");
  if (subscriber.completed) return `[${items}], onComplete`;
  return subscriber.failed ? `[${items}], onError ${String(subscriber.error)}` : `[${items}]`;
}
