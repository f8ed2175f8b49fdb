// What the judge is told about an operator: a stage that is a subscriber on one side and a publisher on the
// other (§4.1).

import type { Publisher } from "@sluice/core";
import type { PublisherSubject } from "./publisher-subject.js";
import type { Resting } from "./resting.js";

/** An operator to be judged. */
export interface OperatorSubject<A = unknown, B = unknown> extends Resting {
  /** Makes a fresh publisher of what the operator makes of `upstream`. */
  apply(upstream: Publisher<A>): Publisher<B>;
  /** Makes the upstream item with this index. */
  item(index: number): A;
  /** How many upstream items give `count` items downstream; default `count`. */
  needs?(count: number): number;
  /** The item downstream with this index, or one like it; without it, items are not compared. */
  yields?(index: number): unknown;
  /**
   * How far it asks upstream ahead of what was delivered downstream, in items; `Infinity` for one that takes
   * all there is. Default: not at all; it asks for what its subscriber asked for, and once for each it drops.
   */
  readonly ahead?: number;
  /** The most that it has outstanding upstream at any time, in items; default: no bound of its own. */
  readonly outstanding?: number;
  /** Whether it sends as items come, or only once upstream has completed; default `"asTheyCome"`. */
  readonly sends?: "asTheyCome" | "atTheEnd";
  /** After this many upstream items it ends by itself; default: never. */
  readonly stopsAfter?: number;
  /** Whether it hands any value on as it is, for the check that any value may be an item; default false. */
  readonly passesAny?: boolean;
  /**
   * How many of it are put one on another for the check of §3.3; the items of one must do as items of the next.
   * Default: none.
   */
  readonly stacked?: number;
  /** The ways in which its publisher side differs from the usual. */
  readonly publisher?: Omit<
    PublisherSubject,
    "create" | "createFailed" | "createOf" | "item" | "rest" | "timers"
  >;
}
