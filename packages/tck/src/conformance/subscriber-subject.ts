// What the judge is told about a subscriber, in one of three ways. From least to most that it can see:
//
//   a black box     create() makes a Subscriber; what it calls on its subscription is all there is to see
//   a white box     createProbed(probe) makes one that tells the probe what it was signalled, and lets itself be moved
//   a consumer      consume(publisher) lets something consume, whose end and items can be seen: a sink, a loop

import type { Publisher, Subscriber } from "@sluice/core";
import type { Resting } from "./resting.js";

/** What is said of any subscriber. */
interface AnySubscriber<T> extends Resting {
  /** Makes the item with this index; the subscriber must be content with it. */
  item(index: number): T;
  /** The number of items after which it cancels by itself; default: never. */
  readonly stopsAfter?: number;
  /** Whether any value may come to it as an item; default false: only those that `item` makes. */
  readonly takesAny?: boolean;
}

/** A subscriber of which nothing is known but that it is one. */
export interface BlackBoxSubject<T = unknown> extends AnySubscriber<T> {
  /** Makes a fresh subscriber. */
  create(): Subscriber<T>;
  /** Makes this subscriber request items, for one that does not go on requesting by itself. */
  request?(subscriber: Subscriber<T>, n: number): void;
  /** Makes this subscriber cancel its subscription. Without it the rules of cancel are not put. */
  cancel?(subscriber: Subscriber<T>): void;
}

/** Moves a subscriber under test: what it does then must reach its own subscription. */
export interface SubscriberPuppet {
  /** Makes the subscriber request `n` items. */
  request(n: number): void;
  /** Makes the subscriber cancel. */
  cancel(): void;
}

/** What a white box tells of each signal, when it has processed it. */
export interface SubscriberProbe<T = unknown> {
  /** The first subscription came; `puppet` moves the subscriber from now on. */
  onSubscribe(puppet: SubscriberPuppet): void;
  onNext(item: T): void;
  onError(error: unknown): void;
  onComplete(): void;
}

/** A subscriber that was made ready for the judge. */
export interface WhiteBoxSubject<T = unknown> extends AnySubscriber<T> {
  /** Makes a fresh subscriber that tells the probe of each signal. */
  createProbed(probe: SubscriberProbe<T>): Subscriber<T>;
}

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
export interface ConsumerSubject<T = unknown> extends AnySubscriber<T> {
  /** Subscribes a fresh consumer to the publisher. */
  consume(publisher: Publisher<T>): Consumption;
  /** Whether it goes on requesting by itself; `false`: it is told by `Consumption.request`. Default true. */
  readonly requests?: boolean;
  /** Whether it can be stopped from outside by `Consumption.cancel`; default false. */
  readonly stoppable?: boolean;
}

/** A subscriber to be judged, in the way that suits it. */
export type SubscriberSubject<T = unknown> = BlackBoxSubject<T> | WhiteBoxSubject<T> | ConsumerSubject<T>;
