// Who may come in, asked at the upgrade: what both a port of one's own and an attached server can be told.

import type { IncomingMessage } from "node:http";
import type { Origins } from "./origins.js";
import type { WsRequest } from "./upgrade-request.js";

/** What is asked at each upgrade. */
export interface UpgradeOptions {
  /**
   * Web pages that may connect: origins as browsers send them (`"https://example.org"`), or a function that answers
   * `true` for one that may. Default: none but those served from the same host and port; a browser lets every page open a
   * WebSocket to everywhere (protocol.md H24). Programs, which send no Origin, are not concerned.
   */
  readonly origins?: Origins;
  /**
   * Says at the upgrade, before there is a socket, whether a client may connect; default: everybody may. What it
   * returns is `request.authorized` of `authenticate`; a string is the principal where there is no `authenticate`. It
   * throws, rejects or answers `false` for who may not, and the client hears HTTP 401; 403 or 503 for a `SluiceError`
   * with the code `FORBIDDEN` or `OVERLOADED` (its `retryAfterMs` becomes Retry-After). What else it throws is HTTP 500
   * and goes to `onConnectionError`. It has `limits.handshakeMs`, default 5,000.
   */
  readonly authorizeUpgrade?: AuthorizeUpgrade;
  /**
   * How many proxies of yours stand before this server, each of which appends to X-Forwarded-For whom it was asked by.
   * Default 0: the header is anybody's word, and `request.address` is that of the socket. With 1 or more the server
   * must not be reachable but through them.
   */
  readonly trustProxy?: number;
}

/** Whether a client may connect, by its upgrade request; see `UpgradeOptions.authorizeUpgrade`. */
export type AuthorizeUpgrade = (request: UpgradeRequest) => unknown;

/** An upgrade request that waits for its answer. */
export interface UpgradeRequest extends WsRequest {
  /** Node's own request, for middleware that takes one (sessions) and for certificates of clients. */
  readonly raw: IncomingMessage;
  /** Aborts when nobody waits for the answer any more: too late, client gone, server closed. */
  readonly signal: AbortSignal;
}
