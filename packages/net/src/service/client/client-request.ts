// What a call and a stream have in common on the client's side: the input goes out under OPEN, a deadline and a
// signal may end it, and so may the connection.
//
//   idle --begin--> waiting (for a slot) --onOpen--> open --(end at the peer | cancel | deadline | signal)--> ended
//                    ^ |                              |
//                    | |                              +--end at the peer, items wait here--> ending --------> ended
//                    | +--- refused | cancel | deadline | signal -------------------------------------------> ended
//                    +--- opened again: surely not begun, or idempotent, or restartable, then with an offset
//
// What is opened again because its server goes away, or because it was never sent, has not cost anybody anything, and
// costs no permit (gRPC's transparent retries). Everything else asks the client's retry budget.
//
// A channel sends items as well (channel-input.ts), and its two directions end apart:
//
//   open | ending --(all has come | output cancelled), it still sends--> sending --(all sent | not wanted)--> ended

import { type PermitOutcome, type SluiceError, TimeoutError } from "@sluice/core";
import type { Codec } from "../../payload/codec.js";
import type { Interaction, OpenOptions, SessionEvent, Turn } from "../../protocol/session/session-api.js";
import { type EncodedItems, encodedLength, encodeItems, type ItemsEvent } from "../connection/bodies.js";
import type { Connection } from "../connection/connection.js";
import type { StreamEnd } from "../connection/connection-parts.js";
import { failureOf, lostRequest, RemoteError } from "../failure/failure.js";
import { itemTooLarge, sendLoneItem } from "../connection/lone-item.js";
import { errorTable, type StreamFailure, streamFailure } from "../../protocol/protocol-error.js";
import { type Ambient, LONGEST_TIMER_MS } from "../connection/runtime.js";
import type { Streamable } from "../contract/route.js";
import { ChannelInput, type ChannelSide } from "./channel-input.js";
import { encodeMetadata } from "../connection/metadata.js";
import { AmbientEnd } from "./ambient-end.js";
import { isTransient, Repeats, spent } from "./repeats.js";
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
  /** It may run twice. */
  readonly isIdempotent: boolean;
  /** What a client sends is checked where it arrives. */
  readonly checkedOutput: undefined;
  /** Whose request is being handled, where the runtime can tell. */
  readonly ambient: Ambient | undefined;
}

