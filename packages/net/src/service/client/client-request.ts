// What a call and a stream have in common on the client's side: the input goes out under OPEN, a deadline and a
// signal may end it, and so may the connection.
//
//   idle --begin--> waiting (for a slot) --onOpen--> open --(end at the peer | cancel | deadline | signal)--> ended
//                    ^ |                              |
//                    | |                              +--end at the peer, items wait here--> ending --------> ended
//                    | +--- refused | cancel | deadline | signal -------------------------------------------> ended
//                    +--- begun anew elsewhere: surely not begun here, or restartable, then with an offset
//
// A channel sends items as well (channel-input.ts), and its two directions end apart:
//
//   open | ending --(all has come | output cancelled), it still sends--> sending --(all sent | not wanted)--> ended

import { type SluiceError, TimeoutError } from "@sluice/core";
import type { Codec } from "../../payload/codec.js";
import type { Interaction, OpenOptions, SessionEvent, Turn } from "../../protocol/session/session-api.js";
import { type EncodedItems, encodedLength, encodeItems, type ItemsEvent } from "../connection/bodies.js";
import type { Connection } from "../connection/connection.js";
import type { StreamEnd } from "../connection/connection-parts.js";
import { failureOf, lostRequest, RemoteError } from "../failure/failure.js";
import { itemTooLarge, sendLoneItem } from "../connection/lone-item.js";
import { errorTable, type StreamFailure, streamFailure } from "../../protocol/protocol-error.js";
import type { Ambient } from "../connection/runtime.js";
import type { Streamable } from "../contract/route.js";
import { ChannelInput, type ChannelSide } from "./channel-input.js";
import { encodeMetadata } from "../connection/metadata.js";
import { AmbientEnd } from "./ambient-end.js";
import { inherited, type PlacedOptions, type RequestOptions } from "./request-options.js";
import type { StreamSnapshot } from "../connection/snapshot.js";
import type { StreamOpener, StreamRequest } from "./stream-opener.js";

/** Where the requests of one route go: made once for each route. */
export interface Route {
  readonly opener: StreamOpener;
  readonly codec: Codec;
  readonly interaction: Interaction;
  /** `service.route`. */
  readonly method: string;
  /** How often a stream is opened again without an item in between; 0: it is not restartable. */
  readonly restarts: number;
  /** What a client sends is checked where it arrives. */
  readonly checkedOutput: undefined;
  /** Whose request is being handled, where the runtime can tell. */
  readonly ambient: Ambient | undefined;
}

/** Base of the client's ends of a call and of a stream. */
export abstract class ClientRequest implements StreamEnd, StreamRequest, ChannelSide {
  readonly route: Route;
  /** Where it runs, or ran last; undefined before it was opened. */
  connection: Connection | undefined = undefined;
  protected state: "idle" | "waiting" | "open" | "ending" | "sending" | "ended" = "idle";
  streamId = 0;
  private options: PlacedOptions;
  /** What the client gave; forgotten once it is encoded. `undefined`: there is none. */
  private value: unknown;
  /** The encoded input until it is sent; of a channel, what sends it. */
  private input: EncodedItems | ChannelInput | undefined = undefined;
  /** The input, for as long as the request may be opened again; `isRepeatable`: it is kept, or there is none. */
  private inputAgain: EncodedItems | ChannelInput | undefined = undefined;
  private isRepeatable = true;
  /** Openings of what was not begun, because the server went away. */
  private moves = 0;
  /** Openings since an item came, and how many items there were then. */
  private restarts = 0;
  private restartedAt = 0;
  private hasRun = false;
  private cancelRestart: () => void = nothing;
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
  /** Items that this side has: where a restartable stream goes on. */
  protected abstract delivered(): number;
  /** It will be opened again: what is counted with the session begins anew. */
  protected abstract onRestart(): void;

