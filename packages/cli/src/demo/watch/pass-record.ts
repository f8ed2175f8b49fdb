// What was seen of one pass: the counters of both processes as they stood last, memory and queue over time,
// and the largest values. Grows by ten small entries a second and is bounded by the pass's time limit.

import type { HourOfFlights } from "../flights/delay-by-hour.js";
import type { ClientCounters, PassName, Seen, ServerCounters } from "../link/messages.js";

/** One measurement of memory, after a forced collection in each process. */
export interface MemorySample {
  /** Seconds since the stream was opened; 0 is taken just before. */
  readonly second: number;
  /** heapUsed + external in bytes; null where the server is not ours. */
  readonly server: number | null;
  readonly client: number;
  /** Flights produced and not yet consumed at that moment. */
  readonly queued: number;
}

/** How a pass stands. */
export type PassState = "running" | "complete" | "stopped";

/** What was seen of one pass. */
export class PassRecord {
  readonly pass: PassName;
  /** Flights that the pass is about; null where only the file knows. */
  readonly total: number | null;
  readonly samples: MemorySample[] = [];
  state: PassState = "running";
  /** Since the stream was opened, in milliseconds. */
  elapsedMs = 0;
  /** From the start of the first process to the end of the last, in milliseconds; 0 while it runs. */
  wholeMs = 0;
  /** Bytes of the file; null where the server is not ours. */
  fileBytes: number | null = null;
  server: ServerCounters | null = null;
  client: ClientCounters = { granted: null, largestCredit: null, received: 0, largestLead: 0, consumed: 0 };
  hours: readonly HourOfFlights[] = [];
  /** Flights consumed a second, over the last second. */
  rate = 0;
  largestQueue = 0;
  /** Looks at which both processes were asked, and those which showed a flight beyond the credit. */
  looks = 0;
  looksOverCredit = 0;
  /** One entry a look: ten a second. */
  private readonly history: { atMs: number; consumed: number }[] = [];

  constructor(pass: PassName, total: number | null) {
    this.pass = pass;
    this.total = total;
  }

  /**
   * Flights produced, as far as anybody knows: the server is looked at first, so more may have arrived since than
   * it told of. Where the server is not ours, those that have arrived.
   */
  get produced(): number {
    return Math.max(this.server?.produced ?? 0, this.client.received);
  }

  /** Produced and not arrived yet: in a socket of either side. */
  get inFlight(): number {
    return this.produced - this.client.received;
  }

  /** Arrived and not consumed yet: before or in the slow step. */
  get waiting(): number {
    return this.client.received - this.client.consumed;
  }

  /** Produced and not consumed. */
  get queued(): number {
    return this.produced - this.client.consumed;
  }

  /** Share of the work that is done, 0 to 1. */
  get progress(): number {
    if (this.state === "complete") return 1;
    if (this.total !== null) return this.client.consumed / this.total;
    if (this.server === null || !this.fileBytes) return 0;
    const read = this.server.bytesRead / this.fileBytes;
    return this.produced === 0 ? 0 : (read * this.client.consumed) / this.produced;
  }

  /**
   * Takes what both processes said. The server must have been asked before the client: then what it had
   * produced must be covered by what the client says it had granted, which is later and never less.
   */
  look(atMs: number, server: Seen<ServerCounters> | null, client: Seen<ClientCounters>): void {
    this.elapsedMs = atMs;
    this.server = server?.counters ?? null;
    this.client = client.counters;
    this.largestQueue = Math.max(this.largestQueue, this.queued);
    this.rate = this.rateAt(atMs);
    this.looks++;
    if (this.client.granted !== null && this.produced > this.client.granted) this.looksOverCredit++;
  }

  /** Takes a measurement of memory, with the counters of the last look. */
  sample(server: number | null, client: number): void {
    this.samples.push({ second: this.elapsedMs / 1000, server, client, queued: this.queued });
  }

  /** Takes the end of the pass: what the client worked out, or nothing when the time was up before. */
  end(hours: readonly HourOfFlights[] | undefined): void {
    this.state = hours === undefined ? "stopped" : "complete";
    this.hours = hours ?? [];
  }

  private rateAt(atMs: number): number {
    const { consumed } = this.client;
    const from = this.history.findLast((look) => atMs - look.atMs >= RATE_MS) ?? this.history[0];
    this.history.push({ atMs, consumed });
    if (from === undefined || from.atMs === atMs) return 0;
    return ((consumed - from.consumed) * 1000) / (atMs - from.atMs);
  }
}

/** The time a rate looks back over, in milliseconds: long enough to be steady, short enough to be live. */
const RATE_MS = 1_000;
