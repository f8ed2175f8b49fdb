// One call of a guarded fetch: its attempts, and what becomes of their answers.
//
//   attempt --gate--> sent --another attempt may help--> paid for, in time? --yes--> discarded --wait--> attempt
//                      +--> handed on                      +--no--> handed on

import type { Clock, Criticality, Gate, GateRequest, Permit, PermitOutcome } from "@sluice/core";
import { type CallContext, type CallParent, checkParent, Scope, type Work } from "../call/call-context.js";
import { retry, type RetryPolicy } from "../call/retry.js";
import { RetryError } from "../call/retry-error.js";
import { timeout } from "../call/timeout.js";
import { GateRejectedError } from "../gate/gate-rejected-error.js";
import { isSharedGate } from "../gate/shared-gate.js";
import { Exchange } from "./exchange.js";
import { HttpStatusError } from "./http-status-error.js";
import { isIdempotent, isReplayable } from "./repeatable.js";
import { retryAfterMs } from "./retry-after.js";

/** Whoever sends requests as the global `fetch` does. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** The options of a guarded fetch, with their defaults filled in. */
export interface FetchSettings {
  readonly gate: Gate | undefined;
  readonly wait: boolean;
  readonly key: (url: string) => string;
  readonly criticality: Criticality | undefined;
  readonly retries: RetryPolicy;
  readonly timeoutMs: number | undefined;
  readonly deadlineMs: number | undefined;
  readonly outcomeOf: (response: Response) => PermitOutcome;
  readonly send: Fetch;
  readonly clock: Clock;
}

/** *Buffers:* one exchange at a time. */
export class FetchCall {
  private readonly settings: FetchSettings;
  private readonly input: string | URL | Request;
  private readonly init: RequestInit | undefined;
  private readonly parent: CallParent | undefined;
  /** What the gate is asked with. */
  private request: GateRequest | undefined = undefined;
  private last: Exchange | undefined = undefined;
  /** What the last attempt was answered, as long as nobody has seen it. */
  private answer: Answer | undefined = undefined;

  constructor(
    settings: FetchSettings,
    input: string | URL | Request,
    init: RequestInit | undefined,
    context: CallParent | undefined,
  ) {
    this.settings = settings;
    this.input = input;
    this.init = init;
    const request = requestOf(input);
    const signal = (init?.signal === undefined ? request?.signal : init.signal) ?? undefined;
    checkParent(context);
    this.parent = context === undefined ? { signal } : joined(context, signal);
  }

  /** To be called once. */
  async run(): Promise<Response> {
    const { gate, key, criticality, retries, timeoutMs, deadlineMs, clock } = this.settings;
    if (gate !== undefined) this.request = { criticality, key: key(urlOf(this.input)) };
    const attempt: Work<Response> = (context) => this.attempt(context);
    const tried = retry(timeoutMs === undefined ? attempt : timeout(attempt, timeoutMs, { clock }), {
      ...retries,
      retryIf: (error, count) => this.mayRepeat(error) && (retries.retryIf?.(error, count) ?? true),
      onRetry: (event) => {
        this.discard();
        retries.onRetry?.(event);
      },
    });
    try {
      return await (deadlineMs === undefined ? tried : timeout(tried, deadlineMs, { clock }))(this.parent);
    } catch (error) {
      const { last, answer } = this;
      const why = error instanceof RetryError ? error.cause : error;
      if (answer !== undefined && answer.error === why) return answer.exchange.handOn(answer.response);
      last?.leave(error);
      throw error;
    }
  }

  private async attempt(context: CallContext): Promise<Response> {
    this.last?.leave(); // what is left of a body that was not read to its end meanwhile
    const { send, outcomeOf } = this.settings;
    const signals = [context.signal];
    if (this.parent?.signal !== undefined) signals.push(this.parent.signal); // also for the body
    const exchange = new Exchange(await this.enter(context.signal), signals);
    if (!context.signal.aborted) this.last = exchange; // or another attempt is under way by now
    const response = await exchange.send((signal) => send(this.input, { ...this.init, signal }), outcomeOf);
    if (!MAY_HELP_AGAIN.has(response.status)) return exchange.handOn(response);
    const error = new HttpStatusError(response, retryAfterMs(response.headers));
    this.answer = { exchange, response, error };
    throw error;
  }

  private async enter(signal: AbortSignal): Promise<Permit | undefined> {
    const { gate, wait } = this.settings;
    const { request } = this;
    if (gate === undefined) return undefined;
    if (wait) return gate.acquire(1, { ...request, signal });
    const answer = isSharedGate(gate) ? await gate.ask(1, request) : gate.tryAcquire(1, request);
    if (!answer.granted) throw new GateRejectedError(answer);
    return answer; // whoever has gone meanwhile is heard of by the exchange
  }

  /** Who is refused by the gate is told at once; whoever would rather wait says so by `wait`. */
  private mayRepeat(error: unknown): boolean {
    if (error instanceof GateRejectedError) return false;
    const { input, init } = this;
    if (!isAddress(input)) return false;
    const request = requestOf(input);
    const method = init?.method ?? request?.method ?? "GET";
    const body = init?.body === undefined ? request?.body : init.body;
    return isReplayable(body) && isIdempotent(method, init?.headers ?? request?.headers);
  }

  private discard(): void {
    this.answer?.exchange.discard(this.answer.response);
    this.answer = undefined;
  }
}

/** An answer after which another attempt may help. */
interface Answer {
  readonly exchange: Exchange;
  readonly response: Response;
  readonly error: HttpStatusError;
}

/** A context with one more signal. */
class JoinedScope extends Scope {
  private readonly joined: AbortSignal;

  constructor(parent: CallParent, joined: AbortSignal) {
    super(parent);
    this.joined = joined;
  }

  override get signal(): AbortSignal {
    return this.joined;
  }
}

function joined(context: CallParent, signal: AbortSignal | undefined): CallParent {
  if (signal === undefined) return context;
  return new JoinedScope(
    context,
    context.signal === undefined ? signal : AbortSignal.any([context.signal, signal]),
  );
}

/** A `Request`, of whatever realm. */
function requestOf(input: string | URL | Request): Request | undefined {
  return typeof input === "object" && "headers" in input ? input : undefined;
}

function urlOf(input: string | URL | Request): string {
  return requestOf(input)?.url ?? new Request(input).url; // which knows the page that it is relative to
}

function isAddress(input: string | URL | Request): boolean {
  try {
    return urlOf(input) !== "";
  } catch {
    return false;
  }
}

/** RFC 9110 §15, RFC 6585 §4, RFC 8470 §5.2: the server, or one between, could not do it now. */
const MAY_HELP_AGAIN: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);
