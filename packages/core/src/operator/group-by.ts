import { checkCapacity } from "../buffer/ring.js";
import { systemClock } from "../clock/system-clock.js";
import { flowFrom, flowOf } from "../flow/connected-flow.js";
import type { Flow, Operator } from "../flow/flow.js";
import { GroupError } from "../kit/group-error.js";
import type { Part } from "../kit/part.js";
import { requireFunction } from "../kit/require-function.js";
import { type SplitOptions, type SplitSettings, splitSettings } from "../kit/split-settings.js";
import { SplitSubscriber } from "../kit/split-subscriber.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { describe } from "../spec/describe.js";

/** The bounds of `groupBy`. */
export interface GroupByOptions extends SplitOptions {
  /** The most groups at once, those that a filter dropped included, an integer >= 1; one more key fails the stream. */
  readonly groups: number;
}

/** The items of one key. */
export type GroupedFlow<K, T> = Flow<T> & { readonly key: K };

/**
 * Parts a stream into one stream for each key. Each can be subscribed to once. Completes, or fails with an error that
 * names a group and the settings; it does not hang.
 *
 * A group ends with the stream, or when its reader cancels it: the next item of that key then opens another one. The
 * items of a group that a filter dropped are dropped.
 *
 * *Demand:* `prefetch` at first, then more as readers of groups take items, whenever three quarters are free. *Buffers:*
 * `prefetch` items in all groups together. *Errors:* to the outer stream at once, to each group after what it holds.
 * One key more than `groups`, or room used up by groups that nobody reads while others wait for it, fails all with a
 * `GroupError`; a group that is read slowly only slows, unless no item is taken for `blockedMs`. *Cancel:* of a group
 * drops what it holds, counted by `droppedItemCount`; of the outer stream stops upstream when the groups that are read
 * are over; one that nobody reads fails, and items of new keys are dropped.
 *
 * @param key compared as the keys of a `Map` are
 *
 * @example
 * ```ts
 * import { groupBy, mergeMap, range, reduce } from "@sluice/core";
 * const sums = range(1, 5).pipe(
 *   groupBy((n) => (n % 2 ? "odd" : "even"), { groups: 2 }),
 *   mergeMap((group) => group.pipe(reduce((text, n) => `${text} ${n}`, group.key))),
 * );
 * console.log(await sums.toArray()); // prints [ 'odd 1 3 5', 'even 2 4' ]
 * ```
 */
export function groupBy<T, K>(key: (item: T) => K, options: GroupByOptions): Operator<T, GroupedFlow<K, T>> {
  requireFunction("groupBy", key);
  const groups = checkCapacity("groupBy groups", options?.groups, 1);
  const settings = splitSettings("groupBy", `{ groups: ${groups}, `, options, systemClock);
  const { prefetch } = settings;
  return (upstream) =>
    flowOf(
      upstream,
      (downstream: StageSubscriber<GroupedFlow<K, T>>) => new GroupBy(downstream, settings, key, groups),
      { name: "groupBy", settings: { groups, prefetch } },
    );
}

class GroupBy<T, K> extends SplitSubscriber<T, GroupedFlow<K, T>> {
  private readonly key: (item: T) => K;
  private readonly groups: number;

  constructor(
    downstream: StageSubscriber<GroupedFlow<K, T>>,
    settings: SplitSettings,
    key: (item: T) => K,
    groups: number,
  ) {
    super(downstream, settings);
    this.key = key;
    this.groups = groups;
  }

  protected override keyOf(item: T): K {
    return this.key(item);
  }

  protected override openPart(key: unknown): Part<T> | undefined {
    if (this.parts.size === this.groups) {
      const message = `Cannot open group ${describe(key)} of ${this.settings.call}: raise groups, or cancel some`;
      this.fail(new GroupError("TOO_MANY_GROUPS", message, key));
    }
    return super.openPart(key);
  }

  /** One that was dropped before anybody read it stays where it is: what comes for it is dropped too. */
  override partOver(part: Part<T>): void {
    if (part.isRead) super.partOver(part);
  }

  protected override streamOf(part: Part<T>): GroupedFlow<K, T> {
    return Object.assign(
      flowFrom<T>((downstream) => part.connect(downstream)),
      { key: part.key as K },
    );
  }
}
