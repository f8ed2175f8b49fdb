// A stream told step by step: what is requested, and what must come of it. A thin layer over
// ManualSubscriber, for tests that read like the sequence they describe.

import type { Publisher } from "@sluice/core";
import { itemText, sameItem } from "./conformance/same-item.js";
import { ManualSubscriber } from "./manual-subscriber.js";
import { settled, until } from "./settle.js";
import { cancelQuietly, failureAt, refuseBreach } from "./step-failure.js";
import type { TestPublisher } from "./test-publisher.js";
import type { VirtualClock } from "./virtual-clock.js";

/** What a script may move, and what it looks at for leaks. */
export interface VerifyOptions {
  /** The clock that the stream's operators were given: `advance` moves it, `expectReleased` finds tasks left on it. */
  readonly clock?: VirtualClock | undefined;
  /** The probes above the stream: `expectReleased` finds those that neither ended nor were cancelled. */
  readonly upstreams?: readonly TestPublisher<never>[] | undefined;
}

/**
 * Describes what a subscriber does and must see, step by step; nothing happens before `run`.
 *
 * *Demand:* only what the script requests. *Errors:* `run` rejects at the first step that fails, naming it
 * and what was seen. Items and errors that no step named, items that were not requested (§1.1) and signals after the
 * end (§1.7) are failures too. *Cancel:* after the last or failed step the subscription is cancelled.
 *
 * @example
 * ```ts
 * import { range } from "@sluice/core";
 * import { verify } from "@sluice/tck";
 * await verify(range(1, 3)).expectNothingMore().request(2).expect(1, 2).request(9).expect(3).expectComplete().run();
 * console.log("as told"); // prints as told
 * ```
 */
export function verify<T>(publisher: Publisher<T>, options: VerifyOptions = {}): Verification<T> {
  if (typeof publisher?.subscribe !== "function") {
    throw new TypeError(`Cannot verify ${itemText(publisher)}: a publisher has a method subscribe`);
  }
  return new Verification(publisher, options);
}

/** A step of a script: what is done or expected. Each returns the script, `run` plays them in order. */
interface Step<T> {
  readonly name: string;
  play(subscriber: ManualSubscriber<T>): void | Promise<void>;
}

/** A script of steps. */
export class Verification<T> {
  readonly #publisher: Publisher<T>;
  readonly #options: VerifyOptions;
  readonly #steps: Step<T>[] = [];
  /** How many items the steps so far have named. */
  #named = 0;
  #mustRelease = false;
  #namesError = false;

  constructor(publisher: Publisher<T>, options: VerifyOptions) {
    this.#publisher = publisher;
    this.#options = options;
  }

  /** Requests `n` items. */
  request(n: number): this {
    return this.#step(`request(${n})`, (subscriber) => subscriber.request(n));
  }

  /** Cancels the subscription. */
  cancel(): this {
    return this.#step("cancel()", (subscriber) => subscriber.cancel());
  }

  /** Does something in between, such as `() => upstream.next(1)`. */
  perform(action: () => void | Promise<void>): this {
    return this.#step("perform", () => action());
  }

