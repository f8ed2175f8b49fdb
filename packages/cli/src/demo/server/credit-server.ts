// The pass with credit: the flights of the file as a stream. The stream asks the file for what the client has
// granted, and for nothing else.
//
//   file ◀── next piece ── slices ◀── request ── [meter] ◀── request ── stream ◀── CREDIT ── client

import { concatMap, fromAsyncIterable, take } from "@sluice/core";
import type { Flow } from "@sluice/core";
import { serve } from "@sluice/net/node";
import type { Server } from "@sluice/net/node";
import type { Flight } from "../flights/flight.js";
import { flightSlices } from "../flights/flights-file.js";
import { flightsService } from "../flights/flights-service.js";
import type { ServerCounters, ServerSetup } from "../link/messages.js";
import { Meter } from "../meter.js";
import { listenError } from "./listen-error.js";
import type { ServerRole } from "./server-role.js";

/**
 * Serves the flights of a file to whoever connects.
 *
 * *Demand:* the client's, down to the file. *Buffers:* a piece and a slice of the file, and the stream's batch.
 * *Errors:* a file that cannot be read ends the client's stream and goes to `onFailure`.
 */
export async function serveWithCredit(
  setup: ServerSetup,
  onFailure: (error: unknown) => void,
): Promise<ServerRole> {
  let bytesRead = 0;
  let granted = 0;
  let overdraft = Number.NEGATIVE_INFINITY;
  // What the stream asks of the file must be covered by what the client's CREDIT frames say.
  const meter = new Meter(() => {
    granted = Math.max(granted, creditOf(server));
    overdraft = Math.max(overdraft, meter.granted - granted);
  });

  function records(limit: number): Flow<Flight> {
    const onRead = (bytes: number): void => {
      bytesRead = bytes;
    };
    const slices = fromAsyncIterable(flightSlices(setup.file, { onRead }));
    const flights = slices.pipe(concatMap((slice: readonly Flight[]) => slice));
    return flights.pipe(take(Math.min(limit, setup.limit)), meter.stage<Flight>());
  }

  const server: Server = await listen({ records: ({ limit }) => records(limit) }, setup.port, onFailure);

  const counters = (): ServerCounters => ({
    granted: Math.max(granted, creditOf(server)),
    produced: meter.passed,
    overdraft: Math.max(overdraft, meter.overdraft),
    bytesRead,
  });
  return { url: server.url, counters };
}

function listen(
  handlers: Parameters<typeof serve<typeof flightsService.routes>>[1],
  port: number,
  onError: (error: unknown) => void,
): Promise<Server> {
  return serve(flightsService, handlers, { port, onHandlerError: onError }).catch((error: unknown) => {
    throw listenError(error instanceof Error && error.cause !== undefined ? error.cause : error, port);
  });
}

/** Flights granted by the client of this server, which has one. */
function creditOf(server: Server): number {
  const [connection] = server.snapshot().connections;
  return connection?.streams[0]?.sendItems.granted ?? 0;
}
