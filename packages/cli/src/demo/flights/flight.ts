// One flight of the demo's input, as it stands in the file and as the slow step leaves it.

/** A record of `flights-200k.json`. */
export interface Flight {
  /** Arrival delay in minutes; negative when early. */
  readonly delay: number;
  /** Length of the flight in miles. */
  readonly distance: number;
  /** Hour of departure with its fraction, in [0, 24). */
  readonly time: number;
}

/** A flight after the slow step. */
export interface EnrichedFlight extends Flight {
  /** Whole hour of departure, 0 to 23. */
  readonly hour: number;
}

/** Number of records in the file that the demo brings along. */
export const FLIGHTS_IN_FILE = 200_000;

/**
 * Makes a flight of a parsed JSON value. Fields that a flight does not have are left out, so that every
 * flight has one shape.
 *
 * @throws TypeError naming the field, the value got and the value wanted.
 */
export function readFlight(value: unknown): Flight {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`expected an object {delay, distance, time}, got ${JSON.stringify(value)}`);
  }
  const record = value as Record<string, unknown>;
  const delay = readNumber(record, "delay");
  const distance = readNumber(record, "distance");
  const time = readNumber(record, "time");
  if (time < 0 || time >= 24) throw new TypeError(`expected an hour in [0, 24) as "time", got ${time}`);
  return { delay, distance, time };
}

function readNumber(record: Record<string, unknown>, field: string): number {
  const value = record[field];
  if (typeof value === "number" && Number.isFinite(value)) return value;
  // JSON has no Infinity, but 1e999 reads as one.
  const got = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? "nothing");
  throw new TypeError(`expected a number as "${field}", got ${got}`);
}
