// Between errors of JavaScript and failures of the wire. A stack, a cause and the class of an error stay where
// they are; code, message and the bits for retries cross.

import { SluiceError, TimeoutError } from "@sluice/core";
import { APPLICATION_CODES, errorTable, streamFailure } from "../../protocol/protocol-error.js";
import type { ErrorName, ProtocolError, StreamFailure } from "../../protocol/protocol-error.js";
import { PayloadError } from "../../payload/payload-error.js";
import { CLOSE_NORMAL, type TransportEnd } from "../../transport/transport.js";
import { httpStatusOf } from "./status.js";

/**
 * A stream or call ended with an error at the peer. `code` is its name there, such as `"NOT_FOUND"`.
 *
 * @example
 * ```ts
 * import { SluiceError } from "@sluice/core";
 * import { call, defineService, RemoteError, unchecked } from "@sluice/net";
 * import { link } from "@sluice/net/memory";
 * const service = defineService("s", { pay: call({ input: unchecked<number>() }) });
 * const client = await link(service, {
 *   pay: () => {
 *     throw new SluiceError("FORBIDDEN", "Cannot pay: the account is closed");
 *   },
 * });
 * await client.pay(5).catch((error) => {
 *   if (error instanceof RemoteError) console.log(error.code, error.status, error.doNotRetry); // prints FORBIDDEN 403 true
 * });
 * await client.close();
 * ```
 */
export class RemoteError extends SluiceError {
  /** The nearest HTTP status. */
  readonly status: number;
  /** Milliseconds after which a new try makes sense; undefined when the peer says nothing of it. */
  readonly retryAfterMs: number | undefined;
  /** The work was not begun: trying again is safe. */
  readonly notStarted: boolean;
  /** Trying again is useless. */
  readonly doNotRetry: boolean;

  constructor(failure: StreamFailure) {
    super(failure.name, failure.message);
    this.status = httpStatusOf(failure.code);
    this.retryAfterMs = failure.retryAfterMs === 0 ? undefined : failure.retryAfterMs;
    this.notStarted = failure.notStarted;
    this.doNotRetry = failure.doNotRetry;
  }
}

/** What is known of a request whose connection was lost. */
export interface LostRequest {
  readonly notStarted: boolean;
  readonly delivered: number;
  readonly cause?: unknown;
}

/**
 * A stream or call was cut off with its connection, or asked for after `close` (`"CLOSED"`). Otherwise `code` is that of
 * the connection's end: `"CONNECTION_LOST"`, `"SESSION_LOST"` when one that could have been resumed was not, or the rule
 * of the protocol that was broken.
 *
 * @example
 * ```ts
 * import { call, ConnectionLostError, defineService, unchecked } from "@sluice/net";
 * import { link } from "@sluice/net/memory";
 * const service = defineService("s", { pay: call({ input: unchecked<number>() }) });
 * const client = await link(service, { pay: () => {} });
 * await client.close();
 * await client.pay(5).catch((error) => {
 *   if (error instanceof ConnectionLostError) console.log(error.code, error.notStarted); // prints CLOSED true
 * });
 * ```
 */
export class ConnectionLostError extends SluiceError {
  /** It was surely not begun: asking again is safe. False: it may have run, wholly or in part. */
  readonly notStarted: boolean;
  /** Items of the stream that were handed on before; 0 for a call. */
  readonly delivered: number;

  constructor(code: string, message: string, lost: LostRequest) {
    super(code, message, lost.cause === undefined ? {} : { cause: lost.cause });
    this.notStarted = lost.notStarted;
    this.delivered = lost.delivered;
  }
}

/**
 * What an error becomes on the wire. A `SluiceError` keeps its code; anything else is `INTERNAL`. Never throws:
 * a handler may throw what cannot even be asked for a message, and that must end its stream like any other error.
 */
export function failureOf(error: unknown): StreamFailure {
  try {
    return translated(error);
  } catch {
    return streamFailure(
      "INTERNAL",
      "What the handler threw cannot be shown; see the server's onHandlerError",
    );
  }
}

