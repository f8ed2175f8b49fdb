// One request as its handler sees it.

import { type Clock, SluiceError } from "@sluice/core";
import type { Criticality } from "@sluice/core";
import type { HandlerContext, Metadata } from "../contract/handler-context.js";
import { failureOf } from "../failure/failure.js";

/** What is known of a request when it comes. */
export type RequestFacts = Pick<
  HandlerContext,
  "deadlineMs" | "urgency" | "criticality" | "offset" | "metadata" | "principal"
>;

/** Makes the signal only for handlers that look at it: a controller costs more than a small call. */
export class RequestContext implements HandlerContext {
  readonly deadlineMs: number | undefined;
  urgency: number;
  criticality: Criticality;
  readonly offset: number;
  readonly metadata: Metadata;
  readonly principal: string;
  private readonly clock: Pick<Clock, "now">;
  private readonly startedAt: number;
  private controller: AbortController | undefined = undefined;
  /** Why it was aborted; `RUNNING` while it was not. */
  private reason: unknown = RUNNING;

  constructor(
    { deadlineMs, urgency, criticality, offset, metadata, principal }: RequestFacts,
    clock: Pick<Clock, "now">,
  ) {
    this.deadlineMs = deadlineMs;
    this.urgency = urgency;
    this.criticality = criticality;
    this.clock = clock;
    this.startedAt = clock.now();
    this.offset = offset;
    this.metadata = metadata;
    this.principal = principal;
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.reason !== RUNNING) this.controller.abort(abortError(this.reason));
    }
    return this.controller.signal;
  }

  remainingMs(): number | undefined {
    const { deadlineMs, startedAt } = this;
    return deadlineMs === undefined ? undefined : Math.max(0, startedAt + deadlineMs - this.clock.now());
  }

  abort(reason: unknown): void {
    this.reason = reason;
    this.controller?.abort(abortError(reason));
  }
}

const RUNNING: unique symbol = Symbol("running");

// The name tells a source's answer to the abort from a failure of its own, when it comes after the end (core: dropped.ts).
function abortError(reason: unknown): SluiceError {
  const { name, message } = failureOf(reason);
  const error = new SluiceError(name, message, { cause: reason });
  error.name = "AbortError";
  return error;
}
