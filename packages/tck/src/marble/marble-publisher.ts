// A publisher that follows a line: its items and its end are sent at their frame, or as soon after as they are asked
// for (§1.1); the requests and the cancel on its line are what the test expects of who subscribes.

import type { Publisher, Subscriber } from "@sluice/core";
import type { MarbleValues, Recorder } from "./recorder.js";
import type { Frame, Token } from "./tokens.js";

/** A line as a publisher of one subscription; a second subscriber is failed after its `onSubscribe` (§1.9). */
export class MarblePublisher<T> implements Publisher<T> {
  readonly wanted: readonly Frame[];
  readonly seen: Recorder;
  private readonly values: MarbleValues;
  private readonly error: unknown;
  private subscriber: Subscriber<T> | undefined;
  /** Its time has come, and it was not asked for yet. Bounded by the length of the line. */
  private readonly ready: Token[] = [];
  private demand = 0;
  private isSending = false;
  private ended = false;

  constructor(wanted: readonly Frame[], values: MarbleValues, error: unknown, recorder: Recorder) {
    this.wanted = wanted;
    this.values = values;
    this.error = error;
    this.seen = recorder;
  }

  subscribe(subscriber: Subscriber<T>): void {
    if (subscriber == null) throw new TypeError("Cannot subscribe without a subscriber (§1.9)");
    if (this.subscriber !== undefined) {
      subscriber.onSubscribe({ request: () => {}, cancel: () => {} });
      subscriber.onError(new Error("Cannot subscribe twice to one line of marbles: draw another"));
      return;
    }
    this.subscriber = subscriber;
    subscriber.onSubscribe({
      request: (n) => {
        if (this.ended) return;
        this.seen.note({ kind: "request", n });
        this.demand += n >= 1 ? n : 0; // what is no demand shows on the line
        this.send();
      },
      cancel: () => {
        if (this.ended) return;
        this.seen.note({ kind: "cancel" });
        this.end();
      },
    });
  }

  /** The frame's time has come. */
  play(frame: Frame): void {
    for (const token of frame.tokens) {
      if (token.kind !== "request" && token.kind !== "cancel") this.ready.push(token);
    }
    this.send();
  }

  private send(): void {
    if (this.isSending || this.subscriber === undefined) return;
    this.isSending = true; // a request inside onNext comes back here: the loop goes on, the stack does not grow
    let sent = 0;
    for (let token = this.ready[sent]; token !== undefined && !this.ended; token = this.ready[sent]) {
      if (token.kind === "item") {
        if (this.demand < 1) break;
        this.demand--;
        this.seen.note(token);
        const { mark } = token;
        this.subscriber.onNext((Object.hasOwn(this.values, mark) ? this.values[mark] : mark) as T);
      } else {
        this.seen.note(token);
        const { subscriber } = this;
        this.end();
        if (token.kind === "complete") subscriber.onComplete();
        else subscriber.onError(this.error);
      }
      sent++;
    }
    this.ready.splice(0, sent);
    this.isSending = false;
  }

  private end(): void {
    this.ended = true;
  }
}
