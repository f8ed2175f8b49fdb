// What a merge (kit/merge-engine.ts) knows of each source that it reads.
//
//   due (to be connected) --serve--> running --it ends--> ended --its last item is sent--> over: its place is free
//                                    |     ^
//                                    +-due-+   to be asked for more

import type { Ring } from "../buffer/ring.js";
import { type InnerOwner, InnerSubscriber } from "./inner-subscriber.js";
import type { Connectable } from "./stage-subscriber.js";

/** One source and its items that wait. Its index is a place, taken by another source when this one is over. */
export class Lane<R> extends InnerSubscriber<R> {
  /** The source, until it is connected. */
  unconnected: Connectable<R> | undefined;
  /** Made when the first item has to wait. */
  items: Ring<R> | undefined = undefined;
  /** Sent on since the source was last asked. */
  freed = 0;
  /** It waits to be connected or asked. */
  isDue = true;

  constructor(owner: InnerOwner<R>, index: number, source: Connectable<R>) {
    super(owner, index);
    this.unconnected = source;
  }

  get isEmpty(): boolean {
    return this.items === undefined || this.items.isEmpty;
  }
}

/** What a merge needs of the queue of lanes that have items waiting; a Ring is one. */
export interface ReadyLanes<R> {
  readonly isEmpty: boolean;
  push(lane: Lane<R>): void;
  shift(): Lane<R>;
  clear(): void;
}
