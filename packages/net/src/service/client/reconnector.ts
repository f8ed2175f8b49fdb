// The connections of a client, one after the other. Streams and calls do not know of it: they wait in the opener's
// line while there is no connection, and one that was lost tells them so (client-request.ts).
//
//   connecting ──ready──► open ──lost | GOAWAY──► reconnecting ──ready──► open
//       │                  │                          │
//       │ failed           │ close()                  │ close(), refused for good, given up
//       ▼                  ▼                          ▼
//   ┌──────────────────────────────────────────────────────┐
//   │                        closed                        │
//   └──────────────────────────────────────────────────────┘
//
// A connection that was lost and can be resumed is kept meanwhile: whoever reconnects asks for it, and it either goes on
// over the new link, with everything that runs on it, or is lost for good and not asked for again (protocol.md §10).
// A lazy client has one more place to be, idle: it begins there, comes back when nobody waits for a connection that was
// lost, or when nothing has run for idleMs, and leaves it with the next request.
//
//   idle ──a request──► connecting       connecting, reconnecting ──nobody waits──► idle ◄──idleMs── open
//
// Without a policy the client ends with its first connection. After a GOAWAY the old connection goes on beside the
// new one until its streams have ended or the server cuts it (protocol.md §7.2).

import { type Permit, type PermitOutcome, SluiceError } from "@sluice/core";
import { backoffMs } from "@sluice/core/kit";
import type { ResumeRequest, SessionOptions } from "../../protocol/session/session-api.js";
import { CLOSE_GOING_AWAY, type Transport } from "../../transport/transport.js";
import type { Addresses } from "./addresses.js";
import { ClientLine, type LineOwner } from "./client-line.js";
import { type ClientState, ClientStates } from "./client-states.js";
import type { EventOf } from "../connection/connection-parts.js";
import { connectFailure } from "../failure/failure.js";
import { askedToWaitMs, isFinal, type ReconnectPolicy } from "./reconnect-options.js";
import { LONGEST_TIMER_MS, type Runtime, randomOf } from "../connection/runtime.js";
import type { ConnectionSnapshot } from "../connection/snapshot.js";
import { IdleWatch } from "./idle-watch.js";
import type { Retries } from "./retries.js";
import { type OpenerOwner, StreamOpener } from "./stream-opener.js";

/** Opens a transport to an address; aborted when nobody wants it any more. */
export type Dial = (address: string, signal: AbortSignal) => PromiseLike<Transport>;

/** What a client's connections are made of. */
export interface ReconnectorParts {
  readonly runtime: Runtime;
  readonly dial: Dial;
  readonly addresses: Addresses;
  /** Undefined: the client ends with its first connection. */
  readonly policy: ReconnectPolicy | undefined;
  /** Connects with the first request, and not before. */
  readonly isLazy: boolean;
  /** Milliseconds without a request after which a lazy client gives its connection up; undefined: never. */
  readonly idleMs: number | undefined;
  /** Asked before each attempt but the first. */
  readonly retries: Retries;
  /** Asked for each connection. */
  readonly sessionOptions: () => SessionOptions | PromiseLike<SessionOptions>;
  readonly onState: (state: ClientState) => void;
}

/** One try to connect: dialling, or waiting for HELLO. */
interface Attempt {
  readonly controller: AbortController;
  line: ClientLine | undefined;
  /** Undefined: it is a first one. */
  readonly permit: Permit | undefined;
}

/** Keeps a client connected. *Buffers:* at most 4 connections that end after a GOAWAY, beside the one in use. */
export class Reconnector implements LineOwner, OpenerOwner {
  readonly states: ClientStates;
  readonly opener: StreamOpener;
  /** With the error that ended the client, undefined for one that was closed as wished. Never rejects. */
  readonly closed: Promise<SluiceError | undefined>;
  /** The first connection is ready; rejects when there will be none. */
  readonly opened: Promise<void>;
  private readonly parts: ReconnectorParts;
  private readonly idleWatch: IdleWatch | undefined;
  private state: Exclude<ClientState, "closing"> = "connecting";
  /** All connections that are not gone, the oldest first. */
  private readonly lines = new Set<ClientLine>();
  private current: ClientLine | undefined = undefined;
  /** The one that lost its transport and waits for another. */
  private suspended: ClientLine | undefined = undefined;
  private attempt: Attempt | undefined = undefined;
  private cancelWait: () => void = nothing;
  private cancelDrain: () => void = nothing;
  /** Attempts that failed since the last connection. */
  private failures = 0;
  private downSince = 0;
  /** The next attempt repeats none: it is the first, or the last connection was given up for want of use. */
  private isFresh = true;
  /** A lazy client that has had a failure does not connect again before. */
  private restUntil = 0;
  /** There has been no connection, and whoever waits for `opened` is told of a failure. */
  private isFirst: boolean;
  private isClosing = false;
  private error: SluiceError | undefined = undefined;
  private settleClosed: (error: SluiceError | undefined) => void = nothing;
  private resolveOpened: () => void = nothing;
  private rejectOpened: (error: unknown) => void = nothing;

