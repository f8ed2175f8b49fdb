// Says no to an upgrade in HTTP, before there is a WebSocket: the reason in a header, which our client shows, and in the
// body, which people see. What stands in a reason may come from the peer or from a hook, so it is cleaned and cut.

import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

/** The status and the reason of a refusal. */
export interface HttpRefusal {
  readonly status: 400 | 401 | 403 | 404 | 405 | 426 | 500 | 503;
  readonly reason: string;
  /** Milliseconds until asking again makes sense, for 503; undefined: nobody can say. */
  readonly retryAfterMs?: number | undefined;
}

/** Header in which the reason travels. */
export const REASON_HEADER = "x-sluice-reason";

/** Answers with `refusal` and ends the socket. It must not have been written to. */
export function refuse(socket: Duplex, refusal: HttpRefusal): void {
  const { status } = refusal;
  const reason = refusal.reason.slice(0, MAX_REASON);
  const body = `${reason}\n`;
  const headers = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "connection: close",
    "content-type: text/plain; charset=utf-8",
    `content-length: ${Buffer.byteLength(body)}`,
    `${REASON_HEADER}: ${headerText(reason)}`,
    ...(status === 426 ? ["upgrade: websocket", "sec-websocket-version: 13"] : []),
    ...(refusal.retryAfterMs === undefined ? [] : [`retry-after: ${wholeSeconds(refusal.retryAfterMs)}`]),
  ];
  socket.on("error", () => socket.destroy());
  // An upgraded socket has no time limit any more, and half of it would stay open for as long as the peer likes.
  socket.once("finish", () => socket.destroy());
  socket.end(`${headers.join("\r\n")}\r\n\r\n${body}`);
}

/** A text that may stand in a header: printable ASCII; what else there is becomes "?". */
export function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?");
}

/** Retry-After counts in seconds (RFC 9110 §10.2.3); rounded up, because asking too early is a wasted try. */
function wholeSeconds(ms: number): number {
  return ms > 0 ? Math.min(Math.ceil(ms / 1000), MAX_RETRY_SECONDS) : 0;
}

/** In characters: some lines for people, and far below the 16 KiB that Node takes as headers. */
const MAX_REASON = 500;

/** A day; and no exponent in the header, whatever a gate says. */
const MAX_RETRY_SECONDS = 86_400;
