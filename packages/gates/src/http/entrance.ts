// A gate at the entrance of an HTTP server, whatever the server is made of: who asks is found out, the gate is asked,
// and what it answers becomes a permit with fields for the answer, or a refusal. Nothing of the request is read but its
// head, so that saying no costs nothing.

import type { Criticality, Gate, GateRequest, Permit, Rejected } from "@sluice/core";
import { checkOptions, describe, isThenable } from "@sluice/core/kit";
import { checkAmount, checkCost } from "../gate/check-gate.js";
import { CRITICALITIES, rankOf } from "../gate/criticality-rank.js";
import type { QuotaGate } from "../gate/quota.js";
import { requireGate } from "../gate/require-gate.js";
import { isSharedGate } from "../gate/shared-gate.js";
import { ClientFinder, type EntranceClient, isFieldName, type ProxyOptions } from "./client-address.js";
import { HeldPermit } from "./held-permit.js";
import { type HttpRefusal, httpRefusal, retryAfterSeconds } from "./http-refusal.js";
import { rateLimitFields } from "./rate-limit-fields.js";

/** What an entrance is told; `R` is the request as the framework has it. */
export interface EntranceOptions<R> extends ProxyOptions {
  /** One gate for all, or a function that chooses one for each request; undefined lets it in unasked. */
  readonly gate: Gate | ((request: R, client: EntranceClient) => Gate | undefined);
  /** On whose behalf, for gates that keep an account for each. Default: `client.key`. */
  readonly key?: ((request: R, client: EntranceClient) => string | undefined) | undefined;
  /** Default 1. */
  readonly cost?: number | ((request: R, client: EntranceClient) => number) | undefined;
  /** Default `"critical"`. */
  readonly criticality?:
    | Criticality
    | ((request: R, client: EntranceClient) => Criticality | undefined)
    | undefined;
  /** The field in which a trusted proxy says the criticality; of anybody else it is ignored. Default: none. */
  readonly criticalityHeader?: string | undefined;
  /** Lets a request wait in the line of the gate (`acquire`) instead of refusing it at once. Default false. */
  readonly wait?: boolean | undefined;
  /** The name of the quota in RateLimit fields, for gates that tell theirs; false: no such fields. Default `"default"`. */
  readonly policy?: string | false | undefined;
  /** The part of Retry-After that is added to it at random, 0 to 10. Default 0.5. */
  readonly jitter?: number | undefined;
  /** Default: `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Sees each refusal before it is sent; what it returns is sent instead. */
  readonly onRefused?: ((refusal: HttpRefusal, request: R) => HttpRefusal | undefined | void) | undefined;
}

/** What came of asking. */
export type Decision =
  | {
      readonly kind: "admitted";
      readonly held: HeldPermit;
      readonly fields: Readonly<Record<string, string>>;
    }
  | { readonly kind: "refused"; readonly refusal: HttpRefusal };

/** Asks the gate for each request. *Buffers:* nothing; who waits is in the bounded line of the gate. */
export class Entrance<R> {
  private readonly options: EntranceOptions<R>;
  private readonly finder: ClientFinder;
  private readonly header: (request: R, name: string) => string | undefined;

  constructor(
    place: string,
    options: EntranceOptions<R>,
    header: (request: R, name: string) => string | undefined,
  ) {
    this.options = checked(place, options);
    this.finder = new ClientFinder(place, options);
    this.header = header;
  }

  /**
   * A promise only if the gate has to be asked elsewhere or the request waits. What a function of the user or the gate
   * throws is thrown: nobody gets in by an error. `signal`: the client has gone.
   */
  ask(request: R, peer: string | undefined, signal: () => AbortSignal): Decision | Promise<Decision> {
    const { gate: gateOf, key: keyOf, cost: costOf = 1, wait = false } = this.options;
    const client = this.finder.find(peer, (name) => this.header(request, name));
    const gate = typeof gateOf === "function" ? gateOf(request, client) : gateOf;
    if (gate === undefined) return { kind: "admitted", held: new HeldPermit(undefined), fields: {} };
    const cost = typeof costOf === "function" ? costOf(request, client) : costOf;
    const key = keyOf === undefined ? client.key : keyOf(request, client);
    const asked: GateRequest = { criticality: this.criticalityOf(request, client), key };
    const answer = wait
      ? gate.acquire(cost, { ...asked, signal: signal() }).catch(rejectedOf)
      : isSharedGate(gate)
        ? gate.ask(cost, asked)
        : gate.tryAcquire(cost, asked);
    if (!isThenable(answer)) return this.decided(request, gate, key, answer);
    return answer.then((given) => this.decided(request, gate, key, given));
  }

