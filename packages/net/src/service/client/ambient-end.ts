// A stream that was opened while a request was handled: what it hears of its connection, it hears on behalf of that
// request. Otherwise what a handler does with an item, such as to ask somebody else, would be on nobody's behalf.

import type { SluiceError } from "@sluice/core";
import type { Turn } from "../../protocol/session/session-api.js";
import type { ItemsEvent } from "../connection/bodies.js";
import type { EventOf, StreamEnd } from "../connection/connection-parts.js";
import type { Ambient } from "../connection/runtime.js";
import type { StreamSnapshot } from "../connection/snapshot.js";
import type { HandlerContext } from "../contract/handler-context.js";

/** Passes on everything, on behalf of `context`. */
export class AmbientEnd implements StreamEnd {
  private readonly end: StreamEnd;
  private readonly ambient: Ambient;
  private readonly context: HandlerContext;

  constructor(end: StreamEnd, ambient: Ambient, context: HandlerContext) {
    this.end = end;
    this.ambient = ambient;
    this.context = context;
  }

  onTurn(turn: Turn): "more" | "idle" {
    return this.ambient.run(this.context, (end, given) => end.onTurn(given), this.end, turn);
  }

  onItems(event: ItemsEvent): void {
    this.ambient.run(this.context, (end, given) => end.onItems(given), this.end, event);
  }

  onCompleted(): void {
    this.ambient.run(this.context, (end) => end.onCompleted(), this.end, undefined);
  }

  onFailed(event: EventOf<"failed">): void {
    this.ambient.run(this.context, (end, given) => end.onFailed(given), this.end, event);
  }

  onCancelled(): void {
    this.ambient.run(this.context, (end) => end.onCancelled(), this.end, undefined);
  }

  onCredit(): void {
    this.end.onCredit();
  }

  onRank(event: EventOf<"urgency">): void {
    this.end.onRank(event);
  }

  onClosed(error: SluiceError, neverSent: boolean): void {
    const closed = (end: StreamEnd): void => end.onClosed(error, neverSent);
    this.ambient.run(this.context, closed, this.end, undefined);
  }

  snapshot(): Pick<StreamSnapshot, "method" | "interaction" | "produced"> {
    return this.end.snapshot();
  }
}
