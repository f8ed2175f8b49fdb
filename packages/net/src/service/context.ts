// What a handler is told besides its input.

/** What a handler can know of the one who asked. */
export interface HandlerContext {
  /** Aborts when nobody wants the result any more: cancelled, deadline over, connection gone. */
  readonly signal: AbortSignal;
  /** Milliseconds that were left when the request arrived; undefined: no deadline. */
  readonly deadlineMs: number | undefined;
}

/** Makes the signal only for handlers that look at it: a controller costs more than a small call. */
export class RequestContext implements HandlerContext {
  readonly deadlineMs: number | undefined;
  private controller: AbortController | undefined = undefined;
  private reason: unknown = undefined;
  private isAborted = false;

  constructor(deadlineMs: number | undefined) {
    this.deadlineMs = deadlineMs;
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.isAborted) this.controller.abort(this.reason);
    }
    return this.controller.signal;
  }

  abort(reason: unknown): void {
    this.isAborted = true;
    this.reason = reason;
    this.controller?.abort(reason);
  }
}
