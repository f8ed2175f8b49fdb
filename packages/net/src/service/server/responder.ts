// What a call and a stream have in common on the server's side: the input is taken in, checked, and given to
// the handler; cancel, deadline and the end of the connection stop the work.
//
//   receiving --onCompleted--> checking --valid--> running --(answered | failed | cancelled | lost)--> ended
//        +-------------------------+--- invalid | cancelled | lost | deadline -----------------------> ended

import { type PermitOutcome, SluiceError, TimeoutError } from "@sluice/core";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Codec } from "../../payload/codec.js";
import { errorTable } from "../../protocol/protocol-error.js";
import type { Interaction, Turn } from "../../protocol/session/session-api.js";
import { decodeItems, itemCount, type ItemsEvent } from "../connection/bodies.js";
import type { Connection } from "../connection/connection.js";
import type { EventOf, StreamEnd } from "../connection/connection-parts.js";
import { RequestContext, type RequestFacts } from "./request-context.js";
import { failureOf } from "../failure/failure.js";
import { isOfTheClient } from "./admission.js";
import { type Ambient, LONGEST_TIMER_MS } from "../connection/runtime.js";
import type { StreamSnapshot } from "../connection/snapshot.js";
import { validate } from "../contract/validate.js";

/** Where an error happened that ended one stream. */
export interface ErrorPlace {
  /** `service.route`. */
  readonly method: string;
  readonly streamId: number;
  /** Its admission, the client's input, the handler's work, or the handler's output. */
  readonly during: "admission" | "input" | "handler" | "output";
}

/** A route with its handler, ready to be asked. */
export interface ServedRoute {
  /** `service.route`. */
  readonly method: string;
  readonly interaction: Interaction;
  readonly restartable: boolean;
  readonly input: StandardSchemaV1 | undefined;
  /** Set only when outputs are to be checked. */
  readonly checkedOutput: StandardSchemaV1 | undefined;
  readonly codec: Codec;
  readonly handler: (input: unknown, context: RequestContext) => unknown;
  /** Remembers that the handler works for this request; undefined: nobody asks. */
  readonly ambient: Ambient | undefined;
  readonly onHandlerError: (error: unknown, place: ErrorPlace) => void;
}

/** Base of the server's ends of a call and of a stream. */
export abstract class Responder implements StreamEnd {
  readonly connection: Connection;
  readonly streamId: number;
  readonly route: ServedRoute;
  protected readonly context: RequestContext;
  protected ended = false;
  private input: unknown = undefined;
  private hasInput = false;
  /** Promises of the handler's side that have not settled. */
  private pending = 0;
  private cancelDeadline: () => void = nothing;

  constructor(connection: Connection, streamId: number, route: ServedRoute, facts: RequestFacts) {
    this.connection = connection;
    this.streamId = streamId;
    this.route = route;
    this.context = new RequestContext(facts, connection);
  }

  /** Begins to listen; apart from the constructor because it starts a timer. */
  begin(): void {
    this.connection.attach(this.streamId, this);
    const { deadlineMs } = this.context;
    // The peer may say any number; beyond the longest timer it is none.
    if (deadlineMs === undefined || deadlineMs > LONGEST_TIMER_MS) return;
    this.cancelDeadline = this.connection.after(deadlineMs, () => {
      const text = `The deadline of ${deadlineMs} ms for ${this.route.method} has passed at the server`;
      this.fail(new TimeoutError(text, deadlineMs), "handler");
    });
  }

  abstract onTurn(turn: Turn): "more" | "idle";
  abstract onCredit(): void;
  /** Begins the work; the input is valid. */
  protected abstract start(input: unknown): void;
  /** Stops the local work; what ends later than now was told to `waitFor`. `reason`: why. */
  protected abstract stopWork(reason: unknown): void;
  /** Items that the handler has made. */
  protected abstract produced(): number;

  onItems(event: ItemsEvent): void {
    try {
      if (this.hasInput || itemCount(event) !== 1) {
        throw new SluiceError("INVALID_PAYLOAD", `Cannot accept a second input of ${this.route.method}`);
      }
      this.hasInput = true;
      [this.input] = decodeItems(this.route.codec, event);
      this.connection.session.consumed(this.streamId, 1);
    } catch (error) {
      this.fail(error, "input");
    }
  }

  onCompleted(): void {
    const { input: schema, method } = this.route;
    const { input } = this;
    this.input = undefined;
    try {
      if (schema === undefined && input !== undefined) {
        throw new SluiceError(
          "INVALID_PAYLOAD",
          `Cannot accept an input of ${method}: this route takes none`,
        );
      }
      const valid = schema === undefined ? undefined : validate(schema, input, `input of ${method}`);
      if (valid instanceof Promise) {
        this.waitFor(valid, "input", (value) => this.run(value));
      } else {
        this.run(valid);
      }
    } catch (error) {
      this.fail(error, "input");
    }
  }

