import { flowOf } from "../flow/connected-flow.js";
import type { Flow, Operator } from "../flow/flow.js";
import { Arbiter } from "../kit/arbiter.js";
import { OneSource } from "../kit/one-source.js";
import { requireFunction } from "../kit/require-function.js";
import { SerialLoop } from "../kit/serial-loop.js";
import type { Connectable, StageSubscriber } from "../kit/stage-subscriber.js";
import { type FlowInput, from, type ItemOf } from "../source/from.js";
import { UNBOUNDED } from "../spec/demand.js";

/**
 * Makes a source of each item and sends the items of the newest one only.
 *
 * A new item cancels the source that runs before the next one is made: nothing of an old source passes after that.
 *
 * *Demand:* all there is of upstream; the newest source gets what is outstanding. *Buffers:* nothing; at most one
 * source that waits until the item being delivered has been. *Errors:* the first error, of upstream, of the newest
 * source or of `make`, ends the stream at once and cancels the others. *Cancel:* the source that runs, then upstream.
 *
 * @param make returns anything that `from` takes
 *
 * @example
 * ```ts
 * import { of, range, switchMap } from "@sluice/core";
 * console.log(await of(1, 10).pipe(switchMap(async (n) => n + 1)).toArray()); // prints [ 11 ]
 * console.log(await of(1, 10).pipe(switchMap((n) => range(n, 2))).toArray()); // prints [ 1, 2, 10, 11 ]
 * ```
 */
export function switchMap<T, R>(make: (item: T) => FlowInput<R>): Operator<T, R>;
/** Also where `make` returns sources of different items. */
export function switchMap<T, S extends FlowInput<unknown>>(make: (item: T) => S): Operator<T, ItemOf<S>>;
export function switchMap<T, R>(make: (item: T) => FlowInput<R>): Operator<T, R> {
  requireFunction("switchMap", make);
  const makeFlow = (item: T): Flow<R> => from(make(item));
  return (upstream) =>
    flowOf(upstream, (downstream: StageSubscriber<R>) => new SwitchMap(downstream, makeFlow), {
      name: "switchMap",
    });
}

/**
 * waiting --item--> running (a source) --item: cancel it--> [delivering: wait] --> running (the next)
 *    ^                    |
 *    +-- it completes ----+
 *
 * An item may come while the old source delivers on the same stack. That source is cancelled at once, but the next one
 * is connected only when the delivery has returned: signals stay serial (§1.3), and until then nobody knows whether
 * downstream used the item up, so what is outstanding cannot be moved on before.
 */
class SwitchMap<T, R> extends OneSource<T, R> {
  private readonly loop: SerialLoop;
  /** An item is on its way from the source that runs, or ran. */
  isSending = false;
  /** Made, and not yet connected. */
  private newest: Connectable<R> | undefined = undefined;

  constructor(downstream: StageSubscriber<R>, make: (item: T) => Flow<R>) {
    super(downstream, "switchMap", make, UNBOUNDED);
    this.loop = new SerialLoop(() => this.connectNewest());
  }

  next(item: T): boolean {
    this.inner.cancel();
    if (this.done) return false;
    this.run(item);
    return true;
  }

  /** The delivery has returned. */
  delivered(): void {
    this.isSending = false;
    this.loop.run();
  }

  protected override start(source: Connectable<R>): void {
    this.newest = source;
    this.loop.run();
  }

  protected override completeIfOver(): void {
    if (this.newest === undefined) super.completeIfOver();
  }

  private connectNewest(): void {
    const { newest } = this;
    if (newest === undefined || this.isSending || this.done) return;
    const { outstanding } = this.inner;
    this.newest = undefined;
    this.inner = new Inner(this.downstream, this);
    if (outstanding > 0) this.inner.request(outstanding);
    super.start(newest);
  }
}

/** One for each source, so that what an old one still signals is not taken for the newest's. */
class Inner<R> extends Arbiter<R> {
  private readonly switching: SwitchMap<never, R>;

  constructor(downstream: StageSubscriber<R>, switching: SwitchMap<never, R>) {
    super(downstream, switching);
    this.switching = switching;
  }

  override next(item: R): boolean {
    this.switching.isSending = true;
    const used = super.next(item);
    this.switching.delivered();
    return used;
  }
}
