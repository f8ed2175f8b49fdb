// A flow as the body of a request or a response.

import { type Flow, type InboxOptions, map, toWebStream } from "@sluice/core";
import { checkOptions, requireFlow } from "@sluice/core/kit";
import { bytesOf } from "../stream/bytes-of.js";

/**
 * A stream for `new Response(..)` and for `fetch(url, { method: "POST", duplex: "half", body: .. })`: texts go as UTF-8,
 * bytes as they are, without a copy. Whoever takes the body asks for it: a slow peer slows the flow.
 *
 * *Demand:* `prefetch` items (default 16) when the body is first read, then as many again whenever three quarters have
 * been. *Buffers:* `prefetch` items. *Errors:* the body fails with the flow's, and with a `TypeError` for an item that is
 * neither text nor bytes: the peer sees a body that was cut off. *Cancel:* the peer's, or the signal's, cancels the flow.
 *
 * @example
 * ```ts
 * import { map, range } from "@sluice/core";
 * import { toBody } from "@sluice/web";
 * const rows = range(1, 3).pipe(map((n) => `row ${n};`));
 * console.log(await new Response(toBody(rows)).text()); // prints row 1;row 2;row 3;
 * ```
 */
export function toBody(
  flow: Flow<string | ArrayBufferView | ArrayBuffer>,
  options?: InboxOptions,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  checkOptions("toBody", options);
  const encoder = new TextEncoder();
  const bytes = requireFlow(flow, "toBody").pipe(
    map((item) => (typeof item === "string" ? encoder.encode(item) : bytesOf(item, "toBody"))),
  );
  // The platform's types want memory that is not shared; other memory it refuses itself.
  return toWebStream(bytes as Flow<Uint8Array<ArrayBuffer>>, { prefetch: 16, ...options });
}
