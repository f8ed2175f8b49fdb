// What the judge is told about a publisher: how to make one, and in which of the ways that the specification
// leaves open it differs from the usual. A capability that is declared wrongly shows as a failed check.

import type { Publisher } from "@sluice/core";
import { ManualSubscriber, type SignalHooks } from "../manual-subscriber.js";
import { until } from "../settle.js";
import { claim } from "./check.js";

/** A publisher to be judged. Everything but `create` has a default, which is the usual case. */
export interface PublisherSubject<T = unknown> {
  /** Makes a fresh publisher of `count` items, with `minCount` <= count <= `maxCount`, ending as `ends` says. */
  create(count: number): Publisher<T>;
  /** Makes a fresh publisher that fails without an item. Without it the rules of failure are not put. */
  createFailed?(): Publisher<T>;
  /** Makes a fresh publisher of just these items, for the check that any value may be one. */
  createOf?(items: readonly unknown[]): Publisher<unknown>;
  /** The item with this index of a publisher of `create`, or one like it; without it, items are not compared. */
  item?(index: number): unknown;
  /** The fewest items `create` can be asked for; default 0. */
  readonly minCount?: number;
  /** The most items `create` can be asked for; default 200,000. */
  readonly maxCount?: number;
  /** How a publisher of `create` ends after its items; default `"complete"`. */
  readonly ends?: "complete" | "error" | "never";
  /** Whether an end that needs no item comes without a request; default true. */
  readonly endsWithoutDemand?: boolean;
  /** Whether items are lost that come without demand, as with a dropping operator; default false. */
  readonly lossy?: boolean;
  /** Whether each subscriber has the whole stream, or only the first one has it; default `"each"`. */
  readonly subscribers?: "each" | "one";
  /** Whether cancel is obeyed before it returns; `"eventually"` where a wire lies between. Default `"atOnce"`. */
  readonly stops?: "atOnce" | "eventually";
  /** Whether the error of a subscriber that throws goes to `globalThis.reportError` (§2.13); default true. */
  readonly reports?: boolean;
  /** Moves what items wait for, such as a virtual clock; runs before each look of the judge. */
  rest?(): void | Promise<void>;
}

/** Whether `create` can be asked for some number between the two. */
export function canCount(subject: PublisherSubject, from: number, to: number = from): boolean {
  return (subject.minCount ?? 0) <= to && (subject.maxCount ?? DEFAULT_MAX) >= from;
}

/** The number nearest to `wanted` that `create` can be asked for. */
export function nearestCount(subject: PublisherSubject, wanted: number): number {
  return Math.max(subject.minCount ?? 0, Math.min(subject.maxCount ?? DEFAULT_MAX, wanted));
}

/** Whether the stream ends, and with every item it was made of. */
export function isExact(subject: PublisherSubject): boolean {
  return subject.lossy !== true;
}

/** An empty, a short and a failing stream, as far as there are such; made when asked for, as some start to run. */
export function everyKind<T>(subject: PublisherSubject<T>): (() => Publisher<T>)[] {
  const kinds = [
    () => subject.create(nearestCount(subject, 0)),
    () => subject.create(nearestCount(subject, 5)),
  ];
  const { createFailed } = subject;
  if (createFailed !== undefined) kinds.push(() => createFailed.call(subject));
  return kinds;
}

/** Subscribes, and waits for `onSubscribe`. */
export async function observe<T>(
  subject: PublisherSubject<T>,
  publisher: Publisher<T>,
  hooks: SignalHooks<T> = {},
): Promise<ManualSubscriber<T>> {
  const subscriber = new ManualSubscriber<T>(hooks);
  publisher.subscribe(subscriber);
  await until(() => subscriber.subscription !== undefined, "onSubscribe", subject.rest);
  return subscriber;
}

/** Waits for `count` items. */
export async function items(
  subject: PublisherSubject,
  subscriber: ManualSubscriber<unknown>,
  count: number,
): Promise<void> {
  await until(() => subscriber.items.length >= count || subscriber.ended, `${count} items`, subject.rest);
  claim(
    subscriber.items.length >= count,
    `${seen(subscriber)}, where ${count} items were asked for and exist`,
  );
}

/** Waits for the terminal signal, after asking for more where the publisher needs that to learn of its end. */
export async function end(subject: PublisherSubject, subscriber: ManualSubscriber<unknown>): Promise<void> {
  if (subject.endsWithoutDemand === false && !subscriber.ended) subscriber.request(1);
  await until(() => subscriber.ended, `the end; ${seen(subscriber)}`, subject.rest);
}

/** The first terminal signal; what came after it is the matter of §1.7. */
export function firstEnd(subscriber: ManualSubscriber<unknown>): "onError" | "onComplete" | undefined {
  const kinds = subscriber.signals.map((signal) => signal.kind);
  return kinds.find((kind) => kind === "onError" || kind === "onComplete");
}

/** What the subscriber has seen, for a message. */
export function seen(subscriber: ManualSubscriber<unknown>): string {
  const last = subscriber.completed
    ? " and onComplete"
    : subscriber.failed
      ? ` and ${String(subscriber.error)}`
      : "";
  return `saw ${subscriber.items.length} items${last} for a demand of ${subscriber.requested}`;
}

const DEFAULT_MAX = 200_000;
