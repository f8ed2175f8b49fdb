// What both servers of the demo, with and without credit, are to the process they run in.

import type { ServerCounters } from "../link/messages.js";

/** A server that listens. */
export interface ServerRole {
  readonly url: string;
  counters(): ServerCounters;
}
