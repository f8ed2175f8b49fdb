// What a call and a stream have in common on the server's side: the input is taken in, checked, and given to
// the handler; cancel, deadline and the end of the connection stop the work.
//
//   receiving --onCompleted--> checking --valid--> running --(answered | failed | cancelled | lost)--> ended
//        +-------------------------+--- invalid | cancelled | lost | deadline -----------------------> ended

import { SluiceError, TimeoutError } from "@sluice/core";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Codec } from "../payload/codec.js";
import type { Interaction, Turn } from "../protocol/session/session-api.js";
import { decodeItems, itemCount, type ItemsEvent } from "./bodies.js";
import type { Connection } from "./connection.js";
import type { StreamEnd } from "./connection-parts.js";
import { RequestContext } from "./context.js";
import { failureOf } from "./failure.js";
import { LONGEST_TIMER_MS } from "./runtime.js";
import type { StreamSnapshot } from "./snapshot.js";
import { validate } from "./validate.js";

/** Where an error happened that ended one stream. */
export interface ErrorPlace {
  /** `service.route`. */
  readonly method: string;
  readonly streamId: number;
  /** The client's input, the handler's work, or the handler's output. */
  readonly during: "input" | "handler" | "output";
}

/** A route with its handler, ready to be asked. */
export interface ServedRoute {
  /** `service.route`. */
  readonly method: string;
  readonly interaction: Interaction;
  readonly input: StandardSchemaV1 | undefined;
  /** Set only when outputs are to be checked. */
  readonly checkedOutput: StandardSchemaV1 | undefined;
  readonly codec: Codec;
  readonly handler: (input: unknown, context: RequestContext) => unknown;
  readonly onError: (error: unknown, place: ErrorPlace) => void;
}

/** Base of the server's ends of a call and of a stream. */
export abstract class Responder implements StreamEnd {
  protected readonly connection: Connection;
  protected readonly streamId: number;
  protected readonly route: ServedRoute;
  protected readonly context: RequestContext;
  protected produced = 0;
  protected ended = false;
  private input: unknown = undefined;
  private hasInput = false;
  private cancelDeadline: () => void = nothing;

  constructor(connection: Connection, streamId: number, route: ServedRoute, deadlineMs: number | undefined) {
    this.connection = connection;
    this.streamId = streamId;
    this.route = route;
    this.context = new RequestContext(deadlineMs);
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
  /** Asks the handler; the input is valid. */
  protected abstract start(input: unknown): void;
  /** Stops the local work, and says whether the handler has really ended, or calls `release` later itself. */
  protected abstract stopWork(): "stopped" | "still running";

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
        valid.then(
          (value) => this.run(value),
          (error: unknown) => this.fail(error, "input"),
        );
      } else {
        this.run(valid);
      }
    } catch (error) {
      this.fail(error, "input");
    }
  }

  onFailed(): void {
    this.onCancelled();
  }

  onCancelled(): void {
    this.end(new SluiceError("CANCELLED", `The client wants no more of ${this.route.method}`));
  }

  onClosed(error: SluiceError): void {
    this.end(error);
  }

  snapshot(): Pick<StreamSnapshot, "method" | "interaction" | "produced"> {
    return { method: this.route.method, interaction: this.route.interaction, produced: this.produced };
  }

  /** Ends this stream alone, tells the peer code and message, and the hook everything. */
  protected fail(error: unknown, during: ErrorPlace["during"]): void {
    if (this.ended) return;
    this.connection.session.fail(this.streamId, failureOf(error));
    this.connection.wakeReply();
    this.end(error);
    this.route.onError(error, { method: this.route.method, streamId: this.streamId, during });
  }

  /** The answer is complete and on its way. */
  protected succeed(): void {
    this.ended = true;
    this.cancelDeadline();
    this.release();
    this.connection.wakeReply();
  }

  /** The handler has really ended: its slot returns (protocol.md H1). */
  protected release(): void {
    this.connection.detach(this.streamId);
    this.connection.session.released(this.streamId);
  }

  private run(input: unknown): void {
    if (this.ended) return;
    try {
      this.start(input);
    } catch (error) {
      this.fail(error, "handler");
    }
  }

  private end(reason: unknown): void {
    if (this.ended) return;
    this.ended = true;
    this.input = undefined;
    this.cancelDeadline();
    this.context.abort(reason);
    if (this.stopWork() === "stopped") this.release();
    this.connection.wake();
  }
}

function nothing(): void {}
