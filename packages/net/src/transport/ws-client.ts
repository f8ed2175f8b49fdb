// Opens a WebSocket with the `ws` package. Every way in which that can fail becomes one line that says what
// was tried, what came back, and what to look at next.

import type { IncomingMessage } from "node:http";
import { SluiceError } from "@sluice/core";
import { WebSocket } from "ws";
import { MAX_MESSAGE_BYTES, SUBPROTOCOL } from "./transport.js";
import type { Transport } from "./transport.js";
import { WS_OPTIONS, wsTransport } from "./ws-transport.js";

/** What opening a WebSocket can be told. */
export interface WsConnectOptions {
  /** Sent with the upgrade request, for example `{ authorization: "Bearer ..." }`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds until the attempt is given up. Default 5,000 (protocol.md G, handshake). */
  readonly timeoutMs?: number;
  /** Gives the attempt up when aborted. */
  readonly signal?: AbortSignal;
}

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
  const { headers, timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason);
      return;
    }
    const socket = new WebSocket(url, SUBPROTOCOL, {
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

/** Throws a `RangeError` for a time that no timer can count. */
export function checkTimeout({ timeoutMs = DEFAULT_TIMEOUT_MS }: WsConnectOptions): void {
  if (timeoutMs > 0 && timeoutMs < 2 ** 31) return;
  throw new RangeError(`Cannot connect within ${timeoutMs} ms: timeoutMs must be > 0 and below 2^31`);
}

/** Throws a `TypeError` for what is no address of a WebSocket. */
export function checkUrl(url: string): void {
  const wanted = `Cannot connect to ${JSON.stringify(url)}: the address must look like "ws://127.0.0.1:8080"`;
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new TypeError(`${wanted} (no URL)`);
  }
  if (parsed.protocol !== "ws:" && parsed.protocol !== "wss:") {
    throw new TypeError(`${wanted} or "wss://host"; its scheme is "${parsed.protocol}"`);
  }
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
  const reason = String(response.headers["x-sluice-reason"] ?? "");
  const text =
    reason === ""
      ? `it answered HTTP ${response.statusCode} instead of opening a WebSocket; check the path, and that a Sluice server listens there`
      : `refused, ${reason}`;
  return new RefusedError(`Cannot connect to ${url}: ${text}`, response);
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
      return "the server ended the connection during the handshake (ECONNRESET); check that a Sluice server listens there";
    default:
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

/** In ms, as the limit on the handshake: protocol.md G. */
const DEFAULT_TIMEOUT_MS = 5000;
