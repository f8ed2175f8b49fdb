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

/** A flow whose subscribers get the same items at the same time. */
export class GroupFlow<T> extends ConnectedFlow<T> {
  private readonly join: Join<T>;

  /** @param reader of those who subscribe to the flow itself */
  constructor(join: Join<T>, reader: Reader<T>, about: FlowAbout) {
    super((downstream) => join(downstream, reader), about, []);
    this.join = join;
  }

  /**
   * The same for subscribers that are slow in another way, beside the others and in the same ring. One set of
   * `counters` sums up all who subscribe to the flow that is returned.
   */
  with(options: ReaderOptions<T>): Flow<T> {
    const { about, join } = this;
    const reader = checkReader(about?.name ?? "", options, systemClock);
    return flowFrom((downstream) => join(downstream, reader), about);
  }
}
