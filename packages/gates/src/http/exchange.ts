// One request on its way, from its permit to the end of the answer's body. An answer whose head has come is no success
// yet: its body may break off. And whoever holds the answer holds the permit, as the server is still at work.
//
//   sent --failed, or time is over----> permit "failure"
//     |  --the caller has gone--------> "ignored"
//     v
//   answered --discarded--------------> judged by its status
//     v
//   handed on --body read to its end--> judged by its status
//            --broke off--------------> "failure"
//            --left, or forgotten-----> "ignored", unless its status was a failure

import type { Permit, PermitOutcome } from "@sluice/core";
import { HeldPermit } from "./held-permit.js";
import { HeldResponse } from "./held-response.js";
import { type BodyEnd, watchBody } from "./watched-body.js";

/** *Buffers:* nothing. *Cancel:* the signals, `leave`, or the reader of the body; no listener is left after any end. */
export class Exchange {
  private readonly controller: AbortController = new AbortController();
  private readonly permit: HeldPermit;
  private readonly signals: readonly AbortSignal[];
  private response: Response | undefined = undefined;
  private judged: PermitOutcome = "ignored"; // until its head is here

  /** `signals`: of those who want the answer. */
  constructor(permit: Permit | undefined, signals: readonly AbortSignal[]) {
    this.permit = new HeldPermit(permit);
    this.signals = signals;
    for (const signal of signals) {
      if (signal.aborted) this.controller.abort(signal.reason);
      else signal.addEventListener("abort", this);
    }
  }

  /** Resolves with the answer's head, which is to be handed on or discarded. To be called once. */
  async send(
    fetch: (signal: AbortSignal) => Promise<Response>,
    judge: (response: Response) => PermitOutcome,
  ): Promise<Response> {
    const { signal } = this.controller;
    if (signal.aborted) {
      this.settle("ignored"); // whoever asked has gone while the gate decided: nothing is sent
      throw signal.reason;
    }
    try {
      const response = await fetch(signal);
      this.response = response;
      signal.throwIfAborted(); // a fetch that did not hear of it, or was just done
      this.judged = judge(response);
      return response;
    } catch (error) {
      this.settle(signal.aborted ? outcomeOfAbort(signal.reason) : "failure");
      this.leave(error);
      throw error;
    }
  }

  /** The answer as its receiver gets it. */
  handOn(response: Response): Response {
    const { body, status } = response;
    // What cannot be made anew has no body to read: that of another origin, of an upgrade, or in other hands.
    if (body === null || body.locked || status < 200 || status > 599) {
      this.settle(this.judged);
      return response;
    }
    const watched = watchBody(body, (how) => this.bodyEnded(how), this.controller.signal);
    forgotten.register(watched, this);
    return new HeldResponse(response, watched);
  }

  /** Nobody will see the answer. A short body is read, as its connection can be used again then. */
  discard({ headers, body }: Response): void {
    const length = Number(headers.get("content-length") ?? Number.NaN);
    if (body === null || !(length <= SHORT)) this.leave();
    else readToEnd(body).finally(() => this.settle(this.judged));
  }

  /** Nobody waits for it any more. */
  leave(reason?: unknown): void {
    this.settle(this.judged === "failure" ? "failure" : outcomeOfAbort(reason));
    this.controller.abort(reason);
    // For a fetch that does not hear of the signal.
    if (this.response?.body?.locked === false) this.response.body.cancel(reason).catch(() => {});
  }

  /** One of the signals fired. */
  handleEvent({ target }: Event): void {
    this.controller.abort((target as AbortSignal).reason);
  }

  private bodyEnded(how: BodyEnd): void {
    const { signal } = this.controller;
    if (how === "end" || this.judged === "failure") this.settle(this.judged);
    else if (signal.aborted) this.settle(outcomeOfAbort(signal.reason));
    else this.settle(how === "error" ? "failure" : "ignored");
  }

  /** Only the first one counts. */
  private settle(outcome: PermitOutcome): void {
    for (const signal of this.signals) signal.removeEventListener("abort", this);
    this.permit.release(outcome);
  }
}

/** Bytes that are read rather than thrown away with their connection: what a new one costs, at most. Judgement. */
const SHORT = 16_384;

/** Whoever forgets a body without reading it must not keep its permit and its connection. */
const forgotten: FinalizationRegistry<Exchange> = new FinalizationRegistry((exchange) => exchange.leave());

/** Time that ran out is the server's doing, by whoever's clock; that nobody wants the answer is not. */
function outcomeOfAbort(reason: unknown): PermitOutcome {
  return (reason as Error | undefined)?.name === "TimeoutError" ? "failure" : "ignored";
}

async function readToEnd(body: ReadableStream<Uint8Array>): Promise<void> {
  const reader = body.getReader();
  try {
    while (!(await reader.read()).done);
  } catch {
    // Nobody is there to hear of it.
  }
}
