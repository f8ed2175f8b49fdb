// What a call and a stream have in common on the client's side: the input goes out under OPEN, a deadline and a
// signal may end it, and so may the connection.
//
//   idle --begin--> waiting (for a slot) --onOpen--> open --(end at the peer | cancel | deadline | signal)--> ended
//                    ^ |                              |
//                    | +--- refused | cancel | deadline | signal -------------------------------------------> ended
//                    +-------- restart (connection lost, not begun): a restartable stream only

import { type SluiceError, TimeoutError } from "@sluice/core";
import type { Codec } from "../payload/codec.js";
import type { Interaction, OpenOptions, SessionEvent } from "../protocol/session/session-api.js";
import { type EncodedItems, encodeItems, type ItemsEvent } from "./bodies.js";
import type { Connection } from "./connection.js";
import type { StreamEnd } from "./connection-parts.js";
import { lostRequest, RemoteError } from "./failure.js";
import { itemTooLarge, sendLoneItem } from "./lone-item.js";
import type { StreamSnapshot } from "./snapshot.js";
import type { StreamOpener, StreamRequest } from "./stream-opener.js";

/** What every call and stream can be told. */
export interface RequestOptions {
  /** Ends it, here and at the server; it then fails with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until it fails with a `TimeoutError`; the time left travels to the server. Default: none. */
  readonly deadlineMs?: number | undefined;
}

/** Where the requests of one route go: made once for each route. */
export interface Route {
  readonly opener: StreamOpener;
  readonly codec: Codec;
  readonly interaction: Interaction;
  /** `service.route`. */
  readonly method: string;
}

/** Base of the client's ends of a call and of a stream. */
export abstract class ClientRequest implements StreamEnd, StreamRequest {
  protected readonly route: Route;
  /** Where it runs, or ran last; undefined before it was opened. */
  protected connection: Connection | undefined = undefined;
  protected state: "idle" | "waiting" | "open" | "ended" = "idle";
  protected streamId = 0;
  private readonly options: RequestOptions;
  /** What the client gave; forgotten once it is encoded. `undefined`: there is none. */
  private value: unknown;
  /** The encoded input until it is sent. */
  private input: EncodedItems | undefined = undefined;
  private deadlineAt = Number.POSITIVE_INFINITY;
  private cancelDeadline: () => void = nothing;

  constructor(route: Route, input: unknown, options: RequestOptions) {
    this.route = route;
    this.value = input;
    this.options = options;
  }

  abstract onItems(event: ItemsEvent): void;
  abstract onCompleted(): void;
  /** Tells the local side of the failure; the request has ended and is released. */
  protected abstract fail(error: unknown): void;
  /** Items wanted so far, to travel with OPEN. */
  protected abstract demandAtOpen(): number;
  /** Items handed on so far. */
  protected abstract delivered(): number;

  /** Encodes the input and asks for a stream. */
  protected begin(): void {
    const { signal, deadlineMs } = this.options;
    this.state = "waiting";
    if (signal?.aborted === true) {
      this.abandon(signal.reason);
      return;
    }
    try {
      if (this.value !== undefined) this.input = encodeItems(this.route.codec, [this.value]);
      this.value = undefined;
    } catch (error) {
      this.abandon(error);
      return;
    }
    signal?.addEventListener("abort", this);
    if (deadlineMs !== undefined) {
      this.deadlineAt = this.route.opener.now() + deadlineMs;
      this.cancelDeadline = this.route.opener.after(deadlineMs, () => this.abandon(this.timeout(deadlineMs)));
    }
    this.route.opener.open(this);
  }

  isWanted(): boolean {
    return this.state === "waiting";
  }

  openOptions(): OpenOptions {
    const { interaction, method, codec } = this.route;
    const options = { interaction, method, codec: codec.name, demand: this.demandAtOpen() };
    if (this.deadlineAt === Number.POSITIVE_INFINITY) return options;
    // At least 1: a deadline of 0 on the wire would say that there is none left to start with.
    return { ...options, deadlineMs: Math.max(1, Math.ceil(this.deadlineAt - this.route.opener.now())) };
  }

  onOpen(connection: Connection, streamId: number): void {
    this.state = "open";
    this.connection = connection;
    this.streamId = streamId;
    connection.attach(streamId, this);
    if (this.input === undefined) connection.session.complete(streamId);
    else this.sendInput();
    connection.wake();
  }

  onRefused(error: SluiceError): void {
    this.abandon(error);
  }

  onTurn(): "idle" {
    this.sendInput();
    return "idle";
  }

  onCredit(): void {
    this.sendInput();
  }

  onFailed(event: Extract<SessionEvent, { kind: "failed" }>): void {
    this.release();
    this.fail(new RemoteError(event.failure));
  }

  /** A server has nothing to cancel on a stream that it answers. */
  onCancelled(): void {}

  onClosed(error: SluiceError, neverSent: boolean): void {
    const delivered = this.delivered();
    this.release();
    this.fail(lostRequest(this.route.method, neverSent, delivered, 0, error));
  }

  snapshot(): Pick<StreamSnapshot, "method" | "interaction" | "produced"> {
    return { method: this.route.method, interaction: this.route.interaction, produced: 0 };
  }

  /** The signal fired. */
  handleEvent(): void {
    this.abandon(this.options.signal?.reason);
  }

  /** Ends it from this side, for a reason that the local side is told. */
  protected abandon(error: unknown): void {
    if (this.state === "ended") return;
    this.stop();
    this.fail(error);
  }

  /** Ends it from this side without a word to the local side. */
  protected stop(): void {
    if (this.state === "open") {
      this.connection?.session.cancel(this.streamId);
      this.connection?.wake();
    }
    this.release();
  }

  /** Lets go of everything that outlives it: stream, timer, signal. */
  protected release(): void {
    if (this.state === "open") this.connection?.detach(this.streamId);
    this.state = "ended";
    this.value = undefined;
    this.input = undefined;
    this.cancelDeadline();
    this.options.signal?.removeEventListener("abort", this);
  }

  private sendInput(): void {
    const { connection, input } = this;
    if (input === undefined || connection === undefined) return;
    const result = sendLoneItem(connection, this.streamId, input);
    if (result === "too-large") this.abandon(itemTooLarge(connection, input));
    else if (result === "done") this.input = undefined;
  }

  private timeout(deadlineMs: number): TimeoutError {
    return new TimeoutError(
      `No end of ${this.route.method} within ${deadlineMs} ms; give more time with deadlineMs, or ask for less`,
      deadlineMs,
    );
  }
}

function nothing(): void {}