  constructor(parts: ReconnectorParts) {
    const { isLazy, idleMs, runtime } = parts;
    this.parts = parts;
    this.isFirst = !isLazy;
    if (isLazy) this.state = "idle";
    this.states = new ClientStates(this.state, parts.onState);
    this.opener = new StreamOpener(runtime, this, parts.retries);
    const isUsed = (): boolean => this.opener.running > 0;
    this.idleWatch =
      idleMs === undefined ? undefined : new IdleWatch(runtime, idleMs, isUsed, () => this.onIdle());
    this.closed = new Promise((resolve) => {
      this.settleClosed = resolve;
    });
    this.opened = new Promise((resolve, reject) => {
      this.resolveOpened = resolve;
      this.rejectOpened = reject;
    });
  }

  /** Makes the first attempt, at each address once; a lazy one waits for a request. */
  start(): void {
    this.downSince = this.parts.runtime.clock.now();
    if (this.parts.isLazy) this.resolveOpened();
    else this.begin(undefined);
  }

  /** Takes nothing new, lets what runs end for `drainMs`, then ends all connections; what still runs is lost. */
  close(drainMs = 0, reason?: unknown): Promise<void> {
    this.opener.close();
    const cut = (): void => {
      const error = new SluiceError(
        "CONNECTION_LOST",
        "The connection was closed on this side; connect again to go on",
      );
      this.finish(undefined, error, reason ?? error);
    };
    if (drainMs === 0 || this.opener.running === 0) {
      cut();
    } else if (!this.isClosing && this.state !== "closed") {
      this.isClosing = true;
      this.states.enter("closing");
      this.cancelDrain = this.parts.runtime.clock.schedule(drainMs, cut);
    }
    return this.closed.then(() => {});
  }

  snapshot(): ConnectionSnapshot {
    const all = [...this.lines].map((line) => line.connection.snapshot());
    return {
      roundTripMs: this.current?.connection.session.roundTripMs,
      replayBytes: all.reduce((sum, { replayBytes }) => sum + replayBytes, 0),
      streams: all.flatMap(({ streams }) => streams),
    };
  }

  onLineReady(line: ClientLine): void {
    if (this.attempt?.line !== line) return;
    this.endAttempt("success");
    this.goOn(line);
  }

  mayLineSuspend(line: ClientLine): boolean {
    // After a GOAWAY nobody takes it up again, and after close() nobody wants it.
    return line === this.current;
  }

  onLineSuspended(line: ClientLine): void {
    if (line !== this.current || this.parts.policy === undefined) {
      line.connection.abandon("nobody waits for it");
      return;
    }
    if (this.mayRest()) {
      this.rest(undefined);
      line.connection.abandon("nothing runs on it");
      return;
    }
    this.suspended = line;
    this.goDown();
    this.retry(this.parts.policy, undefined);
  }

  onLineResume(line: ClientLine, request: ResumeRequest): void {
    if (this.attempt?.line !== line) return;
    this.endAttempt("success");
    this.lines.delete(line);
    const old = this.suspended;
    this.suspended = undefined;
    const link = line.connection.handOver();
    if (old === undefined || link === undefined) {
      // Its time was over while the server agreed: there is nothing that could go on.
      link?.fence(CLOSE_GOING_AWAY, "The session is over");
      this.onFailed(new SluiceError("SESSION_LOST", "The session ended before it could be resumed"));
      return;
    }
    old.address = line.address;
    this.current = old;
    const answer = old.connection.resume(request);
    // Whatever it is: a session that cannot go on tells the server so over this link, and ends.
    old.connection.adopt(link);
    if (answer === "resumed" && this.current === old) this.goOn(old);
  }

  onLineResumeRefused(line: ClientLine, message: string): void {
    const old = this.suspended;
    if (this.attempt?.line !== line || old === undefined) return;
    this.suspended = undefined;
    old.connection.abandon(`the server refused: ${message}`);
  }

  onLineSlots(line: ClientLine): void {
    if (line === this.current) this.opener.onSlots();
  }

  onLineGoaway(line: ClientLine, { goaway }: EventOf<"goaway">): void {
    if (line !== this.current) return;
    const { policy, runtime } = this.parts;
    if (policy === undefined) {
      // Nobody waits for a slot that will not come: who is in line is refused by name.
      this.opener.onSlots();
      return;
    }
    const spread =
      goaway.spreadMs > 0
        ? randomOf(runtime) * goaway.spreadMs
        : backoffMs(policy.backoff, 1, 0, randomOf(runtime));
    this.leave(Math.min(goaway.reconnectAfterMs + spread, LONGEST_TIMER_MS));
  }

