// Opens a WebSocket with the `ws` package. Every way in which that can fail becomes one line that says what
// was tried, what came back, and what to look at next.

import type { IncomingMessage } from "node:http";
import type { ConnectionOptions } from "node:tls";
import { SluiceError } from "@sluice/core";
import { WebSocket } from "ws";
import { REASON_HEADER } from "./http-refusal.js";
import { MAX_MESSAGE_BYTES, SUBPROTOCOL } from "./transport.js";
import type { Transport } from "./transport.js";
import { checkTimeout, checkUrl, DEFAULT_TIMEOUT_MS } from "./ws-checks.js";
import { WS_OPTIONS, wsTransport } from "./ws-transport.js";

/** What opening a WebSocket can be told. */
export interface WsConnectOptions {
  /** Sent with the upgrade request, for example `{ authorization: "Bearer ..." }`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For `wss:`: whom to trust (`ca`) and how to show oneself (`cert`, `key`). Default: as Node trusts. */
  readonly tls?: TlsOptions;
  /** Milliseconds until the attempt is given up. Default 5,000 (protocol.md G, handshake). */
  readonly timeoutMs?: number;
  /** Gives the attempt up when aborted. */
  readonly signal?: AbortSignal;
}

/** What of Node's TLS a client can be told, under Node's names (`tls.connect`). */
export type TlsOptions = Pick<
  ConnectionOptions,
  "ca" | "cert" | "key" | "pfx" | "passphrase" | "servername" | "rejectUnauthorized" | "minVersion"
>;

/**
 * Opens a WebSocket to `url`, speaking `sluice.v1`.
 *
 * *Errors:* a URL that is none is a `TypeError` at the call; everything that happens on the way rejects with a
 * `SluiceError`: `CONNECT_FAILED` (nobody there, no such host, not a WebSocket, too late) or
 * `SUBPROTOCOL_MISMATCH`. *Cancel:* an aborted attempt leaves no socket behind.
 */
export function wsConnect(url: string, options: WsConnectOptions = {}): Promise<Transport> {
  checkUrl(url);
  checkTimeout(options);
  const { headers, tls, timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason);
      return;
    }
    const socket = new WebSocket(url, SUBPROTOCOL, {
      ...tls,
      ...WS_OPTIONS,
      handshakeTimeout: timeoutMs,
      ...(headers === undefined ? {} : { headers: { ...headers } }),
    });
    const abort = (): void => {
      reject(signal?.reason);
      socket.terminate();
    };
    const settled = (): void => signal?.removeEventListener("abort", abort);
    signal?.addEventListener("abort", abort, { once: true });
    socket.once("unexpected-response", (request, response) => {
      settled();
      reject(refusal(url, response));
      request.destroy();
    });
    socket.once("error", (error: Error) => {
      settled();
      reject(failure(url, error, timeoutMs));
    });
    socket.once("open", () => {
      settled();
      resolve(wsTransport(socket));
    });
    // After a failed attempt `ws` may speak once more; a second error has nobody to tell.
    socket.on("error", () => {});
  });
}

/** A server answered, and it was no WebSocket. `retryAfterMs`: what it asked for. */
class RefusedError extends SluiceError {
  readonly status: number;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, { statusCode = 0, headers }: IncomingMessage) {
    super("CONNECT_FAILED", message);
    this.status = statusCode;
    const seconds = Number(headers["retry-after"]);
    this.retryAfterMs = seconds >= 0 ? seconds * 1000 : undefined;
  }
}

function refusal(url: string, response: IncomingMessage): SluiceError {
  const { statusCode, headers } = response;
  const reason = String(headers[REASON_HEADER] ?? "");
  const text = reason === "" ? noWebSocket(statusCode, headers.location) : `refused, ${reason}`;
  return new RefusedError(`Cannot connect to ${url}: ${text}`, response);
}

function noWebSocket(status: number | undefined, location: string | undefined): string {
  if (location !== undefined) {
    return `it answered HTTP ${status}, it is at ${JSON.stringify(location.slice(0, 200))}; connect there, with ws: for http: and wss: for https:`;
  }
  if (status === 502 || status === 504) {
    return `it answered HTTP ${status}: a proxy is there, and cannot reach its server; start that, or try again later`;
  }
  return `it answered HTTP ${status} instead of opening a WebSocket; check the path, that a Sluice server listens there, and that every proxy in between passes the Upgrade header on`;
}

function failure(url: string, error: Error & { code?: string }, timeoutMs: number): SluiceError {
  const cause = { cause: error };
  if (error.message.includes("subprotocol")) {
    return new SluiceError(
      "SUBPROTOCOL_MISMATCH",
      `Cannot connect to ${url}: the server does not speak "${SUBPROTOCOL}" (${lower(error.message)}); check that a Sluice server listens there`,
      cause,
    );
  }
  return new SluiceError("CONNECT_FAILED", `Cannot connect to ${url}: ${explain(error, timeoutMs)}`, cause);
}

function explain(error: Error & { code?: string }, timeoutMs: number): string {
  switch (error.code) {
    case "ECONNREFUSED":
      return "nothing listens there (ECONNREFUSED); start the server, or check host and port";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `the host name is unknown (${error.code}); check its spelling and the network`;
    case "ECONNRESET":
      return "the server ended the connection during the handshake (ECONNRESET); check that a Sluice server listens there, and whether it wants wss:";
    default:
      if (error.code !== undefined && UNTRUSTED.test(error.code)) {
        return `its certificate is not trusted (${error.code}); give the one that signed it as tls.ca, and connect by a name that it was made for`;
      }
      if (error.code === "EPROTO" || error.code?.startsWith("ERR_SSL_")) {
        return `TLS failed (${lower(error.message.split("\n", 1)[0] as string)}); check that this port speaks TLS, and use ws: if it does not`;
      }
      if (error.code?.startsWith("HPE_")) {
        return `what listens there does not speak HTTP (${error.code}); check host and port: a Sluice server must listen there`;
      }
      return error.message.includes("timed out")
        ? `no answer within ${timeoutMs} ms; check host and port, or allow more with timeoutMs`
        : `${lower(error.message)}; a message may have at most ${MAX_MESSAGE_BYTES} bytes, and a Sluice server must listen there`;
  }
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** What Node says of a certificate (its documentation, "X509 certificate error codes"). */
const UNTRUSTED = /CERT|UNABLE_TO_|_ISSUER|_CRL|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE/;
