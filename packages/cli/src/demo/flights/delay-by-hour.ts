// What the demo's client works out: how late flights are, by the hour they leave.

import type { EnrichedFlight } from "./flight.js";

/** The flights of one hour, and the minutes they were late together. */
export interface HourOfFlights {
  readonly hour: number;
  readonly flights: number;
  /** Mean delay in minutes; 0 where no flight left. */
  readonly meanDelay: number;
}

/** Running sums for the 24 hours; holds 48 numbers however many flights come. */
export class DelayByHour {
  private readonly flights: number[] = new Array<number>(HOURS).fill(0);
  private readonly minutes: number[] = new Array<number>(HOURS).fill(0);

  add(flight: EnrichedFlight): void {
    this.flights[flight.hour] = (this.flights[flight.hour] ?? 0) + 1;
    this.minutes[flight.hour] = (this.minutes[flight.hour] ?? 0) + flight.delay;
  }

  /** The 24 hours so far, in order. */
  hours(): readonly HourOfFlights[] {
    return this.flights.map((flights, hour) => {
      const minutes = this.minutes[hour] ?? 0;
      return { hour, flights, meanDelay: flights === 0 ? 0 : minutes / flights };
    });
  }
}

const HOURS = 24;
