// Many in, many out: the server's end of a channel. What the handler returned is sent as a stream is; what the client
// sends is the handler's input. Each direction ends for itself, and the channel when both have.
//
//                       input over           output over
//             both ─────────────────► sending ──────────────► ended
//               └────► receiving ─────────────────────────────►┘
//            output over, and the handler wants its input
//
//   input over    the client has sent everything, or the handler has cancelled it, or never came for it
//   output over   what the handler returned has ended, or the client has cancelled it
//   ended at once an error of either side, the deadline, the loss of the connection, both cancelled

import { SluiceError } from "@sluice/core";
import type { Terminal } from "@sluice/core/kit";
import type { ItemsEvent } from "../connection/bodies.js";
import type { Connection } from "../connection/connection.js";
import { IncomingFlow, type IncomingOwner } from "./incoming-flow.js";
import { StreamResponder } from "./remote-subscriber.js";
import type { RequestFacts } from "./request-context.js";
import type { ServedRoute } from "./responder.js";

/** Asks the handler as soon as the channel is opened, with the flow of what the client sends. */
export class ChannelResponder extends StreamResponder implements IncomingOwner {
  private readonly incoming: IncomingFlow;
  private isOutputOver = false;
  private isOutputCancelled = false;

  constructor(connection: Connection, streamId: number, route: ServedRoute, facts: RequestFacts) {
    super(connection, streamId, route, facts);
    this.incoming = new IncomingFlow(this);
  }

  override begin(): void {
    super.begin();
    this.run(this.incoming.flow);
  }

  override onItems(event: ItemsEvent): void {
    this.incoming.onItems(event);
  }

  override onCompleted(): void {
    this.incoming.onCompleted();
  }

  /** The client wants no more items. What it sends goes on, if the handler takes it. */
  override onCancelled(): void {
    // Where what the handler returned is made of its input, this ends both.
    this.outgoing.stop();
    this.isOutputOver = true;
    this.isOutputCancelled = true;
    this.endWhenBothAreOver();
  }

  override onSourceEnd(end: Terminal): void {
    if (end.kind === "error") {
      this.fail(end.error, "handler");
      return;
    }
    this.connection.session.complete(this.streamId);
    this.connection.wake();
    this.isOutputOver = true;
    this.endWhenBothAreOver();
  }

  onBadInput(error: unknown): void {
    this.fail(error, "input");
  }

  onInputOver(): void {
    this.endWhenBothAreOver();
  }

  protected override stopWork(reason: unknown): void {
    super.stopWork(reason);
    this.incoming.abort(reason);
  }

  private endWhenBothAreOver(): void {
    if (this.ended || !this.isOutputOver || this.incoming.isWanted()) return;
    // Nobody waits for the handler any more, which may be at work still: it hears that by its signal.
    if (this.isOutputCancelled) {
      this.giveUp();
      return;
    }
    this.succeed();
    this.incoming.abort(new SluiceError("CANCELLED", `${this.route.method} has ended`));
  }
}
