// One in, and one out or none: the client's end of a call, and of a push.

import { decodeItems, type ItemsEvent } from "../connection/bodies.js";
import { ClientRequest, type Route } from "./client-request.js";
import type { RequestOptions } from "./request-options.js";

/** Calls or pushes once; resolves with the output, of a push with nothing, or rejects with what ended it. */
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
    return this.route.interaction === "push" ? 0 : 1;
  }

  protected override delivered(): number {
    return 0;
  }

  /** Not of a call: it may have run. */
  protected override onRestart(): void {
    this.output = undefined;
  }
}

function nothing(): void {}
