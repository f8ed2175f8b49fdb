// Ends of a flow that ask for items when somebody else does: an Observable of numbers, or the turns of a scheduler. They
// hold nothing: what waits, waits where the policy sees it, so that the newest stays the newest.

import { addDemand, asError, demandError, describe, isDemand } from "@sluice/core/kit";
import { from, type Observable, type ObservableInput, type SchedulerLike, type Subscriber } from "rxjs";
import { isScheduler } from "./clock-of.js";
import { ObserverEnd } from "./observer-end.js";

/** Makes the end of one subscription. */
export type EndMaker<T> = (observer: Subscriber<T>) => ObserverEnd<T>;

/** Throws the `TypeError` of a `place` that was given nobody who asks. */
export function endsAskedBy<T>(
  place: string,
  demand: ObservableInput<number> | SchedulerLike | undefined,
): EndMaker<T> {
  if (isScheduler(demand)) return (observer) => new TurnEnd(observer, demand);
  try {
    const asked = from(demand as ObservableInput<number>);
    return (observer) => new AskedEnd(observer, asked);
  } catch (cause) {
    const message = `Cannot give ${place} the demand ${describe(demand)}: it must be an Observable of numbers, or a scheduler`;
    throw new TypeError(message, { cause });
  }
}

/** Asks for what an Observable says. */
class AskedEnd<T> extends ObserverEnd<T> {
  private readonly demand: Observable<number>;
  private stopAsking = (): void => {};
  /** Asked for and not yet emitted. */
  private open = 0;
  /** Nothing more will be asked for. */
  private isLast = false;

  constructor(observer: Subscriber<T>, demand: Observable<number>) {
    super(observer);
    this.demand = demand;
  }

  next(item: T): boolean {
    if (this.done) return false;
    this.open--;
    this.emit(item);
    this.completeIfNoneIsOpen();
    return true;
  }

  protected override begin(): void {
    const asking = this.demand.subscribe({
      next: (n) => this.ask(n),
      error: (error: unknown) => this.fail(error),
      complete: () => {
        this.isLast = true;
        this.completeIfNoneIsOpen();
      },
    });
    if (this.done) asking.unsubscribe();
    else this.stopAsking = () => asking.unsubscribe();
  }

  protected override onEnd(): void {
    this.stopAsking();
  }

  private ask(n: number): void {
    if (this.done) return;
    if (!isDemand(n)) {
      this.fail(demandError(n));
      return;
    }
    this.open = addDemand(this.open, n);
    this.upstream.request(n);
  }

  private completeIfNoneIsOpen(): void {
    if (this.isLast && this.open === 0) this.completeEarly();
  }
}

/** Asks for one item at once, and for one more in the turn after each. */
class TurnEnd<T> extends ObserverEnd<T> {
  private readonly scheduler: SchedulerLike;
  private stopTurn = (): void => {};

  constructor(observer: Subscriber<T>, scheduler: SchedulerLike) {
    super(observer);
    this.scheduler = scheduler;
  }

  next(item: T): boolean {
    if (this.done) return false;
    this.emit(item);
    if (!this.done) this.schedule();
    return true;
  }

  protected override begin(): void {
    this.upstream.request(1);
  }

  protected override onEnd(): void {
    this.stopTurn();
  }

  private schedule(): void {
    try {
      const turn = this.scheduler.schedule(() => this.upstream.request(1));
      this.stopTurn = () => turn.unsubscribe();
    } catch (thrown) {
      this.fail(asError(thrown, "scheduler.schedule"));
    }
  }
}
