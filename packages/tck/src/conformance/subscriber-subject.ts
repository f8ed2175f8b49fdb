// What the judge is told about a consumer: how to let it consume a publisher, and what it can be made to do.
// With `consume` alone it is judged as a black box, by what it asks of its publisher.

import type { Publisher } from "@sluice/core";

/** A consumer at work on one publisher. */
export interface Consumption {
  /** Settles once the consumer has seen the end, or has given up; it rejects with the stream's error. */
  readonly ended: Promise<unknown>;
  /** Makes the consumer stop from outside, such as by its AbortSignal; needed where `stoppable` is declared. */
  cancel?(): void;
  /** Makes the consumer request `n` items, for one that requests on command. */
  request?(n: number): void;
  /** The items that it has been handed so far. */
  received?(): readonly unknown[];
}

/** A consumer to be judged. */
export interface SubscriberSubject<T = unknown> {
  /** Subscribes a fresh consumer to the publisher. */
  consume(publisher: Publisher<T>): Consumption;
  /** Makes the item with this index; the consumer must be content with it. */
  item(index: number): T;
  /** Whether it goes on requesting by itself; `false`: it is told by `Consumption.request`. Default true. */
  readonly requests?: boolean;
  /** Whether it can be stopped from outside by `Consumption.cancel`; default false. */
  readonly stoppable?: boolean;
  /** The number of items after which it cancels by itself; default: never. */
  readonly stopsAfter?: number;
  /** Moves what the consumer waits for, such as a virtual clock; runs before each look of the judge. */
  rest?(): void | Promise<void>;
}
