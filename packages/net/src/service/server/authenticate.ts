// Who a client is, found out by the server's own hook before anything of the client's is done.

import { SluiceError } from "@sluice/core";
import { type ErrorName, type errorTable, ProtocolError } from "../../protocol/protocol-error.js";

/** How a client came in. */
export interface ConnectRequest {
  /** Web page that it comes from, when it is a browser; already checked against `origins`. */
  readonly origin?: string | undefined;
  /** Headers of the upgrade request, names in lower case; empty for transports without any. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Network address that it comes from, when there is one; behind proxies see `trustProxy`. */
  readonly address?: string | undefined;
  /** Path and query of the upgrade request, such as "/sluice?room=7". */
  readonly url?: string | undefined;
  /** What `authorizeUpgrade` said of it. */
  readonly authorized?: unknown;
}

/**
 * Says who a client is, by the bytes of its `auth` option and how it came in: a name that handlers get as
 * `context.principal`, and to which a session is bound. Throws, or rejects, for who is not to be let in; a
 * `SluiceError` with the code `FORBIDDEN` or `OVERLOADED` says so, anything else is `UNAUTHENTICATED`.
 */
export type Authenticate = (auth: Uint8Array, request: ConnectRequest) => string | PromiseLike<string>;

/** The request of a transport of which nothing is known. */
export const UNKNOWN_REQUEST: ConnectRequest = { headers: {} };

/** The error of the connection for what the hook threw. A stack never leaves; the message does, when it is a `SluiceError`'s. */
export function refused(thrown: unknown): ProtocolError {
  const known = thrown instanceof SluiceError;
  const code = known && CODES.has(thrown.code) ? (thrown.code as ErrorName) : "UNAUTHENTICATED";
  const why = known ? thrown.message : "the server does not know who asks";
  return new ProtocolError(code, `Cannot let this client in: ${why}`, "§2.1", "peer");
}

/** What a connection may be refused with, beside the codes of connections. */
const CODES: ReadonlySet<string> = new Set([
  "UNAUTHENTICATED",
  "FORBIDDEN",
  "OVERLOADED",
] satisfies (keyof typeof errorTable)[]);
