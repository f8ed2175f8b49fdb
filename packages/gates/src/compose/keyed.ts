// A gate for each key: a bucket for each client, a breaker for each host. Clients come and go without number, so there
// is a table of bounded size, which forgets who has not asked for longest.

import type { Gate, GateRequest, GateWait, Permit, Rejected } from "@sluice/core";
import { describe, requireFunction } from "@sluice/core/kit";
import { requireOptions } from "../gate/check-gate.js";
import { GateRejectedError } from "../gate/gate-rejected-error.js";
import type { Quota, QuotaGate } from "../gate/quota.js";
import { requireGate } from "../gate/require-gate.js";
import type { SharedGate } from "../gate/shared-gate.js";
import { asked, CompositeGate, isIdle, quotaOf } from "./composite-gate.js";

/** What a gate by keys is told. */
export interface KeyedOptions {
  /** Gates that it holds at most: an integer >= 1. */
  readonly maxKeys: number;
  /** Default: the request's `key`; all that have none share the gate of `""`. */
  readonly keyOf?: ((request: GateRequest | undefined) => string) | undefined;
}

/** A gate for each key. */
export interface KeyedGate extends QuotaGate, SharedGate {
  /** Gates that it holds. */
  readonly size: number;
  /** Whether there is one for this key; does not count as use. */
  has(key: string): boolean;
}

/**
 * Asks the gate of the request's key, which `make` makes when the key is new. When there are `maxKeys` the one that was
 * not asked for longest is forgotten for it, and begins anew should its key come back: choose `maxKeys` well above the
 * keys that are seen in the time that a gate must remember. A gate that is busy (somebody waits, or a bulkhead has
 * given permits that are out; it says so by `isIdle`, as all of ours do) is not forgotten but counts as just used; when
 * the sixteen that come first are busy, a new key is refused.
 *
 * *Buffers:* `maxKeys` gates, with keys and table some 200 bytes each for token buckets. *Errors:* what `make` or
 * `keyOf` throws is thrown, and nothing is kept; a key that is no string is a `TypeError`. *Cancel:* as the gates'.
 *
 * @example
 * ```ts
 * import { keyed, tokenBucket } from "@sluice/gates";
 * const perClient = keyed(() => tokenBucket({ capacity: 1, ratePerSecond: 1 }), { maxKeys: 100_000 });
 * console.log(perClient.tryAcquire(1, { key: "ann" }).granted); // prints true
 * console.log(perClient.tryAcquire(1, { key: "ann" }).granted); // prints false
 * console.log(perClient.tryAcquire(1, { key: "bob" }).granted); // prints true
 * ```
 */
export function keyed(make: (key: string) => Gate, options: KeyedOptions): KeyedGate {
  requireFunction("make a gate for each key", make);
  requireOptions("keyed", options, "{ maxKeys }");
  const { maxKeys, keyOf = keyOfRequest } = options;
  if (!Number.isSafeInteger(maxKeys) || maxKeys < 1) {
    throw new RangeError(`Cannot keep ${describe(maxKeys)} keys: maxKeys must be an integer >= 1`);
  }
  requireFunction("find the key of a request", keyOf);
  return new Keyed(make, maxKeys, keyOf);
}

class Keyed extends CompositeGate implements KeyedGate {
  private readonly make: (key: string) => Gate;
  private readonly maxKeys: number;
  private readonly keyOf: (request: GateRequest | undefined) => string;
  /** In the order of use, the longest unused first: a Map keeps the order in which keys were set. */
  private readonly gates = new Map<string, Gate>();
  private newest: string | undefined = undefined;
  /**
   * Stands at the one that was not used for longest: whom it has passed is forgotten, or at the end again. Begun anew for
   * each eviction it would step over all that were taken out before it: a second for each million of them.
   */
  private oldest: Iterator<[string, Gate]> | undefined = undefined;
  /** Since `oldest` began. */
  private uses = 0;
  private evicted = 0;
  private noRoom = 0;