  onFailed({ failure }: EventOf<"failed">): void {
    if (failure.code === errorTable.CANCELLED.code) {
      this.giveUp();
      return;
    }
    // What the client of a channel sends has failed; or this side's own session gave it up: the client takes nothing, or did
    // not finish an item (docs/protocol.md §7.6).
    const error = new SluiceError(failure.name, failure.message);
    this.end(error);
    this.report(error, failure.code === errorTable.STALLED.code ? "output" : "input");
  }

  onRank({ urgency, criticality }: EventOf<"urgency">): void {
    this.context.urgency = urgency;
    this.context.criticality = criticality;
  }

  onCancelled(): void {
    this.giveUp();
  }

  onClosed(error: SluiceError): void {
    this.end(error);
  }

  snapshot(): Pick<StreamSnapshot, "method" | "interaction" | "produced"> {
    return { method: this.route.method, interaction: this.route.interaction, produced: this.produced() };
  }

  /** Calls what is the handler's, on behalf of this request. */
  inContext(work: () => void): void {
    const { ambient } = this.route;
    if (ambient === undefined) work();
    else ambient.run(this.context, work, undefined, undefined);
  }

  /** Asks the handler, on behalf of this request. */
  protected askHandler(input: unknown): unknown {
    const { ambient, handler } = this.route;
    return ambient === undefined
      ? handler(input, this.context)
      : ambient.run(this.context, handler, input, this.context);
  }

  /** The client wants nothing of it any more. */
  protected giveUp(): void {
    this.end(new SluiceError("CANCELLED", `The client wants no more of ${this.route.method}`));
  }

  /** Ends this stream alone, tells the peer code and message, and the hook everything. */
  protected fail(error: unknown, during: ErrorPlace["during"]): void {
    if (this.ended) return;
    const failure = failureOf(error);
    this.connection.session.fail(this.streamId, failure);
    this.connection.wakeReply();
    this.end(error, during === "input" || isOfTheClient(failure) ? "ignored" : "failure");
    this.report(error, during);
  }

  protected report(error: unknown, during: ErrorPlace["during"]): void {
    this.route.onHandlerError(error, { method: this.route.method, streamId: this.streamId, during });
  }

  /** The answer is complete and on its way. */
  protected succeed(): void {
    this.ended = true;
    this.connection.watch?.onStreamEnded(this.streamId, "success", undefined, this.produced());
    this.cancelDeadline();
    this.releaseWhenIdle();
    this.connection.wakeReply();
  }

  /**
   * Waits for work of the handler's side. Until it has settled the slot stays taken, also when the stream has ended
   * long before: otherwise whoever opens and cancels has any number of handlers at work (protocol.md H1). What it
   * answers after the end concerns nobody; a rejection is mostly the answer to our own abort.
   */
  protected waitFor<T>(
    work: PromiseLike<T>,
    during: ErrorPlace["during"],
    onDone: (value: T) => void = nothing,
  ): void {
    this.pending += 1;
    // Promise.resolve also tames a foreign thenable that answers twice or on the same stack.
    Promise.resolve(work).then(
      (value) => {
        this.pending -= 1;
        if (this.ended) this.releaseWhenIdle();
        else onDone(value);
      },
      (error: unknown) => {
        this.pending -= 1;
        if (this.ended) this.releaseWhenIdle();
        else this.fail(error, during);
      },
    );
  }

  /** Asks the handler, whose input is valid, or taken as it comes. */
  protected run(input: unknown): void {
    if (this.ended) return;
    try {
      this.start(input);
    } catch (error) {
      this.fail(error, "handler");
    }
  }

  /** Ends the work, for a reason of which the peer knows. */
  protected end(reason: unknown, outcome: PermitOutcome = "ignored"): void {
    if (this.ended) return;
    this.ended = true;
    this.connection.watch?.onStreamEnded(this.streamId, outcome, reason, this.produced());
    this.input = undefined;
    this.cancelDeadline();
    this.context.abort(reason);
    this.stopWork(reason);
    this.releaseWhenIdle();
    this.connection.wake();
  }

  /** Gives the slot back once the handler has really ended. */
  private releaseWhenIdle(): void {
    if (this.pending > 0) return;
    this.connection.detach(this.streamId);
    this.connection.session.released(this.streamId);
    this.connection.watch?.onStreamReleased(this.streamId);
    this.connection.wake();
  }
}

function nothing(): void {}
