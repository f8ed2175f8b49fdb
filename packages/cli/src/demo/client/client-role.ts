// What both clients of the demo, with and without credit, are to the process they run in.

import type { HourOfFlights } from "../flights/delay-by-hour.js";
import type { ClientCounters } from "../link/messages.js";

/** A client that is connected and has asked for nothing yet. */
export interface ClientRole {
  counters(): ClientCounters;
  /** Asks for the flights and settles when the last of them is counted. */
  run(): Promise<readonly HourOfFlights[]>;
}