  /** Encodes the input and asks for a stream. */
  protected begin(): void {
    this.options = inherited(this.options, this.route.ambient?.current());
    const { signal, deadlineMs } = this.options;
    this.state = "waiting";
    if (signal?.aborted === true) {
      this.abandon(signal.reason);
      return;
    }
    try {
      this.prepareInput();
    } catch (error) {
      this.abandon(error);
      return;
    }
    signal?.addEventListener("abort", this);
    if (deadlineMs !== undefined) {
      if (deadlineMs <= 0) {
        this.abandon(this.timeout(deadlineMs));
        return;
      }
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
    const { urgency, criticality } = this.options;
    const metadata = encodeMetadata(this.delivered(), this.options.metadata);
    const options = {
      interaction,
      method,
      codec: codec.name,
      demand: this.demandAtOpen(),
      ...(urgency === undefined ? {} : { urgency }),
      ...(criticality === undefined ? {} : { criticality }),
      ...(metadata === undefined ? {} : { metadata }),
    };
    if (this.deadlineAt === Number.POSITIVE_INFINITY) return options;
    // At least 1: a deadline of 0 on the wire would say that there is none left to start with.
    return { ...options, deadlineMs: Math.max(1, Math.ceil(this.deadlineAt - this.route.opener.now())) };
  }

  onOpen(connection: Connection, streamId: number): void {
    this.state = "open";
    this.connection = connection;
    this.streamId = streamId;
    const { ambient, interaction } = this.route;
    const { context } = this.options;
    // Whoever awaits a call goes on where that was asked for; a stream has to see to it itself.
    const isHeard = ambient !== undefined && context !== undefined && interaction !== "call";
    connection.attach(streamId, isHeard ? new AmbientEnd(this, ambient, context) : this);
    if (this.input === undefined) connection.session.complete(streamId);
    else this.sendInput();
    connection.wake();
  }

  onRefused(error: SluiceError): void {
    const { hasRun, route, restarts } = this;
    this.abandon(hasRun ? lostRequest(route.method, false, this.delivered(), restarts, error) : error);
  }

  onTurn(turn: Turn): "more" | "idle" {
    const { input } = this;
    if (input instanceof ChannelInput) return input.outgoing.onTurn(turn);
    this.sendInput();
    return "idle";
  }

  onCredit(): void {
    const { input } = this;
    if (input instanceof ChannelInput) input.outgoing.offer();
    else this.sendInput();
  }

  onFailed(event: Extract<SessionEvent, { kind: "failed" }>): void {
    if (this.state === "sending") {
      this.release();
      return;
    }
    const { failure, rejected } = event;
    if (rejected && failure.code === errorTable.GOING_AWAY.code && this.mayMove()) {
      this.connection?.detach(this.streamId);
      this.openAgain(0);
      return;
    }
    if (rejected && failure.notStarted && !failure.doNotRetry && this.mayRestart()) {
      this.connection?.detach(this.streamId);
      this.restart(Math.max(failure.retryAfterMs ?? 0, this.route.opener.backoffMs(this.restarts + 1)));
      return;
    }
    this.stopInput();
    this.failedElsewhere(new RemoteError(failure));
  }

  /** A server may say what its answer is worth; nobody here asks. */
  onRank(): void {}

  /** The server takes no more input: of a channel; of anything else it has nothing to cancel. */
  onCancelled(): void {
    this.stopInput();
    this.onInputOver();
  }

  onInputOver(): void {
    if (this.state === "sending") this.release();
  }

  onInputFailed(error: unknown): void {
    this.abandon(error, failureOf(error));
  }

  onClosed(error: SluiceError, neverSent: boolean): void {
    if (this.state === "sending") {
      this.release();
      return;
    }
    if (neverSent && this.mayMove()) {
      this.openAgain(0);
      return;
    }
    if (this.mayRestart()) {
      this.restart(0);
      return;
    }
    this.stopInput();
    this.failedElsewhere(lostRequest(this.route.method, neverSent, this.delivered(), this.restarts, error));
  }

  snapshot(): Pick<StreamSnapshot, "method" | "interaction" | "produced"> {
    const { input } = this;
    const produced = input instanceof ChannelInput ? input.outgoing.produced : 0;
    return { method: this.route.method, interaction: this.route.interaction, produced };
  }

  /** The signal fired. */
  handleEvent(): void {
    this.abandon(this.options.signal?.reason);
  }

  /** Ends it from this side, for a reason that the local side is told; `failure` is what the server of a channel is told. */
  protected abandon(error: unknown, failure?: StreamFailure): void {
    if (this.state === "ended") return;
    this.stop(failure);
    this.fail(error);
  }

  /** It failed at the peer, or with its connection. */
  protected failedElsewhere(error: unknown): void {
    this.release();
    this.fail(error);
  }

  /** The peer has ended it, and items of it wait here: there is no deadline any more, but still a signal. */
  protected endedByPeer(): void {
    this.state = "ending";
    if (!this.isSending()) this.cancelDeadline();
  }

  /** Everything that comes back has come, and was taken. What a channel sends goes on. */
  protected outputOver(): void {
    if (this.isSending()) this.state = "sending";
    else this.release();
  }

  /** The local side wants nothing back any more. What a channel sends goes on; everything else ends. */
  protected cancelOutput(): void {
    if (!this.isSending()) {
      this.stop();
      return;
    }
    this.state = "sending";
    this.connection?.session.cancel(this.streamId);
    this.connection?.wake();
  }

  /** Ends it from this side without a word to the local side. */
  protected stop(failure: StreamFailure = CANCELLED): void {
    if (this.isOpened()) {
      // Of a channel, CANCEL ends only what comes back.
      if (this.isSending()) this.connection?.session.fail(this.streamId, failure);
      this.connection?.session.cancel(this.streamId);
      this.connection?.wake();
    }
    this.release();
  }

  /** Lets go of everything that outlives it: stream, timer, signal. */
  protected release(): void {
    if (this.isOpened()) this.connection?.detach(this.streamId);
    this.state = "ended";
    this.stopInput();
    this.value = undefined;
    this.input = undefined;
    this.inputAgain = undefined;
    this.cancelDeadline();
    this.cancelRestart();
    this.options.signal?.removeEventListener("abort", this);
  }

  /** Stops what a channel sends. */
  protected stopInput(): void {
    if (this.input instanceof ChannelInput) this.input.stop();
  }

  private isOpened(): boolean {
    return this.state === "open" || this.state === "ending" || this.state === "sending";
  }

  /** Whether it is a channel that is open, and still sends. */
  private isSending(): boolean {
    return this.input instanceof ChannelInput && !this.input.isOver && this.isOpened();
  }

  private mayRestart(): boolean {
    if (this.delivered() > this.restartedAt) this.restarts = 0;
    return this.restarts < this.route.restarts && this.route.opener.mayWait();
  }

  private restart(delayMs: number): void {
    this.hasRun = true;
    this.restarts += 1;
    this.restartedAt = this.delivered();
    this.openAgain(delayMs);
  }

  /** Whether it may be opened on the next connection, because it was surely not begun on this one. */
  private mayMove(): boolean {
    this.moves += 1;
    return this.moves <= MAX_MOVES && this.isWhole() && this.route.opener.mayWait();
  }

  /** Whether all of its input is here, to be sent again. */
  private isWhole(): boolean {
    const { input } = this;
    return input instanceof ChannelInput ? input.outgoing.isUntouched() : this.isRepeatable;
  }

  private prepareInput(): void {
    const { value, route } = this;
    this.value = undefined;
    if (route.interaction === "channel") {
      this.input = new ChannelInput(this, value as Streamable<unknown>);
      this.inputAgain = this.input;
      return;
    }
    if (value === undefined) return;
    const input = encodeItems(route.codec, [value]);
    this.input = input;
    this.isRepeatable = this.route.restarts > 0 || encodedLength(input) <= KEPT_BYTES;
    if (this.isRepeatable) this.inputAgain = input;
  }

  private openAgain(delayMs: number): void {
    this.connection = undefined;
    this.state = "waiting";
    this.input = this.inputAgain;
    this.onRestart();
    if (delayMs === 0) this.route.opener.open(this);
    else this.cancelRestart = this.route.opener.after(delayMs, () => this.route.opener.open(this));
  }

  private sendInput(): void {
    const { connection, input } = this;
    if (input === undefined || connection === undefined) return;
    if (input instanceof ChannelInput) {
      input.opened();
      return;
    }
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

/** A request that each server in turn does not begin: three are a rolling restart. Judgement. */
const MAX_MOVES = 3;

/** An input up to here is kept until its request has ended: a share of the connection's memory, 16 KiB (protocol.md G). */
const KEPT_BYTES = 16 * 1024;

const CANCELLED: StreamFailure = streamFailure("CANCELLED", "The client has given it up");

function nothing(): void {}