  constructor(
    make: (key: string) => Gate,
    maxKeys: number,
    keyOf: (request: GateRequest | undefined) => string,
  ) {
    super("gates by key");
    this.make = make;
    this.maxKeys = maxKeys;
    this.keyOf = keyOf;
  }

  get size(): number {
    return this.gates.size;
  }

  override get isIdle(): boolean {
    for (const gate of this.gates.values()) if (!isIdle(gate)) return false;
    return true;
  }

  has(key: string): boolean {
    return this.gates.has(key);
  }

  override quota(key = ""): Quota | undefined {
    const gate = this.gates.get(key);
    return gate && quotaOf(gate, key);
  }

  async ask(cost = 1, request?: GateRequest): Promise<Permit | Rejected> {
    const gate = this.gateOf(request);
    return this.counted(gate === undefined ? NO_ROOM : await asked(gate, cost, request));
  }

  protected override decide(cost: number, request: GateRequest | undefined): Permit | Rejected {
    return this.gateOf(request)?.tryAcquire(cost, request) ?? NO_ROOM;
  }

  protected override wait(cost: number, request: GateWait | undefined): Promise<Permit> {
    const gate = this.gateOf(request);
    if (gate === undefined) throw new GateRejectedError(NO_ROOM);
    return gate.acquire(cost, request);
  }

  /** `noRoom`: requests of new keys that found all gates busy; `evicted`: keys forgotten to make room. */
  protected override details(): object {
    const { size, maxKeys, evicted, noRoom } = this;
    return { keys: size, maxKeys, evicted, noRoom };
  }

  private gateOf(request: GateRequest | undefined): Gate | undefined {
    const key = this.keyOf(request);
    const gate = this.gates.get(key);
    if (gate === undefined) return this.gateOfNew(key);
    if (key !== this.newest) this.use(key, gate);
    return gate;
  }

  private gateOfNew(key: string): Gate | undefined {
    if (typeof key !== "string") {
      throw new TypeError(`Cannot find the gate of the key ${describe(key)}: it must be a string`);
    }
    const gate = this.make(key);
    requireGate("keep a key", gate);
    // What `make` called may have come here with the same key.
    const other = this.gates.get(key);
    if (other !== undefined) return other;
    if (this.gates.size >= this.maxKeys && !this.makeRoom()) {
      this.noRoom += 1;
      return undefined;
    }
    this.use(key, gate);
    return gate;
  }

  private use(key: string, gate: Gate): void {
    this.gates.delete(key);
    this.gates.set(key, gate);
    this.newest = key;
    this.uses += 1;
    // An iterator that nobody moves keeps every table that the map has outgrown meanwhile (V8).
    if (this.uses > this.maxKeys) this.oldest = undefined;
  }

  /** Forgets the gate that was not asked for longest; busy ones go to the end, so that none is looked at each time. */
  private makeRoom(): boolean {
    for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
      const next = this.next();
      if (next === undefined) return false;
      const [key, gate] = next;
      if (isIdle(gate)) {
        this.gates.delete(key);
        this.evicted += 1;
        if (key === this.newest) this.newest = undefined;
        return true;
      }
      this.use(key, gate);
    }
    return false;
  }

  private next(): [string, Gate] | undefined {
    for (let tries = 0; tries < 2; tries += 1) {
      if (this.oldest === undefined) {
        this.oldest = this.gates.entries();
        this.uses = 0;
      }
      const { done, value } = this.oldest.next();
      if (done !== true) return value;
      this.oldest = undefined; // at the end an iterator stays there
    }
    return undefined;
  }
}

const keyOfRequest = (request: GateRequest | undefined): string => request?.key ?? "";

const NO_ROOM: Rejected = Object.freeze({
  granted: false,
  reason: "there are as many keys as may be, and their gates are busy",
  retryAfterMs: undefined,
  cause: "overload",
});

/** A new key costs at most so many looks, also when somebody keeps all gates busy on purpose. */
const MOST_LOOKS = 16;
