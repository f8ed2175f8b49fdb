// What the demo's server offers with credit.

import { defineService, stream, unchecked } from "@sluice/net";
import type { Service, StreamRoute } from "@sluice/net";
import type { Flight } from "./flight.js";

/** What a client asks with. */
export interface FlightsQuery {
  /** Flights wanted at most, an integer >= 1. */
  readonly limit: number;
}

/** One stream: the flights of the file, in order. Both ends check what they get themselves. */
export const flightsService: Service<{
  readonly records: StreamRoute<FlightsQuery, FlightsQuery, Flight>;
}> = defineService("flights", {
  records: stream({ input: unchecked<FlightsQuery>(), output: unchecked<Flight>() }),
});
