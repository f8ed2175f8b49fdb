// The pass without credit, as it is commonly written: parse each message that arrives and give its flights to a
// limiter that runs 16 slow steps at once. The limiter bounds what runs; nothing bounds what waits for it.

import { once } from "node:events";
import pLimit from "p-limit";
import { WebSocket } from "ws";
import { DelayByHour } from "../flights/delay-by-hour.js";
import type { HourOfFlights } from "../flights/delay-by-hour.js";
import { readFlight } from "../flights/flight.js";
import { LOOKUPS_AT_ONCE, SlowStep } from "../flights/slow-step.js";
import type { ClientCounters, ClientSetup } from "../link/messages.js";
import type { ClientRole } from "./client-role.js";

/**
 * Connects to a server that sends arrays of flights.
 *
 * *Buffers:* without bound, which is the point of this pass.
 */
export async function connectPlain(setup: ClientSetup): Promise<ClientRole> {
  const socket = new WebSocket(setup.url, { perMessageDeflate: false });
  await once(socket, "open");
  const delays = new DelayByHour();
  const step = new SlowStep();
  const limit = pLimit(LOOKUPS_AT_ONCE);
  let received = 0;
  let consumed = 0;
  let largestLead = 0;

  async function run(): Promise<readonly HourOfFlights[]> {
    const arrived = once(socket, "close");
    let last: Promise<void> = Promise.resolve();
    socket.on("message", (message) => {
      for (const record of JSON.parse(String(message)) as unknown[]) {
        received++;
        largestLead = Math.max(largestLead, received - consumed);
        last = limit(async () => {
          delays.add(await step.enrich(readFlight(record)));
          consumed++;
        });
      }
    });
    socket.send("begin");
    await arrived;
    // The limiter starts in order and each lookup takes as long, so the last to start is the last to end.
    await last;
    return delays.hours();
  }

  const counters = (): ClientCounters => ({
    granted: null,
    largestCredit: null,
    received,
    largestLead,
    consumed,
  });
  return { counters, run };
}