/** When a request must have ended, on the client's clock, and how to call that off. */
interface Deadline {
  readonly at: number;
  readonly cancel: () => void;
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
  /** The input, for as long as the request may be opened again; `NOT_KEPT`: it may not, it is too large. */
  private inputAgain: EncodedItems | ChannelInput | typeof NOT_KEPT | undefined = undefined;
  /** Its openings behind the first. */
  private repeats: Repeats | undefined = undefined;
  private deadline: Deadline | undefined = undefined;

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
    const { opener, method } = this.route;
    opener.began();
    this.state = "waiting";
    const closed = opener.closed(method);
    if (closed !== undefined) {
      this.abandon(closed);
      return;
    }
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
      const cancel = opener.after(deadlineMs, () => this.abandon(this.timeout(deadlineMs)));
      this.deadline = { at: opener.now() + deadlineMs, cancel };
    }
    opener.open(this);
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
    const { deadline } = this;
    if (deadline === undefined) return options;
    // At least 1: a deadline of 0 on the wire would say that there is none left to start with.
    return { ...options, deadlineMs: Math.max(1, Math.ceil(deadline.at - this.route.opener.now())) };
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
    this.abandon(this.repeats?.hasRun === true ? this.lost(false, error) : error);
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
    const { isIdempotent } = this.route;
    const mayRepeat = rejected ? failure.notStarted : isIdempotent && isTransient(failure);
    const refused =
      mayRepeat && !failure.doNotRetry ? this.tryAgain(failure.retryAfterMs ?? 0, !rejected) : "";
    if (refused === undefined) return;
    this.stopInput();
    this.failedElsewhere(new RemoteError(refused === "" ? failure : spent(failure, refused)));
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
      // Within the budget already: it waits for a connection, and these ask it.
      this.repeats?.goOn(undefined, true);
      this.openAgain(0);
      return;
    }
    if (this.route.isIdempotent && this.tryAgain(0, true) === undefined) return;
    this.stopInput();
    this.failedElsewhere(this.lost(neverSent, error));
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
    this.release("failure");
    this.fail(error);
  }

  /** The peer has ended it, and items of it wait here: there is no deadline any more, but still a signal. */
  protected endedByPeer(): void {
    this.state = "ending";
    if (!this.isSending()) this.deadline?.cancel();
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
    this.release("ignored");
  }

  /** Lets go of everything that outlives it: stream, timer, signal, permit. */
  protected release(outcome: PermitOutcome = "success"): void {
    const { state } = this;
    if (state === "ended") return;
    if (this.isOpened()) this.connection?.detach(this.streamId);
    this.state = "ended";
    this.stopInput();
    this.value = undefined;
    this.input = undefined;
    this.inputAgain = undefined;
    this.deadline?.cancel();
    this.repeats?.end(outcome);
    this.options.signal?.removeEventListener("abort", this);
    if (state !== "idle") this.route.opener.ended();
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
    const { restarts, opener } = this.route;
    return restarts > 0 && this.noteRepeat().tries < restarts && opener.mayWait();
  }

  /** What is known of its openings, with the items that have come until now. */
  private noteRepeat(): Repeats {
    this.repeats ??= new Repeats();
    this.repeats.note(this.delivered());
    return this.repeats;
  }

  /**
   * Opens it again after `askedMs` and a back-off, if that is safe, in time, and within the budget: then undefined, and
   * otherwise what there was not enough of; "" when that is no matter of how often.
   */
  private tryAgain(askedMs: number, mayHaveRun: boolean): string | undefined {
    const { route } = this;
    const { opener, restarts } = route;
    if (!this.isWhole() || !opener.mayRepeat()) return "";
    const { retries = RETRIES, criticality } = this.options;
    const most = restarts > 0 ? restarts : retries;
    if (most === 0) return "";
    const repeats = this.noteRepeat();
    if (repeats.tries >= most) return `after ${repeats.tries + 1} tries`;
    const delayMs = Math.min(askedMs + opener.backoffMs(repeats.tries + 1), LONGEST_TIMER_MS);
    if (this.deadline !== undefined && opener.now() + delayMs >= this.deadline.at) return "";
    const answer = opener.retries.ask(criticality);
    if (!answer.granted) return `not tried again: ${answer.reason}`;
    this.connection?.detach(this.streamId);
    repeats.goOn(answer, mayHaveRun);
    this.openAgain(delayMs);
    return undefined;
  }

  private lost(notStarted: boolean, error: SluiceError): SluiceError {
    const tries = this.repeats?.tries ?? 0;
    return lostRequest(this.route.method, notStarted, this.delivered(), tries, error);
  }

  /** Whether it may be opened on the next connection, because it was surely not begun on this one. */
  private mayMove(): boolean {
    const repeats = this.noteRepeat();
    repeats.moves += 1;
    return repeats.moves <= MAX_MOVES && this.isWhole() && this.route.opener.mayWait();
  }

  /** Whether all of its input is here, to be sent again. */
  private isWhole(): boolean {
    const { input } = this;
    return input instanceof ChannelInput ? input.outgoing.isUntouched() : this.inputAgain !== NOT_KEPT;
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
    const isKept = this.route.restarts > 0 || encodedLength(input) <= KEPT_BYTES;
    this.inputAgain = isKept ? input : NOT_KEPT;
  }

  private openAgain(delayMs: number): void {
    this.connection = undefined;
    this.state = "waiting";
    this.input = this.inputAgain === NOT_KEPT ? undefined : this.inputAgain;
    this.onRestart();
    const { opener } = this.route;
    if (delayMs === 0) opener.open(this);
    else if (this.repeats !== undefined)
      this.repeats.cancelWait = opener.after(delayMs, () => opener.open(this));
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

/** Instead of an input that was larger. */
const NOT_KEPT = "not kept";

/** As often a request that may be repeated is, by default. gRPC A6 allows 4 besides the first. */
const RETRIES = 4;

const CANCELLED: StreamFailure = streamFailure("CANCELLED", "The client has given it up");
