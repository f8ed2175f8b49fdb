// The promise of a pipeline that ends in one: settled once, by its end or by an abort signal, which also cancels.

import type { Subscription } from "../spec/publisher.js";

/** What a sink that returns a promise holds on to. */
export class Settlement<R> {
  readonly promise: Promise<R>;
  settled = false;
  private upstream: Subscription | undefined = undefined;
  private readonly signal: AbortSignal | undefined;
  private accept!: (result: R) => void; // both are set by the promise's executor, which runs at once
  private refuse!: (error: unknown) => void;

  constructor(signal: AbortSignal | undefined) {
    this.signal = signal;
    this.promise = new Promise<R>((accept, refuse) => {
      this.accept = accept;
      this.refuse = refuse;
    });
  }

  /** To be called in onSubscribe, before the first request. Answers whether the stream may begin. */
  begin(subscription: Subscription): boolean {
    this.upstream = subscription;
    if (this.signal?.aborted) this.handleEvent();
    else this.signal?.addEventListener("abort", this);
    return !this.settled;
  }

  resolve(result: R): void {
    if (this.end()) this.accept(result);
  }

  reject(error: unknown): void {
    if (this.end()) this.refuse(error);
  }

  /** The consumer failed: the stream is cancelled. */
  abandon(error: unknown): void {
    if (this.settled) return;
    const { upstream } = this;
    this.reject(error);
    upstream?.cancel();
  }

  /** The abort signal fired. */
  handleEvent(): void {
    this.abandon(this.signal?.reason);
  }

  private end(): boolean {
    if (this.settled) return false;
    this.settled = true;
    this.upstream = undefined;
    this.signal?.removeEventListener("abort", this);
    return true;
  }
}
