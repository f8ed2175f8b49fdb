import { flowFrom } from "../flow/connected-flow.js";
import type { Flow } from "../flow/flow.js";
import { ObservableSubscription } from "../kit/observable-subscription.js";
import { checkPolicy, type OverflowPolicy } from "../kit/overflow-policy.js";
import { describe } from "../spec/describe.js";

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
export function fromEvent<E = Event, R = E>(
  target: EventSource<E>,
  type: string,
  policy: OverflowPolicy<NoInfer<E>, R>,
): Flow<R> {
  if (typeof target?.addEventListener !== "function" || typeof target.removeEventListener !== "function") {
    throw new TypeError(
      `Cannot listen to ${describe(target)}: it must have addEventListener() and removeEventListener()`,
    );
  }
  if (typeof type !== "string") {
    throw new TypeError(`Cannot listen to the event ${describe(type)}: its type must be a string`);
  }
  checkPolicy("fromEvent", policy);
  // In the form of an Observable: subscribing listens, and what that returns takes the listener off again.
  const source = {
    subscribe({ next }: { next(event: E): void }): () => void {
      target.addEventListener(type, next);
      return () => target.removeEventListener(type, next);
    },
  };
  return flowFrom<R>(
    (downstream) =>
      new ObservableSubscription(policy.open(downstream, "fromEvent"), "addEventListener").subscribeTo(
        source,
      ),
    { name: "fromEvent", settings: { capacity: policy.capacity } },
  );
}