  onLineEnd(line: ClientLine, error: SluiceError | undefined): void {
    if (line === this.attempt?.line) {
      this.endAttempt("failure");
      const reason = error ?? new SluiceError("CONNECT_FAILED", "The server closed the connection at once");
      this.onFailed(line.address === "" ? reason : connectFailure(line.address, reason));
    } else if (line === this.current) {
      this.onLost(error);
    } else if (line === this.suspended) {
      this.suspended = undefined;
    }
  }

  onLineGone(line: ClientLine): void {
    this.lines.delete(line);
    this.settleWhenGone();
  }

  mayWait(): boolean {
    return this.parts.policy !== undefined && this.state !== "closed";
  }

  /** The connection in use opens no more streams: its ids are used up, or a GOAWAY is about to be heard. */
  onSpent(): void {
    if (this.current !== undefined) this.leave(0);
  }

  /** A lazy client connects when it is asked for something. */
  onWanted(): void {
    if (this.state !== "idle") return;
    const now = this.parts.runtime.clock.now();
    this.downSince = now;
    this.enter("connecting");
    if (this.isFresh) this.begin(undefined);
    else this.wait(Math.max(0, this.restUntil - now), undefined);
  }

  onUnused(): void {
    // Not in the midst of what ended the last one.
    if (this.isClosing) this.parts.runtime.defer(() => void this.close());
    else if (this.state === "open") this.idleWatch?.rest();
  }

  private onIdle(): void {
    const { current } = this;
    if (this.state !== "open" || current === undefined) return;
    this.current = undefined;
    this.opener.use(undefined);
    this.parts.addresses.release();
    this.isFresh = true;
    this.enter("idle");
    current.connection.close();
  }

  /** Whether a lazy client has nobody who waits for a connection. */
  private mayRest(): boolean {
    return this.parts.isLazy && !this.isClosing && this.opener.running === 0;
  }

  /** Does without a connection until somebody wants one, but no sooner than it would have been tried again. */
  private rest(error: unknown): void {
    const { policy, runtime } = this.parts;
    this.current = undefined;
    this.opener.use(undefined);
    this.restUntil = runtime.clock.now() + (policy === undefined ? 0 : this.pauseMs(policy, error));
    this.enter("idle");
  }

  private begin(permit: Permit | undefined): void {
    const attempt: Attempt = { controller: new AbortController(), line: undefined, permit };
    this.attempt = attempt;
    this.isFresh = false;
    this.dialFor(attempt).catch((error: unknown) => {
      if (this.attempt !== attempt) return;
      this.endAttempt("failure");
      this.onFailed(error);
    });
  }

  private endAttempt(outcome: PermitOutcome): Attempt | undefined {
    const { attempt } = this;
    this.attempt = undefined;
    attempt?.permit?.release(outcome);
    return attempt;
  }

  private async dialFor(attempt: Attempt): Promise<void> {
    const { parts } = this;
    const resume = this.suspended?.connection.session.resumption();
    const options = { ...(await parts.sessionOptions()), ...(resume === undefined ? {} : { resume }) };
    const { runtime } = parts;
    const address = await parts.addresses.current(runtime.clock.now(), () => randomOf(runtime));
    if (this.attempt !== attempt) return;
    const transport = await parts.dial(address, attempt.controller.signal);
    if (this.attempt !== attempt) {
      transport.close(CLOSE_GOING_AWAY, "The attempt was given up");
      return;
    }
    const line = new ClientLine(transport, address, parts.runtime, this, options);
    attempt.line = line;
    this.lines.add(line);
    line.connection.start();
  }

  /** An attempt came to nothing. */
  private onFailed(error: unknown): void {
    const { policy, addresses, runtime } = this.parts;
    const now = runtime.clock.now();
    this.failures += 1;
    if (this.isFirst) {
      addresses.leave(now);
      if (this.failures < addresses.count && !isFinal(error)) this.begin(undefined);
      else this.finish(asSluiceError(error), asSluiceError(error), error);
    } else if (policy === undefined || isFinal(error)) {
      this.finish(asSluiceError(error), asSluiceError(error), error);
    } else {
      // Only the server that has the session can go on with it: it gets a chance before the others.
      if (this.suspended === undefined || this.failures >= RESUME_ATTEMPTS) addresses.leave(now);
      this.retry(policy, error);
    }
  }

