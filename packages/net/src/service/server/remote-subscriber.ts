// The server's end of a stream: what the handler returned is sent, as connection/outgoing-flow.ts says.

import { type Flow, from, type Subscription } from "@sluice/core";
import { connect, type Terminal } from "@sluice/core/kit";
import type { Turn } from "../../protocol/session/session-api.js";
import type { Connection } from "../connection/connection.js";
import { EncodedOnce } from "./encode-once.js";
import { OutgoingFlow, type OutgoingOwner } from "../connection/outgoing-flow.js";
import type { RequestFacts } from "./request-context.js";
import { Responder, type ServedRoute } from "./responder.js";
import type { SharedReader } from "./shared-reader.js";
import { type SourceWatcher, watched } from "./watched-source.js";

/** Subscribes to what the handler returned and sends it, as credit allows (`OutgoingFlow`). */
export class StreamResponder extends Responder implements OutgoingOwner, SourceWatcher {
  /** Of what was encoded once: a place in the ring of all who read it. */
  protected outgoing: OutgoingFlow | SharedReader;

  constructor(connection: Connection, streamId: number, route: ServedRoute, facts: RequestFacts) {
    super(connection, streamId, route, facts);
    this.outgoing = new OutgoingFlow(this);
  }

  override onTurn(turn: Turn): "more" | "idle" {
    return this.outgoing.onTurn(turn);
  }

  override onCredit(): void {
    this.outgoing.offer();
  }

  ask(source: Subscription, count: number): void {
    const { ambient } = this.route;
    if (ambient === undefined) source.request(count);
    else ambient.run(this.context, request, source, count);
  }

  onSourceEnd(end: Terminal): void {
    if (end.kind === "error") {
      this.fail(end.error, "handler");
    } else {
      this.connection.session.complete(this.streamId);
      this.succeed();
    }
  }

  onUnsendable(error: unknown): void {
    this.fail(error, "output");
  }

  /** The source was told to stop and goes on until `work` has settled. */
  onStopping(work: PromiseLike<unknown>): void {
    this.waitFor(work, "handler");
  }

  /** The source was told to stop and threw. */
  onLateError(error: unknown): void {
    this.report(error, "handler");
  }

  protected override start(input: unknown): void {
    const result = this.askHandler(input);
    if (!isPromise(result)) {
      this.subscribeTo(result);
      return;
    }
    this.waitFor(result, "handler", (source) => this.subscribeTo(source));
  }

  protected override stopWork(_reason: unknown): void {
    this.outgoing.stop();
  }

  protected override produced(): number {
    return this.outgoing.produced;
  }

  private subscribeTo(source: unknown): void {
    try {
      this.inContext(() => this.sendFrom(source));
    } catch (error) {
      this.fail(error, "handler");
    }
  }

  private sendFrom(source: unknown): void {
    const { outgoing } = this;
    if (!(outgoing instanceof OutgoingFlow)) return; // a handler answers once
    if (!(source instanceof EncodedOnce)) connect(this.flowOf(source), outgoing);
    else if (!outgoing.isStopped) this.outgoing = source.join(this);
  }

  private flowOf(source: unknown): Flow<unknown> {
    try {
      return from(watched(source, this));
    } catch (error) {
      const why = (error as Error).message;
      throw new TypeError(`Cannot send what the handler of ${this.route.method} returned: ${why}`);
    }
  }
}

function request(source: Subscription, count: number): void {
  source.request(count);
}

/** A promise of a source is awaited; a source that happens to have `then` as well is no promise. */
function isPromise(value: unknown): value is PromiseLike<unknown> {
  if (typeof value !== "object" || value === null) return false;
  const { then, subscribe } = value as { then?: unknown; subscribe?: unknown };
  return typeof then === "function" && typeof subscribe !== "function";
}
