import { flowFrom } from "../flow/connected-flow.js";
import type { Flow } from "../flow/flow.js";
import { asError, dropError } from "../kit/dropped.js";
import { checkPolicy, type OverflowPolicy } from "../kit/overflow-policy.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { describe } from "../spec/describe.js";
import type { Subscription } from "../spec/publisher.js";

/** What `fromEvent` listens to: an `EventTarget`, or anything with its two methods. */
export interface EventSource<E> {
  addEventListener(type: string, listener: (event: E) => void): void;
  removeEventListener(type: string, listener: (event: E) => void): void;
}

/**
 * Sends the events of a target, which cannot be slowed: what happens to one that comes while there is no demand is a
 * policy that the caller has to name.
 *
 * *Demand:* none is passed on, a target knows of none. *Buffers:* what `policy` holds. *Errors:* what
 * `addEventListener` throws, and the policy's. *Cancel:* removes the listener, as every other end does.
 *
 * @example
 * ```ts
 * import { fromEvent, policy, take } from "@sluice/core";
 * const target = new EventTarget();
 * const jobs = fromEvent(target, "job", policy.buffer({ capacity: 100, overflow: "dropOldest" }));
 * const first = jobs.pipe(take(1)).forEach((event) => console.log(event.type)); // prints job
 * target.dispatchEvent(new Event("job"));
 * await first;
 * ```
 */
export function fromEvent<E = Event>(
  target: EventSource<E>,
  type: string,
  policy: OverflowPolicy<NoInfer<E>>,
): Flow<E> {
  if (typeof target?.addEventListener !== "function" || typeof target.removeEventListener !== "function") {
    throw new TypeError(
      `Cannot listen to ${describe(target)}: it must have addEventListener() and removeEventListener()`,
    );
  }
  if (typeof type !== "string") {
    throw new TypeError(`Cannot listen to the event ${describe(type)}: its type must be a string`);
  }
  checkPolicy("fromEvent", policy);
  return flowFrom<E>(
    (downstream) => new Listener(target, type, policy.open(downstream, "fromEvent")).start(),
    { name: "fromEvent", settings: { capacity: policy.capacity } },
  );
}

/** listening --(cancel, from below or by the policy)--> ended */
class Listener<E> implements Subscription {
  private readonly target: EventSource<E>;
  private readonly type: string;
  private readonly stage: StageSubscriber<E>;
  private ended = false;

  constructor(target: EventSource<E>, type: string, stage: StageSubscriber<E>) {
    this.target = target;
    this.type = type;
    this.stage = stage;
  }

  start(): void {
    this.stage.onSubscribe(this);
    if (this.ended) return; // cancelled in onSubscribe: nothing is listened to
    try {
      this.target.addEventListener(this.type, this.listen);
    } catch (thrown) {
      this.ended = true;
      this.stage.onError(asError(thrown, "addEventListener"));
    }
    if (this.ended) this.remove(); // by an event that came meanwhile
  }

  /** The policy asks for everything once: a target does not wait for it. */
  request(): void {}

  cancel(): void {
    if (this.ended) return;
    this.ended = true;
    this.remove();
  }

  private readonly listen = (event: E): void => {
    if (!this.ended) this.stage.next(event);
  };

  private remove(): void {
    try {
      this.target.removeEventListener(this.type, this.listen);
    } catch (thrown) {
      dropError(thrown);
    }
  }
}