  private decided(request: R, gate: Gate, key: string | undefined, answer: Permit | Rejected): Decision {
    if (!answer.granted) return { kind: "refused", refusal: this.refusalOf(request, gate, key, answer) };
    const held = new HeldPermit(answer);
    try {
      return { kind: "admitted", held, fields: this.fieldsOf(gate, key, 0) };
    } catch (error) {
      held.release("ignored");
      throw error;
    }
  }

  private refusalOf(request: R, gate: Gate, key: string | undefined, rejected: Rejected): HttpRefusal {
    const { policy = "default", jitter = 0.5, random = Math.random, onRefused } = this.options;
    const seconds = retryAfterSeconds(rejected.retryAfterMs, jitter, random);
    const fields = this.fieldsOf(gate, key, seconds ?? 0);
    const violated = policy === false || Object.keys(fields).length === 0 ? undefined : policy;
    const refusal = httpRefusal(rejected, seconds, violated, fields);
    return onRefused?.(refusal, request) ?? refusal;
  }

  private fieldsOf(gate: Gate, key: string | undefined, leastSeconds: number): Record<string, string> {
    const { policy = "default" } = this.options;
    const level = policy === false ? undefined : (gate as Partial<QuotaGate>).quota?.(key);
    return level === undefined || policy === false ? {} : rateLimitFields(policy, level, leastSeconds);
  }

  private criticalityOf(request: R, client: EntranceClient): Criticality | undefined {
    const { criticality, criticalityHeader } = this.options;
    if (criticalityHeader !== undefined && client.isProxied) {
      const said = this.header(request, criticalityHeader) as Criticality | undefined;
      if (said !== undefined && CRITICALITIES.includes(said)) return said;
    }
    return typeof criticality === "function" ? criticality(request, client) : criticality;
  }
}

/** What a line refuses is a refusal like any other; that the client has gone is not. */
function rejectedOf(error: unknown): Rejected {
  if ((error as { code?: unknown } | undefined | null)?.code !== "GATE_REJECTED") throw error;
  const { message, retryAfterMs, cause } = error as Partial<Rejected> & Error;
  return { granted: false, reason: message, retryAfterMs, cause };
}

function checked<R>(place: string, options: EntranceOptions<R>): EntranceOptions<R> {
  checkOptions(place, options);
  const { gate, key, cost = 1, criticality, criticalityHeader, trustedProxies } = options ?? {};
  const { wait, policy, jitter = 0, random, onRefused } = options ?? {};
  if (typeof gate !== "function") requireGate(place, gate as Gate);
  for (const [name, value] of Object.entries({ key, random, onRefused })) {
    if (value !== undefined && typeof value !== "function") {
      throw refused(place, name, value, "it must be a function");
    }
  }
  if (typeof cost !== "function") checkCost(cost);
  if (typeof criticality !== "function") rankOf({ criticality });
  if (wait !== undefined && typeof wait !== "boolean") {
    throw refused(place, "wait", wait, "it must be a boolean");
  }
  if (criticalityHeader !== undefined && !isFieldName(criticalityHeader)) {
    throw refused(place, "criticalityHeader", criticalityHeader, "it must be the name of a field");
  }
  if (criticalityHeader !== undefined && !(trustedProxies !== undefined && trustedProxies.length > 0)) {
    throw refused(place, "criticalityHeader", criticalityHeader, "nobody may write it; name trustedProxies");
  }
  // It stands in a field and in the body of refusals.
  if (policy !== undefined && policy !== false && !/^[\x20-\x7e]{1,100}$/.test(String(policy))) {
    throw refused(place, "policy", policy, "it must be 1 to 100 printable ASCII characters, or false");
  }
  checkAmount(`${place} with a jitter`, jitter, { least: 0, most: 10 });
  return options;
}

function refused(place: string, name: string, value: unknown, wanted: string): TypeError {
  return new TypeError(`Cannot make ${place} with ${name} ${describe(value)}: ${wanted}`);
}
