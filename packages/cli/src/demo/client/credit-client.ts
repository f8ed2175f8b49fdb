// The pass with credit: a pipeline that ends in a slow step. Nobody here counts or holds anything back; what
// the step can take is what is asked for, over the wire, of the file at the other end.

import { map, mapAsync, prefetch } from "@sluice/core";
import { connect } from "@sluice/net/node";
import { DelayByHour } from "../flights/delay-by-hour.js";
import type { HourOfFlights } from "../flights/delay-by-hour.js";
import { readFlight } from "../flights/flight.js";
import { flightsService } from "../flights/flights-service.js";
import { LOOKUPS_AT_ONCE, SlowStep } from "../flights/slow-step.js";
import type { ClientCounters, ClientSetup } from "../link/messages.js";
import { Meter } from "../meter.js";
import type { ClientRole } from "./client-role.js";

/**
 * Connects to a server of the flights.
 *
 * *Buffers:* the window, and one flight for each lookup that runs.
 * *Errors:* what `connect` and the stream fail with, each one line with a next step.
 */
export async function connectWithCredit({ url, window, limit }: ClientSetup): Promise<ClientRole> {
  const client = await connect(url, flightsService);
  const delays = new DelayByHour();
  const step = new SlowStep();
  let consumed = 0;
  let largestCredit = 0;
  let largestLead = 0;
  const meter = new Meter(() => {
    largestCredit = Math.max(largestCredit, meter.granted - consumed);
  });

  async function run(): Promise<readonly HourOfFlights[]> {
    await client
      .records({ limit }, { window: "demand" })
      .pipe(
        meter.stage(),
        map((record) => {
          largestLead = Math.max(largestLead, meter.passed - consumed);
          return readFlight(record);
        }),
        prefetch(window),
        mapAsync((flight) => step.enrich(flight), { concurrency: LOOKUPS_AT_ONCE }),
      )
      .forEach((flight) => {
        delays.add(flight);
        consumed++;
      });
    await client.close();
    return delays.hours();
  }

  const counters = (): ClientCounters => ({
    granted: meter.granted,
    largestCredit,
    received: meter.passed,
    largestLead,
    consumed,
  });
  return { counters, run };
}
