// A source that many clients read: subscribed to once, each item encoded once, whatever the number of them.

import type { AfterPatience, FlowInput } from "@sluice/core";
import type { OutgoingOwner } from "../connection/outgoing-flow.js";
import { defaultRuntime, type Runtime } from "../connection/runtime.js";
import { noCounts, type SharedCounts, type SharedReader, type SlowReader } from "./shared-reader.js";
import { add, type SharedLimits, SharedRun, type SharedTotals } from "./shared-run.js";

/** What becomes of one subscriber that is slower than the source. */
export interface SlowOptions {
  /**
   * `"wait"`: the source is slowed, so that it misses nothing, for `patienceMs` at a time; `"dropOldest"`: loses the
   * oldest of what waits for it; `"latest"`: only the newest item waits for it; `"disconnect"`: its stream fails with
   * OVERFLOW. Default `"wait"`.
   */
  readonly slow?: "wait" | AfterPatience;
  /** How long it may hold the source up without taking anything, in milliseconds; default 1,000; `Infinity`: for good. */
  readonly patienceMs?: number;
  /** What it becomes after that; default `"disconnect"`. */
  readonly otherwise?: AfterPatience;
}

/** What `encodeOnce` can be told. */
export interface EncodeOnceOptions extends SlowOptions {
  /** Items that are held for the slowest subscriber, default 1,024. */
  readonly capacity?: number;
  /** Encoded bytes that are held, for all of them together; default 1 MiB. */
  readonly capacityBytes?: number;
  /** Default: the machine's clock. */
  readonly runtime?: Runtime;
}

/** One subscriber, as it is now. */
export interface SharedReaderSnapshot extends SharedCounts {
  /** What waits for it. offered = delivered + dropped + held. */
  readonly held: number;
  /** What it is by now; `"wait"` becomes another when its patience is over. */
  readonly slow: "wait" | AfterPatience;
}

/** Plain numbers, in items but for `heldBytes`. */
export interface EncodeOnceSnapshot {
  /** Items that were encoded: each once, whatever the number of subscribers. */
  readonly encoded: number;
  /** Encoded again, since a subscriber had credit for a part of a batch only. Once for all. */
  readonly encodedAgain: number;
  /** Taken from the source and not encoded yet. */
  readonly waiting: number;
  /** Held for those that have not sent them, once. */
  readonly heldItems: number;
  readonly heldBytes: number;
  /** Of all subscribers that ever were. */
  readonly total: SharedCounts;
  /** Those that are there. */
  readonly subscribers: readonly SharedReaderSnapshot[];
}

/**
 * Makes a value for the handler of a stream or channel to return, the same one for every client: the source is subscribed
 * to once, from the first client to the last, and each item is encoded once. Each client gets what comes after it
 * has subscribed, by its own credit; a slow one is dealt with by itself.
 *
 * *Demand:* as the ring has room, in batches. *Buffers:* `capacity` items and `capacityBytes`, held once for all, and a
 * batch beyond while slow subscribers give way. *Errors:* the source's, and that of an item that cannot be encoded, end
 * the streams of all, after the items before it; who subscribes then begins anew. Throws a `RangeError` for a limit
 * that is none. *Cancel:* when the last client has left, the source is cancelled.
 *
 * @example
 * ```ts
 * import { range } from "@sluice/core";
 * import { defineService, encodeOnce, stream, unchecked } from "@sluice/net";
 * import { link } from "@sluice/net/memory";
 * const feed = defineService("feed", { ticks: stream({ output: unchecked<number>() }) });
 * const ticks = encodeOnce(range(1, 3));
 * const client = await link(feed, { ticks: () => ticks });
 * console.log(await Promise.all([client.ticks().toArray(), client.ticks().toArray()]));
 * // prints [ [ 1, 2, 3 ], [ 1, 2, 3 ] ]
 * console.log(ticks.snapshot().encoded); // prints 3
 * await client.close();
 * ```
 */
export function encodeOnce<T>(source: FlowInput<T>, options: EncodeOnceOptions = {}): EncodedOnce<T> {
  const { capacity = 1024, capacityBytes = 1 << 20, runtime = defaultRuntime } = options;
  checkLimit("capacity", capacity, "items");
  checkLimit("capacityBytes", capacityBytes, "bytes");
  const shared = new SharedSource(source, { capacity, capacityBytes }, runtime);
  return new EncodedOnce<T>(shared, rulesOf(options));
}