  /** This is the connection in use from here on. */
  private goOn(line: ClientLine): void {
    this.failures = 0;
    this.isFirst = false;
    this.current = line;
    this.parts.addresses.worked();
    this.enter("open");
    this.resolveOpened();
    this.opener.use(line.connection);
    if (this.opener.running === 0) this.idleWatch?.rest();
  }

  /** There is no connection to use. */
  private goDown(): void {
    this.current = undefined;
    this.opener.use(undefined);
    this.downSince = this.parts.runtime.clock.now();
    this.enter("reconnecting");
  }

  /** The connection in use has ended. */
  private onLost(error: SluiceError | undefined): void {
    const reason =
      error ?? new SluiceError("CONNECTION_LOST", "The connection was closed; connect again to go on");
    const { policy } = this.parts;
    if (policy === undefined || isFinal(error)) {
      this.current = undefined;
      this.opener.use(undefined);
      this.finish(error, reason, reason);
      return;
    }
    if (this.mayRest()) {
      this.rest(reason);
      return;
    }
    this.goDown();
    this.retry(policy, reason);
  }

  private pauseMs(policy: ReconnectPolicy, error: unknown): number {
    const random = randomOf(this.parts.runtime);
    return askedToWaitMs(error) + backoffMs(policy.backoff, Math.max(1, this.failures), 0, random);
  }

  private retry(policy: ReconnectPolicy, error: unknown): void {
    this.waitWithin(policy, this.pauseMs(policy, error), error);
  }

  /** Waits, or gives up when that would take too long. */
  private waitWithin(policy: ReconnectPolicy, waitMs: number, error: unknown): void {
    const now = this.parts.runtime.clock.now();
    if (now + waitMs - this.downSince > policy.giveUpMs) {
      const given = new SluiceError(
        "CONNECT_FAILED",
        `No connection for ${Math.round(now - this.downSince)} ms, so this client gave up (giveUpMs is ${policy.giveUpMs}); see the cause, then connect again`,
        { cause: error },
      );
      this.finish(given, given, given);
      return;
    }
    this.wait(waitMs, error);
  }

  private wait(ms: number, error: unknown): void {
    const again = (): void => this.beginAgain(error);
    this.cancelWait = this.parts.runtime.clock.schedule(Math.min(ms, LONGEST_TIMER_MS), again);
  }

  /** Every attempt but the first is one of the budget; while that has none, this waits. */
  private beginAgain(error: unknown): void {
    const { policy, retries } = this.parts;
    if (policy === undefined) {
      this.begin(undefined);
    } else if (this.mayRest() && this.suspended === undefined) {
      this.enter("idle");
    } else {
      const answer = retries.ask(undefined);
      if (answer.granted) this.begin(answer);
      else this.waitWithin(policy, Math.max(1, answer.retryAfterMs ?? policy.backoff.capMs), error);
    }
  }

  /** The connection in use goes on without new streams, and another one is made after `waitMs`. */
  private leave(waitMs: number): void {
    this.parts.addresses.leave(this.parts.runtime.clock.now());
    const [oldest] = this.lines;
    if (this.lines.size > MAX_LEAVING) oldest?.connection.close();
    if (this.mayRest()) {
      this.rest(undefined);
      this.restUntil = this.parts.runtime.clock.now() + waitMs;
      return;
    }
    this.goDown();
    this.wait(waitMs, undefined);
  }

  private finish(error: SluiceError | undefined, lost: SluiceError, thrown: unknown): void {
    if (this.state === "closed") return;
    this.error = error;
    this.isClosing = false;
    this.enter("closed");
    this.cancelWait();
    this.cancelDrain();
    this.idleWatch?.stop();
    const attempt = this.endAttempt("ignored");
    this.current = undefined;
    this.suspended = undefined;
    attempt?.controller.abort(thrown);
    this.opener.onEnd(lost);
    for (const line of this.lines) line.connection.close();
    this.rejectOpened(thrown);
    this.settleWhenGone();
  }

  private settleWhenGone(): void {
    if (this.state === "closed" && this.lines.size === 0) this.settleClosed(this.error);
  }

  private enter(state: Exclude<ClientState, "closing">): void {
    this.state = state;
    if (!this.isClosing) this.states.enter(state);
  }
}

/** Connections that end after a GOAWAY, at most; the oldest is cut for one more. Judgement: a rolling restart has two. */
const MAX_LEAVING = 4;

/** Attempts at the server that has the session, before the next address has its turn. Judgement: one lost, one late. */
const RESUME_ATTEMPTS = 3;

function asSluiceError(error: unknown): SluiceError {
  if (error instanceof SluiceError) return error;
  return new SluiceError("CONNECT_FAILED", `Cannot connect: ${String(error)}`, { cause: error });
}

function nothing(): void {}
