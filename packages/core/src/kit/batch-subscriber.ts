// The engine behind batch and conflate: what downstream has no demand for yet is merged into one value.
//
//   empty --item--> waiting --demand--> empty
//                   |  ^  | an item that weighs more than is left of `max`
//   an item: merged +--+  v
//                        full: that item waits beside the value until the value is sent
//
//   conflate   no `max`: all there is is asked of upstream, which need not be one that can be slowed
//   batch      `max` items held and outstanding together; with `weigh` items are asked for one by one, as nobody
//              knows what the next one weighs

import { UNBOUNDED } from "../spec/demand.js";
import type { Subscription } from "../spec/publisher.js";
import { checkWeight } from "./check-weight.js";
import { asError } from "./dropped.js";
import { HoldingSubscriber } from "./holding-subscriber.js";
import { replenishAt } from "./replenish.js";
import { requireFunction } from "./require-function.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/** What tells one merging operator from another. */
export interface BatchRules<T, R> {
  /** Makes a value of its first item. */
  readonly seed: (item: T) => R;
  /** Makes a value of the one that waits and another item. */
  readonly merge: (value: R, item: T) => R;
  /** What one value may be merged of: items, or their weight; `Infinity` for whatever comes. */
  readonly max: number;
  /** What an item weighs, a number >= 0; without it each weighs 1. */
  readonly weigh?: ((item: T) => number) | undefined;
}

/** What `conflate` was given, as `(merge)` or as `(seed, merge)`: whatever comes is merged, without a bound. */
export function conflateRules<T, R>(
  place: string,
  first: Conflation<T, R>[0],
  second: Conflation<T, R>[1],
): BatchRules<T, R> {
  requireFunction(place, first);
  if (second === undefined) {
    return { seed: (item) => item as never, merge: first as BatchRules<T, R>["merge"], max: UNBOUNDED };
  }
  requireFunction(place, second);
  return { seed: first as BatchRules<T, R>["seed"], merge: second, max: UNBOUNDED };
}

/** Both forms: without a `seed` the value is an item. */
type Conflation<T, R> = [
  first: BatchRules<T, R>["seed"] | BatchRules<T, R>["merge"],
  second?: BatchRules<T, R>["merge"],
];

/** Merges what waits into one value. */
export class BatchSubscriber<T, R> extends HoldingSubscriber<T, R> {
  private readonly name: string;
  private readonly rules: BatchRules<T, R>;
  private value: R | undefined = undefined;
  private hasValue = false;
  /** Of `value`. */
  private weight = 0;
  /** The item that did not fit into `value`; boxed, as it may be undefined. */
  private tooHeavy: { readonly item: T; readonly weight: number } | undefined = undefined;
  /** Asked of upstream and not received. */
  private outstanding = 0;
  private isSending = false;
  private isMerging = false;
  /**
   * Came from within `seed` or `merge`, of a source behind a policy that they call: merged next. Bound: what such a
   * function sends by itself before it returns; no other source can get in between.
   */
  private readonly nested: T[] = [];

  constructor(downstream: StageSubscriber<R>, name: string, rules: BatchRules<T, R>) {
    super(downstream);
    this.name = name;
    this.rules = rules;
  }

  override onSubscribe(subscription: Subscription): void {
    super.onSubscribe(subscription);
    this.ask();
  }

  next(item: T): boolean {
    if (this.done) return false;
    if (this.isMerging) {
      this.nested.push(item);
      return true;
    }
    const { weigh, max } = this.rules;
    try {
      const weight = weigh === undefined ? 1 : checkWeight(weigh(item));
      if (this.hasValue && this.weight + weight > max) this.tooHeavy = { item, weight };
      else this.absorb(item, weight);
      for (const inner of this.nested) this.absorb(inner, 1); // grows while it is read
      this.nested.length = 0;
    } catch (thrown) {
      this.fail(asError(thrown, this.name));
      return false;
    }
    this.outstanding--;
    this.advance();
    return true;
  }

  protected override onEnd(): void {
    this.clear();
    this.nested.length = 0;
  }

  private clear(): void {
    this.value = undefined;
    this.hasValue = false;
    this.weight = 0;
    this.tooHeavy = undefined;
  }

  /** Calls the user's functions: they may cancel, and a request by one must not send what is being merged. */
  private absorb(item: T, weight: number): void {
    if (this.done) return;
    const { seed, merge } = this.rules;
    const { hasValue } = this;
    this.hasValue = false;
    this.isMerging = true;
    const value = hasValue ? merge(this.value as R, item) : seed(item); // has a value, if only undefined
    this.isMerging = false;
    if (this.done) return;
    this.value = value;
    this.hasValue = true;
    this.weight += weight;
  }

  /** Upstream is asked outside of the loop, so that an item which comes at once finds the demand that there is. */
  protected override advance(): void {
    super.advance();
    if (this.done || this.isSending) return;
    if (this.upstreamCompleted && !this.hasValue) this.endWithComplete();
    else this.ask();
  }

  protected override step(): void {
    this.isSending = true;
    while (!this.done && this.hasValue && this.emitted < this.demand) {
      const { tooHeavy, value } = this;
      this.clear();
      if (this.downstream.next(value as R)) this.emitted++;
      if (tooHeavy === undefined || this.done) continue;
      try {
        this.absorb(tooHeavy.item, tooHeavy.weight);
      } catch (thrown) {
        this.fail(asError(thrown, this.name));
      }
    }
    this.isSending = false;
  }

  private ask(): void {
    if (this.done || this.upstreamCompleted || this.outstanding === UNBOUNDED) return;
    const { max, weigh } = this.rules;
    let n = max - this.weight - this.outstanding;
    if (weigh === undefined) n = n < replenishAt(max) ? 0 : n;
    else n = n > 0 && this.outstanding === 0 && this.tooHeavy === undefined ? 1 : 0;
    if (n === 0) return;
    this.outstanding += n;
    this.upstream.request(n);
  }
}
