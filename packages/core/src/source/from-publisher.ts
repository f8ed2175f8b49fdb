import { flowFrom } from "../flow/connected-flow.js";
import { Flow } from "../flow/flow.js";
import { connect } from "../kit/publisher-border.js";
import type { Publisher } from "../spec/publisher.js";
import { describe } from "../spec/describe.js";

/**
 * Makes a flow of any object that follows the Publisher rules; a flow is returned as it is.
 *
 * The publisher is not trusted: one that sends more than was requested, sends again after its end, or breaks
 * another rule is cancelled, and the subscriber gets a `RuleViolationError` naming the rule.
 *
 * *Demand:* passed on; what is requested while an item is delivered, after it. *Buffers:* nothing. *Errors:*
 * the publisher's, and rule violations. *Cancel:* passed on.
 *
 * @example
 * ```ts
 * import { fromPublisher, map, type Publisher, range } from "@sluice/core";
 * const foreign: Publisher<number> = { subscribe: (subscriber) => range(1, 2).subscribe(subscriber) };
 * console.log(await fromPublisher(foreign).pipe(map((n) => n * 10)).toArray()); // prints [ 10, 20 ]
 * ```
 */
export function fromPublisher<T>(publisher: Publisher<T>): Flow<T> {
  if (publisher instanceof Flow) return publisher as Flow<T>;
  if (typeof publisher?.subscribe !== "function") {
    throw new TypeError(`Cannot make a flow of ${describe(publisher)}: a Publisher has a method subscribe`);
  }
  return flowFrom<T>((downstream) => connect(publisher, downstream), { name: "fromPublisher" });
}
