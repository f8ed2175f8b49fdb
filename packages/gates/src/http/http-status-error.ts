// A response that says that another attempt may help, as an error, so that `retry` can look at it.

import { SluiceError } from "@sluice/core";

/**
 * What `retryIf` and `onRetry` of `guardedFetch` see of a response of 408, 425, 429, 500, 502, 503 or 504.
 *
 * @example
 * ```ts
 * import { guardedFetch, HttpStatusError } from "@sluice/gates/http";
 * const send = guardedFetch({
 *   fetch: async () => new Response("", { status: 500 }),
 *   retry: { retryIf: (error) => !(error instanceof HttpStatusError && error.status === 500) },
 * });
 * console.log((await send("http://shop.test/")).status); // prints 500
 * ```
 */
export class HttpStatusError extends SluiceError {
  readonly status: number;
  readonly headers: Headers;
  /** What Retry-After or RateLimit asks for. */
  readonly retryAfterMs: number | undefined;

  constructor({ status, headers, url }: Response, retryAfterMs: number | undefined) {
    super("HTTP_STATUS", `${url} answered ${status}`);
    this.status = status;
    this.headers = headers;
    this.retryAfterMs = retryAfterMs;
  }
}