  /** Moves the clock on by `ms` milliseconds; promises call back between its tasks. */
  advance(ms: number): this {
    return this.#step(`advance(${ms})`, () => {
      const { clock } = this.#options;
      if (clock === undefined) throw new Error("there is no clock: call verify(publisher, { clock })");
      return clock.advanceSettled(ms);
    });
  }

  /** Expects just these items next, in this order: the same values, or of the same class with the same properties. */
  expect(...wanted: T[]): this {
    return this.#step(`expect(${wanted.map(itemText).join(", ")})`, async (subscriber) => {
      const from = this.#named;
      this.#named += wanted.length;
      await until(() => subscriber.items.length >= this.#named || subscriber.ended, "items");
      wanted.forEach((item, index) => {
        const got = subscriber.items[from + index];
        if (from + index >= subscriber.items.length || !sameItem(got, item)) {
          throw new Error(`item ${from + index} should be ${itemText(item)}`);
        }
      });
    });
  }

  /** Expects that nothing more has come, after some turns of the event loop. */
  expectNothingMore(): this {
    return this.#step("expectNothingMore()", async (subscriber) => {
      const { ended } = subscriber;
      await settled();
      if (subscriber.ended && !ended) throw new Error("the stream ended");
      this.#claimAllNamed(subscriber);
    });
  }

  /** Expects the good end. */
  expectComplete(): this {
    return this.#step("expectComplete()", async (subscriber) => {
      await until(() => subscriber.ended, "the end");
      if (!subscriber.completed) throw new Error("the stream failed");
      this.#claimAllNamed(subscriber);
    });
  }

  /** Expects the failed end, with an error that `fits`. */
  expectError(fits: (error: unknown) => boolean = () => true): this {
    this.#namesError = true;
    return this.#step("expectError()", async (subscriber) => {
      await until(() => subscriber.ended, "the end");
      if (!subscriber.failed) throw new Error("the stream completed");
      this.#claimAllNamed(subscriber);
      // Nothing but true: a class given by mistake would make an object of any error.
      if (fits(subscriber.error) !== true) throw new Error("it is another error than wanted");
    });
  }

  /**
   * Expects that nothing is left when the script is over: no task on the clock, no upstream that runs on and, under
   * `node --expose-gc`, no reference to the subscriber (§3.13).
   */
  expectReleased(): this {
    this.#mustRelease = true;
    return this;
  }

  /** Subscribes and plays the script; rejects at the first step that fails. */
  async run(): Promise<void> {
    const subscriber = await this.#play();
    if (!this.#mustRelease) return;
    await settled();
    const left = this.#leftovers();
    if (left.length > 0) throw new Error(`Not released: ${left.join("; ")}`);
    const collect = (globalThis as { gc?: () => void }).gc;
    if (collect === undefined) return;
    for (let time = 0; subscriber.deref() !== undefined; time++) {
      if (time === MOST_COLLECTIONS)
        throw new Error("Not released: something above keeps the subscriber (§3.13)");
      await settled();
      collect();
    }
  }

  /** In a frame of its own, so that nobody here keeps the subscriber. */
  async #play(): Promise<WeakRef<ManualSubscriber<T>>> {
    const subscriber = new ManualSubscriber<T>();
    this.#named = 0;
    this.#publisher.subscribe(subscriber);
    try {
      await until(() => subscriber.subscription !== undefined, "onSubscribe");
      for (const [index, { name, play }] of this.#steps.entries()) {
        try {
          await play(subscriber);
          refuseBreach(subscriber);
        } catch (cause) {
          throw failureAt(`Step ${index + 1}, ${name}`, subscriber, cause);
        }
      }
      await this.#end(subscriber);
    } catch (cause) {
      cancelQuietly(subscriber);
      throw cause;
    }
    subscriber.subscription?.cancel();
    return new WeakRef(subscriber);
  }

  /** What came and was not asked after, the last step may have brought. */
  async #end(subscriber: ManualSubscriber<T>): Promise<void> {
    try {
      await settled();
      refuseBreach(subscriber);
      this.#claimAllNamed(subscriber);
      if (subscriber.failed && !this.#namesError) throw new Error("the stream failed and no step named it");
    } catch (cause) {
      throw failureAt("After the last step", subscriber, cause);
    }
  }

  #leftovers(): string[] {
    const { clock, upstreams = [] } = this.#options;
    const left: string[] = [];
    if (clock !== undefined && clock.pending > 0) left.push(`${clock.pending} tasks wait on the clock`);
    for (const [index, upstream] of upstreams.entries()) {
      if (upstream.subscribers > 0 && !upstream.cancelled && !upstream.ended)
        left.push(`upstream ${index} runs on`);
    }
    return left;
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

/** What is free goes at the first or second; each walks the whole heap. */
const MOST_COLLECTIONS = 10;
