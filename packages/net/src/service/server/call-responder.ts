// One in, and one out or none: the server's end of a call, and of a push.

import { isThenable } from "@sluice/core/kit";
import { type EncodedItems, encodeItems } from "../connection/bodies.js";
import { itemTooLarge, sendLoneItem } from "../connection/lone-item.js";
import { checkOutput } from "../contract/validate.js";
import { Responder } from "./responder.js";

/** The server's end of a call or push: asks the handler once, and sends what it answers. */
export class CallResponder extends Responder {
  /** The encoded answer until it is sent. */
  private answer: EncodedItems | undefined = undefined;
  private isAnswered = false;

  override onTurn(): "idle" {
    this.sendAnswer();
    return "idle";
  }

  override onCredit(): void {
    this.sendAnswer();
  }

  protected override start(input: unknown): void {
    const result = this.askHandler(input);
    if (!isThenable(result)) {
      this.settle(result);
      return;
    }
    this.waitFor(result, "handler", (output) => this.settle(output));
  }

  protected override stopWork(): void {
    this.answer = undefined;
  }

  protected override produced(): number {
    return this.isAnswered ? 1 : 0;
  }

  private settle(output: unknown): void {
    const { checkedOutput, method, codec, interaction } = this.route;
    this.isAnswered = true;
    try {
      if (checkedOutput !== undefined) checkOutput(checkedOutput, output, method);
      // A push says only that it was taken, whatever its handler answers.
      if (output !== undefined && interaction === "call") this.answer = encodeItems(codec, [output]);
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
