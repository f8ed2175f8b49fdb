// What can be seen of connections and streams, as plain numbers. All are totals; what is in flight or held is a
// difference of two, so that two snapshots give rates.

import type { Interaction, StreamFigures } from "../../protocol/session/session-api.js";

/** One stream, seen from this side. */
export interface StreamSnapshot extends StreamFigures {
  readonly streamId: number;
  /** `service.route`. */
  readonly method: string;
  readonly interaction: Interaction;
  /** Items that the local publisher has made for the peer; never above `sendItems.granted`. */
  readonly produced: number;
}

/** One connection, seen from this side. */
export interface ConnectionSnapshot {
  /** Last measured round trip in milliseconds; undefined before the first measurement. */
  readonly roundTripMs: number | undefined;
  /** Bytes held to be sent again over another connection; never above `limits.replayBytes` and the ends of streams. */
  readonly replayBytes: number;
  readonly streams: readonly StreamSnapshot[];
}
