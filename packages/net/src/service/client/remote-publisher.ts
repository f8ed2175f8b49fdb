// A stream of the server as a Flow of the client: what is requested here becomes CREDIT there.
//
//   downstream --request(n)--> RemoteStream --grantItems(total)--> session --CREDIT--> server
//   downstream <----next------ RemoteStream <------ batch -------- session <--ITEMS--- server
//
// That is the window "demand". There is no buffer here: the session lets in only what was granted, and granted is only
// what was requested, so a batch is decoded and handed on in the turn in which it came. With any other window, "auto" by
// default, a stream is asked ahead of that, and what came early waits in windowed-stream.ts.

import type { Flow, Subscription } from "@sluice/core";
import {
  addDemand,
  flowFrom,
  NOBODY,
  type StageSubscriber,
  signalTerminal,
  type Terminal,
  UNBOUNDED,
} from "@sluice/core/kit";
import { decodeItems, type ItemsEvent } from "../connection/bodies.js";
import { ClientRequest, type Route } from "./client-request.js";
import type { RequestOptions } from "./request-options.js";
import { streamWindow } from "./stream-window.js";
import { WindowedStream } from "./windowed-stream.js";

/**
 * A flow of the items that the server sends for one request; each subscription opens a stream of its own.
 *
 * *Demand:* passed on over the wire, and so many items ahead of it as the window says; the stream is opened at once.
 * With the window "demand" it is opened by the first request, which travels with it, and items that a filter below
 * drops are granted again. *Buffers:* what the window let in; nothing with "demand". *Errors:* after the items before them: `RemoteError`, `TimeoutError`,
 * `PayloadError`, `CONNECTION_LOST`. *Cancel:* ends the stream at the server.
 */
export function remotePublisher<T>(
  route: Route,
  input: unknown,
  options: RequestOptions,
  window: number | "auto" | "demand",
): Flow<T> {
  if (window !== "demand") {
    return flowFrom<T>((downstream) => {
      const rule = streamWindow(window, route.opener.now());
      new WindowedStream<T>(route, input, options, rule, downstream).start();
    });
  }
  return flowFrom<T>((downstream) =>
    downstream.onSubscribe(new RemoteStream<T>(route, input, options, downstream)),
  );
}

class RemoteStream<T> extends ClientRequest implements Subscription {
  private downstream: StageSubscriber<T>;
  /** Total requested, with what was dropped below added again. */
  private demand = 0;
  /** Items handed on. */
  private taken = 0;
  /** Of these, how many came before it was opened the last time: the session counts from there. */
  private base = 0;
  private isDelivering = false;
  /** The end, when it comes from within `next`: signals are serial (§1.3). */
  private terminal: Terminal | undefined = undefined;

  constructor(route: Route, input: unknown, options: RequestOptions, downstream: StageSubscriber<T>) {
    super(route, input, options);
    this.downstream = downstream;
  }

  override onItems(event: ItemsEvent): void {
    let items: unknown[];
    try {
      items = decodeItems(this.route.codec, event);
    } catch (error) {
      this.abandon(error);
      return;
    }
    const { downstream, connection } = this;
    let dropped = 0;
    this.isDelivering = true;
    // Whoever takes an item may end the stream; the connection may too, and the rest comes again over another one.
    for (let i = 0; i < items.length && this.connection === connection && this.state === "open"; i += 1) {
      this.taken += 1;
      if (!downstream.next(items[i] as T)) dropped += 1;
    }
    this.isDelivering = false;
    if (this.terminal !== undefined) this.settle(this.terminal);
    if (this.state === "ended") return;
    if (this.connection === connection) this.connection?.session.consumed(this.streamId, items.length);
    if (dropped > 0) this.request(dropped);
    else this.connection?.wake();
  }

  override onCompleted(): void {
    this.outputOver();
    this.settle({ kind: "complete" });
  }

  protected override fail(error: unknown): void {
    const terminal: Terminal = { kind: "error", error };
    if (this.isDelivering) this.terminal = terminal;
    else this.settle(terminal);
  }

  protected override demandAtOpen(): number {
    return this.demandFromBase();
  }

  protected override delivered(): number {
    return this.taken;
  }

  protected override onRestart(): void {
    this.base = this.taken;
  }

  request(n: number): void {
    if (this.state === "ended") return;
    this.demand = addDemand(this.demand, n);
    if (this.state === "idle") this.begin();
    else if (this.state === "open") {
      this.connection?.session.grantItems(this.streamId, this.demandFromBase());
      this.connection?.wake();
    }
  }

  cancel(): void {
    this.downstream = NOBODY;
    this.terminal = undefined;
    if (this.state !== "ended") this.cancelOutput();
  }

  private demandFromBase(): number {
    return this.demand === UNBOUNDED ? UNBOUNDED : this.demand - this.base;
  }

  private settle(terminal: Terminal): void {
    const { downstream } = this;
    this.downstream = NOBODY;
    this.terminal = undefined;
    signalTerminal(downstream, terminal);
  }
}
