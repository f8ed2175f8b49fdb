// What the demo's process and its two children say to each other over Node's IPC channel. Flights never go
// this way: they go over the WebSocket, this carries orders and counters.

import type { HourOfFlights } from "../flights/delay-by-hour.js";

/** Which of the two passes is run. */
export type PassName = "credit" | "plain";

/** What a server process is told first. */
export interface ServerSetup {
  readonly pass: PassName;
  readonly file: string;
  /** Port to listen on; 0 takes any free one. */
  readonly port: number;
  /** Flights to serve at most. */
  readonly limit: number;
}

/** What a client process is told first. */
export interface ClientSetup {
  readonly pass: PassName;
  readonly url: string;
  /** Flights granted ahead of consumption, with credit. */
  readonly window: number;
  readonly limit: number;
}

/** What a server has done so far. */
export interface ServerCounters {
  /** Flights that its client has granted so far, by what has arrived here; null without credit. */
  readonly granted: number | null;
  /** Flights given to the stream. */
  readonly produced: number;
  /**
   * The largest `produced - granted` at any flight, null without credit. Above 0, something was produced that
   * had not been asked for.
   */
  readonly overdraft: number | null;
  /** Bytes read of the file. */
  readonly bytesRead: number;
}

/** What a client has done so far. */
export interface ClientCounters {
  /** Flights granted so far; null without credit. */
  readonly granted: number | null;
  /** The largest `granted - consumed` at any grant; null without credit. */
  readonly largestCredit: number | null;
  /** Flights that have arrived. */
  readonly received: number;
  /** The largest `received - consumed` at any arrival: how far the server was ahead at that moment at least. */
  readonly largestLead: number;
  /** Flights through the slow step and counted. */
  readonly consumed: number;
}

/** What a child says of itself when looked at. */
export interface Seen<Counters> {
  readonly counters: Counters;
  /** heapUsed + external in bytes after a forced collection; null when none was asked for. */
  readonly memory: number | null;
}

/** From the demo to a child. */
export type ToChild =
  /** First of all, once: what this child is to do. */
  | { readonly kind: "setup"; readonly setup: ServerSetup | ClientSetup }
  | { readonly kind: "begin" }
  /** `collect` forces a garbage collection and measures memory after it. */
  | { readonly kind: "look"; readonly collect: boolean };

/** From a child to the demo. */
export type FromChild<Counters> =
  | { readonly kind: "ready"; readonly url: string | null }
  | { readonly kind: "seen"; readonly seen: Seen<Counters> }
  | { readonly kind: "ended"; readonly hours: readonly HourOfFlights[] }
  | { readonly kind: "failed"; readonly message: string; readonly stack: string };
