import { checkCapacity } from "../buffer/ring.js";
import { systemClock } from "../clock/system-clock.js";
import type { Flow } from "../flow/flow.js";
import { GroupFlow } from "../flow/group-flow.js";
import { checkReader } from "../kit/check-reader.js";
import { MulticastFeed } from "../kit/multicast-feed.js";
import { type FlowInput, from } from "../source/from.js";
import { SluiceError } from "../spec/errors.js";
import type { LosslessReaderOptions, Reader, ReaderOptions } from "../spec/reader.js";
import type { LosslessShareOptions, ShareOptions } from "./share.js";

/**
 * Makes a flow that subscribes its source once, when it is told to, for all who are subscribed at the time.
 *
 * Subscribe first, then `begin()`: nobody misses the beginning. Who comes later gets what no one has taken yet, and what
 * comes from then on; after
 * the end, the end. `stop()` cancels the source and fails the subscribers with a `SluiceError` of the code
 * `"STOPPED"`.
 *
 * *Demand:* nothing before `begin` and while nobody is subscribed; `prefetch` then, and as many as the slowest
 * subscriber has taken, whenever that is three quarters; only those with `slow: "wait"` slow it. *Buffers:* `prefetch`
 * items in one ring for all. *Errors:* reach each subscriber after the items that wait for it. *Cancel:* of all
 * subscribers does not stop the source, but nothing more is asked of it; what it was asked for goes to
 * `onDroppedItem`.
 *
 * @param source anything that `from` takes
 * @param options `prefetch` may be left out (256) only where nothing is lost by it: while all wait for all
 *
 * @example
 * ```ts
 * import { publish, range } from "@sluice/core";
 * const numbers = publish(range(1, 3), { prefetch: 16 });
 * const both = Promise.all([numbers.toArray(), numbers.reduce((sum, n) => sum + n, 0)]);
 * console.log(numbers.begin()); // prints ok
 * console.log(await both); // prints [ [ 1, 2, 3 ], 6 ]
 * ```
 */
export function publish<T>(source: FlowInput<T>, options: ShareOptions<T>): PublishedFlow<T>;
export function publish<T>(
  source: FlowInput<T>,
  options?: LosslessShareOptions<T>,
): PublishedFlow<T, LosslessReaderOptions<T>>;
export function publish<T>(
  source: FlowInput<T>,
  options?: ShareOptions<T> | LosslessShareOptions<T>,
): PublishedFlow<T> {
  const reader = checkReader<T>("publish", options, systemClock, options?.prefetch);
  const prefetch = checkCapacity("publish", options?.prefetch ?? 256, 1, "prefetch");
  const feed = new MulticastFeed<T>("publish", prefetch, false);
  return new PublishedFlow(from(source), feed, reader, options?.prefetch, { prefetch });
}

/** What `publish` makes of a source. */
export class PublishedFlow<T, Own extends ReaderOptions<T> = ReaderOptions<T>> extends GroupFlow<T, Own> {
  private readonly feed: MulticastFeed<T>;
  /** `undefined` once it has begun. */
  private source: Flow<T> | undefined;

  constructor(
    source: Flow<T>,
    feed: MulticastFeed<T>,
    reader: Reader<T>,
    bound: number | undefined,
    settings: object,
  ) {
    super((downstream, own) => feed.join(downstream, own), reader, bound, {
      name: "publish",
      settings,
      upstreams: [source],
    });
    this.feed = feed;
    this.source = source;
  }

  /** Subscribes the source, the first time; says whether it did. */
  begin(): "ok" | "begun" | "terminated" {
    const { feed, source } = this;
    if (feed.done) return "terminated";
    if (source === undefined) return "begun";
    this.source = undefined;
    source.connect(feed);
    return "ok";
  }

  /** Stops the source, or keeps it from being subscribed. */
  stop(): "ok" | "terminated" {
    if (this.feed.done) return "terminated";
    const message = "The flow ended before its source: stop() of publish was called";
    this.feed.stop({ kind: "error", error: new SluiceError("STOPPED", message) });
    return "ok";
  }
}
