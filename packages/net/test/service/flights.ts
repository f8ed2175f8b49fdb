// The service that the scenarios use.

import { call, defineService, type Service, stream, unchecked } from "@sluice/net";
import { z } from "zod";

export interface Flight {
  readonly id: number;
  readonly delay: number;
}

const query = z.object({ limit: z.number().int().min(0), from: z.number().default(0) });

/** `records` counts up to a limit, `count` doubles a number. */
export const flights = defineService("flights", {
  records: stream({ input: query, output: unchecked<Flight>() }),
  count: call({ input: z.number(), output: z.number() }),
});

export type FlightRoutes = typeof flights extends Service<infer R> ? R : never;

export function* flightsFrom(from: number, limit: number): Generator<Flight> {
  for (let i = 0; i < limit; i += 1) yield { id: from + i, delay: (i * 7) % 61 };
}

/** Sum of the ids 0 to n - 1. */
export function sumTo(n: number): number {
  return (n * (n - 1)) / 2;
}