/**
 * What `encodeOnce` makes. A handler returns it; it cannot be subscribed to in the process, where nothing has to be
 * encoded (`publish` of core is for that).
 *
 * @example
 * ```ts
 * import { EncodedOnce, encodeOnce } from "@sluice/net";
 * console.log(encodeOnce([1, 2]) instanceof EncodedOnce); // prints true
 * ```
 */
export class EncodedOnce<T> {
  /** For the compiler: what is encoded. */
  declare protected readonly item: T;
  private readonly shared: SharedSource;
  private readonly rules: SlowReader;

  /** Made by `encodeOnce`. */
  constructor(shared: SharedSource, rules: SlowReader) {
    this.shared = shared;
    this.rules = rules;
  }

  /** The same source, ring and encoding, for subscribers that are dealt with otherwise when they are slow. */
  with(options: SlowOptions): EncodedOnce<T> {
    return new EncodedOnce<T>(this.shared, rulesOf(options));
  }

  /** What was encoded, what is held, and what became of it for each subscriber; computed on call. */
  snapshot(): EncodeOnceSnapshot {
    return this.shared.snapshot();
  }

  /** For the server's end of a stream: one more subscriber. */
  join(owner: OutgoingOwner): SharedReader {
    return this.shared.join(owner, this.rules);
  }
}

/** A source, and the run of it that is under way: each begins with a first subscriber. */
class SharedSource {
  private readonly source: FlowInput<unknown>;
  private readonly limits: SharedLimits;
  private readonly runtime: Runtime;
  private readonly totals: SharedTotals = { encoded: 0, encodedAgain: 0, past: noCounts() };
  /** The one that can be joined. */
  private open: SharedRun | undefined = undefined;
  /** With those whose source has ended and whose readers have not; at most MAX_RUNS, the oldest is cut off. */
  private readonly runs = new Set<SharedRun>();

  constructor(source: FlowInput<unknown>, limits: SharedLimits, runtime: Runtime) {
    this.source = source;
    this.limits = limits;
    this.runtime = runtime;
  }

  join(owner: OutgoingOwner, rules: SlowReader): SharedReader {
    const { open } = this;
    if (open !== undefined) {
      checkRoute(open, owner);
      return open.join(owner, rules);
    }
    this.letGoOfRuns();
    const run = new SharedRun(owner, this.limits, this.totals, this.runtime, () => {
      if (this.open === run) this.open = undefined;
    });
    this.open = run;
    this.runs.add(run);
    const reader = run.join(owner, rules);
    run.begin(this.source);
    return reader;
  }

  private letGoOfRuns(): void {
    const { runs } = this;
    for (const run of runs) if (run.readers.size === 0) runs.delete(run);
    for (const run of runs) {
      if (runs.size < MAX_RUNS) return;
      runs.delete(run);
      run.cutOff();
    }
  }

  snapshot(): EncodeOnceSnapshot {
    const total = noCounts();
    add(total, this.totals.past);
    const subscribers: SharedReaderSnapshot[] = [];
    let waiting = 0;
    let heldItems = 0;
    let heldBytes = 0;
    for (const { ring, readers, waiting: gathered } of this.runs) {
      waiting += gathered;
      heldItems += ring.items;
      heldBytes += ring.bytes;
      for (const { counts, held, slow } of readers) {
        add(total, counts);
        subscribers.push({ ...counts, dropped: { ...counts.dropped }, held, slow });
      }
    }
    const { encoded, encodedAgain } = this.totals;
    return { encoded, encodedAgain, waiting, heldItems, heldBytes, total, subscribers };
  }
}

/** Rings at once: a client that takes nothing would hold one more for each end of the source otherwise. Judgement. */
const MAX_RUNS = 8;

/** What is encoded once is encoded one way, and checked one way. */
function checkRoute({ codec, schema }: SharedRun, { route }: OutgoingOwner): void {
  if (codec === route.codec && schema === route.checkedOutput) return;
  const why =
    codec === route.codec
      ? "its output is checked by another schema"
      : `its codec is "${route.codec.name}", theirs "${codec.name}"`;
  throw new TypeError(
    `Cannot encode once for ${route.method} and others who read the same: ${why}; make an encodeOnce for each route`,
  );
}

function rulesOf({ slow = "wait", patienceMs = 1000, otherwise = "disconnect" }: SlowOptions): SlowReader {
  if (!(patienceMs >= 0)) {
    throw new RangeError(
      `Cannot wait for ${patienceMs} ms: patienceMs must be >= 0; Infinity waits for good`,
    );
  }
  return { slow, patienceMs, otherwise };
}

function checkLimit(name: string, value: number, what: string): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new RangeError(`Cannot hold ${value} ${what}: ${name} must be an integer >= 1`);
}
