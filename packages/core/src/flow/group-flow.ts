// A flow that many share, each slow in his own way: of a hub, of `share` and of `publish`.

import { systemClock } from "../clock/system-clock.js";
import { checkReader } from "../kit/check-reader.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import type { Reader, ReaderOptions } from "../spec/reader.js";
import type { FlowAbout } from "./about.js";
import { ConnectedFlow, flowFrom } from "./connected-flow.js";
import type { Flow } from "./flow.js";

/** What subscribers join. */
export type Join<T> = (downstream: StageSubscriber<T>, reader: Reader<T>) => void;

/**
 * A flow whose subscribers get the same items at the same time.
 *
 * `Own` is what `with` takes: where the capacity was left out, only ways to be slow that lose nothing.
 */
export class GroupFlow<T, Own extends ReaderOptions<T> = ReaderOptions<T>> extends ConnectedFlow<T> {
  private readonly join: Join<T>;
  private readonly bound: number | undefined;

  /**
   * @param reader of those who subscribe to the flow itself
   * @param bound the capacity, if the caller named it
   */
  constructor(join: Join<T>, reader: Reader<T>, bound: number | undefined, about: FlowAbout) {
    super((downstream) => join(downstream, reader), about, []);
    this.join = join;
    this.bound = bound;
  }

  /**
   * The same for subscribers that are slow in another way, beside the others and in the same ring. One set of
   * `counters` sums up all who subscribe to the flow that is returned.
   */
  with(options: Own): Flow<T> {
    const { about, bound, join } = this;
    const reader = checkReader<T>(about?.name ?? "", options, systemClock, bound);
    return flowFrom((downstream) => join(downstream, reader), about);
  }
}
