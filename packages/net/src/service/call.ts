// One in, one out: both ends of a call.

import { isThenable } from "@sluice/core/kit";
import { decodeItems, type EncodedItems, encodeItems, type ItemsEvent } from "./bodies.js";
import { ClientRequest, type Route } from "./client-request.js";
import type { RequestOptions } from "./request-options.js";
import { itemTooLarge, sendLoneItem } from "./lone-item.js";
import { Responder } from "./responder.js";
import { checkOutput } from "./validate.js";

/** Calls once; resolves with the output, or rejects with what ended the call. */
export function remoteCall<T>(route: Route, input: unknown, options: RequestOptions): Promise<T> {
  const call = new ClientCall<T>(route, input, options);
  return new Promise<T>((resolve, reject) => call.start(resolve, reject));
}

class ClientCall<T> extends ClientRequest {
  private resolve: (output: T) => void = nothing;
  private reject: (error: unknown) => void = nothing;
  /** What came; a call without an item answers `undefined`. */
  private output: T | undefined = undefined;

  start(resolve: (output: T) => void, reject: (error: unknown) => void): void {
    this.resolve = resolve;
    this.reject = reject;
    this.begin();
  }

  override onItems(event: ItemsEvent): void {
    try {
      this.output = decodeItems(this.route.codec, event)[0] as T;
      this.connection?.session.consumed(this.streamId, 1);
    } catch (error) {
      this.abandon(error);
    }
  }

  override onCompleted(): void {
    this.release();
    this.resolve(this.output as T);
  }

  protected override fail(error: unknown): void {
    this.reject(error);
  }

  protected override demandAtOpen(): number {
    return 1;
  }

  protected override delivered(): number {
    return 0;
  }

  /** Not of a call: it may have run. */
  protected override onRestart(): void {}
}

/** The server's end of a call: asks the handler once and sends what it answers. */
export class CallResponder extends Responder {
  /** The encoded answer until it is sent. */
  private answer: EncodedItems | undefined = undefined;

  override onTurn(): "idle" {
    this.sendAnswer();
    return "idle";
  }

  override onCredit(): void {
    this.sendAnswer();
  }

  protected override start(input: unknown): void {
    const result = this.route.handler(input, this.context);
    if (!isThenable(result)) {
      this.settle(result);
      return;
    }
    this.waitFor(result, "handler", (output) => this.settle(output));
  }

  protected override stopWork(): void {
    this.answer = undefined;
  }

  private settle(output: unknown): void {
    const { checkedOutput, method, codec } = this.route;
    this.produced = 1;
    try {
      if (checkedOutput !== undefined) checkOutput(checkedOutput, output, method);
      if (output !== undefined) this.answer = encodeItems(codec, [output]);
    } catch (error) {
      this.fail(error, "output");
      return;
    }
    if (this.answer === undefined) {
      this.connection.session.complete(this.streamId);
      this.succeed();
    } else {
      this.sendAnswer();
    }
  }

  private sendAnswer(): void {
    if (this.answer === undefined) return;
    const result = sendLoneItem(this.connection, this.streamId, this.answer);
    if (result === "too-large") this.fail(itemTooLarge(this.connection, this.answer), "output");
    else if (result === "done") this.succeed();
    else this.connection.wakeReply();
  }
}

function nothing(): void {}
