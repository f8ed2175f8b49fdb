// What `sluice tck --wire` plays: one case is one connection, one misbehaviour, and what must come of it.

import type { ErrorName } from "@sluice/net/protocol";
import type { WirePeer } from "./wire-peer.js";

/** One case. */
export interface WireCase {
  /** Where it comes from: a file of vectors, or "hostile". */
  readonly group: string;
  readonly name: string;
  /**
   * Code of the ERROR on stream 0 that must come, any of these; "lives": none, and PING is answered; "goaway":
   * GOAWAY comes; "close 1003": the transport is closed with that code and without ERROR.
   */
  readonly wanted: readonly (ErrorName | "lives" | "goaway" | `close ${number}`)[];
  /** Says HELLO first, or leaves that to `play`. */
  readonly greets: boolean;
  /** How long an answer may take beyond the time given to all, ms. */
  readonly patienceMs?: (peer: WirePeer) => number;
  readonly play: (peer: WirePeer) => void | Promise<void>;
}

/** What came of a case. */
export interface WireResult {
  readonly wireCase: WireCase;
  readonly came: string;
  readonly passed: boolean;
}