function translated(error: unknown): StreamFailure {
  if (error instanceof RemoteError) {
    // Passed on by a handler that is a client itself: what it says of retries stays true.
    const { code, message, notStarted, doNotRetry } = error;
    return timed({ ...named(code, message), notStarted, doNotRetry }, error);
  }
  if (error instanceof TimeoutError) return streamFailure("DEADLINE_EXCEEDED", String(error.message));
  if (error instanceof PayloadError) return streamFailure("INVALID_PAYLOAD", String(error.message));
  if (error instanceof SluiceError) {
    // So do those of `retry`, which has tried enough, and of a gate that refused: they say it by the same fields. That the
    // work was not begun nobody knows of a handler that has thrown.
    const failure = named(error.code, error.message);
    const hints: Partial<RemoteError> = error;
    return timed(hints.doNotRetry === true ? { ...failure, doNotRetry: true } : failure, hints);
  }
  return streamFailure("INTERNAL", String(error instanceof Error ? error.message : error));
}

/** With the time that the error asks for, in whole milliseconds. */
function timed(failure: StreamFailure, { retryAfterMs }: { readonly retryAfterMs?: unknown }): StreamFailure {
  const ms = typeof retryAfterMs === "number" ? Math.ceil(retryAfterMs) : Number.NaN;
  return Number.isSafeInteger(ms) && ms >= 0 ? { ...failure, retryAfterMs: ms } : failure;
}

/** The error of a connection that ended while something ran on it. */
export function connectionLost(reason: string): SluiceError {
  return new SluiceError("CONNECTION_LOST", `The connection ended: ${reason}`);
}

/** The one error of a request that its connection cut off; it says whether the request may have run. */
export function lostRequest(
  method: string,
  notStarted: boolean,
  delivered: number,
  tries: number,
  cause: SluiceError,
): ConnectionLostError {
  const after = delivered === 0 ? "" : ` after ${delivered} items`;
  const again = tries === 0 ? "" : ` (opened again ${tries} times since the last item)`;
  const advice = notStarted
    ? "it was not begun, asking again is safe"
    : "it may have run, ask again only what may run twice";
  const text = `Cannot finish ${method}${after}${again}: ${lower(cause.message)}; ${advice}`;
  return new ConnectionLostError(cause.code, text, { notStarted, delivered, cause });
}

/** The error of a connection whose transport has ended, whoever ended it. */
export function transportLost(end: TransportEnd): SluiceError {
  return connectionLost(describeEnd(end));
}

/** The error of an address behind which a socket opened, and no session. */
export function connectFailure(url: string, error: unknown): SluiceError {
  const text = error instanceof Error ? lower(error.message) : String(error);
  const code = error instanceof SluiceError ? error.code : "CONNECT_FAILED";
  return new SluiceError(code, `Cannot connect to ${url}: ${text}`, { cause: error });
}

/** The error of a connection that broke a rule of the protocol: one line with the advice of the table. */
export function connectionError(error: ProtocolError): SluiceError {
  return new SluiceError(error.codeName, `${error.message}; ${lower(error.advice)}`, { cause: error });
}

// Both are strings by their types only: a handler may assign what it likes, and the wire takes text.
function named(codeGiven: string, messageGiven: string): StreamFailure {
  const code = String(codeGiven);
  const message = String(messageGiven);
  if (Object.hasOwn(errorTable, code) && errorTable[code as ErrorName].scope === "stream") {
    return streamFailure(code as ErrorName, message);
  }
  return { code: APPLICATION_CODES, name: code, message, notStarted: false, doNotRetry: false };
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function describeEnd(end: TransportEnd): string {
  const reason = end.reason === "" ? `code ${end.code}` : end.reason;
  switch (end.by) {
    case "us":
      return reason;
    case "peer":
      return end.code === CLOSE_NORMAL && end.reason === ""
        ? "the peer closed it"
        : `the peer closed it, ${reason}`;
    case "network":
      return `the link broke, ${reason}`;
    default:
      return end.by satisfies never;
  }
}
