import { checkCapacity } from "../buffer/ring.js";
import { systemClock } from "../clock/system-clock.js";
import { type Flow, requireFlow } from "../flow/flow.js";
import { GroupFlow } from "../flow/group-flow.js";
import { checkReader } from "../kit/check-reader.js";
import { MulticastFeed } from "../kit/multicast-feed.js";
import type { LosslessReaderOptions, ReaderOptions } from "../spec/reader.js";

/** What `share` takes; what a slow subscriber may do to the others is that of `broadcast`. */
export type ShareOptions<T> = ReaderOptions<T> & {
  /** Items asked for ahead of the slowest subscriber, and the most that wait for any, an integer >= 1. */
  readonly prefetch: number;
};

/** What `share` takes where nothing may be lost. */
export type LosslessShareOptions<T> = LosslessReaderOptions<T> & {
  /** As above; default 256. */
  readonly prefetch?: number | undefined;
};

/**
 * Subscribes upstream once for all who are subscribed at the time.
 *
 * Upstream is subscribed when the first subscriber comes and cancelled when the last one leaves; who comes after
 * that, or after the end, starts it anew. Who comes in between gets what no one has taken yet, and
 * what comes from then on.
 *
 * *Demand:* `prefetch` at first, then as many as the slowest subscriber has taken, whenever that is three quarters;
 * only those with `slow: "wait"` slow it. *Buffers:* `prefetch` items in one ring for all. *Errors:* reach each
 * subscriber after the items that wait for it. *Cancel:* of the last subscriber, upstream.
 *
 * @param options `prefetch` may be left out (256) only where nothing is lost by it: while all wait for all
 * @returns an operator; called with a flow by itself it gives a flow that also has `with`, for subscribers that are
 * slow in another way
 *
 * @example
 * ```ts
 * import { fromAsyncIterable, share } from "@sluice/core";
 * let started = 0;
 * async function* ticks() {
 *   started++;
 *   yield* [1, 2, 3];
 * }
 * const shared = fromAsyncIterable({ [Symbol.asyncIterator]: ticks }).pipe(share());
 * console.log(await Promise.all([shared.toArray(), shared.toArray()]), started); // prints [ [ 1, 2, 3 ], [ 1, 2, 3 ] ] 1
 * ```
 */
export function share<T>(options: ShareOptions<T>): (upstream: Flow<T>) => GroupFlow<T>;
export function share<T>(
  options?: LosslessShareOptions<T>,
): (upstream: Flow<T>) => GroupFlow<T, LosslessReaderOptions<T>>;
export function share<T>(
  options?: ShareOptions<T> | LosslessShareOptions<T>,
): (upstream: Flow<T>) => GroupFlow<T> {
  const reader = checkReader<T>("share", options, systemClock, options?.prefetch);
  const prefetch = checkCapacity("share", options?.prefetch ?? 256, 1, "prefetch");
  return (upstream) => {
    // idle --first subscriber--> running --(the last one leaves | upstream ends)--> idle
    let feed: MulticastFeed<T> | undefined;
    requireFlow(upstream, "share");
    return new GroupFlow<T>(
      (downstream, own) => {
        if (feed?.done === false) {
          feed.join(downstream, own);
          return;
        }
        feed = new MulticastFeed<T>("share", prefetch, true);
        const started = feed; // by the end of `join` it may be over, and another one be there
        started.join(downstream, own);
        if (!started.done) upstream.connect(started);
      },
      reader,
      options?.prefetch,
      { name: "share", settings: { prefetch }, upstreams: [upstream] },
    );
  };
}
