// How a session ends badly: the errors of the connection as a whole, and what is said of them on the wire.

import type { ErrorFrame } from "../frame/error.js";
import type { Frame } from "../frame/frame.js";
import { ERROR_MESSAGE_BYTES, ERROR_NAME_BYTES, FRAME_BYTES, type Settings } from "../limits.js";
import { errorName, ProtocolError, type StreamFailure, violation } from "../protocol-error.js";

/** Bytes that an ERROR of a connection takes at most. */
export const CONNECTION_ERROR_BYTES: number = FRAME_BYTES + ERROR_NAME_BYTES + ERROR_MESSAGE_BYTES;

export function failureOf(error: ProtocolError): StreamFailure {
  return {
    code: error.code,
    name: error.codeName,
    message: error.message,
    notStarted: false,
    doNotRetry: error.blame === "us",
  };
}

export function toldByPeer(frame: ErrorFrame): ProtocolError {
  const { code, message } = frame.failure;
  const known = errorName(code) ?? "ENDPOINT_FAILED";
  return new ProtocolError(known, `The peer ended the connection: ${message}`, "§7.3", "us");
}

export function tooLarge(length: number, messageBytes: number): ProtocolError {
  return violation(
    "MESSAGE_TOO_LARGE",
    `Cannot take a message of ${length} bytes: messageBytes is ${messageBytes}`,
    "§1.2",
  );
}

export function handshakeTimeout(handshakeMs: number): ProtocolError {
  return violation(
    "HANDSHAKE_TIMEOUT",
    `Cannot wait longer than ${handshakeMs} ms for HELLO: check that the peer speaks sluice.v1`,
    "§2.4",
  );
}

export function heartbeatLost({ heartbeatMs, heartbeatsMissed }: Settings): ProtocolError {
  return violation(
    "HEARTBEAT_LOST",
    `Cannot reach the peer: it was silent for ${heartbeatMs * heartbeatsMissed} ms after a PING; reconnect`,
    "§7.1",
  );
}

export function transportLost(): ProtocolError {
  return new ProtocolError(
    "TRANSPORT_LOST",
    "The transport closed without an end of the session; reconnect",
    "§7.3",
    "peer",
  );
}

export function sessionLost(why: string): ProtocolError {
  return new ProtocolError(
    "SESSION_LOST",
    `Cannot resume the session: ${why}; open anew what may run twice`,
    "§10.7",
    "peer",
  );
}

export function writeStalled(writeStallMs: number): ProtocolError {
  return new ProtocolError(
    "WRITE_STALLED",
    `Cannot write: the transport took nothing for ${writeStallMs} ms; the peer reads nothing, reconnect`,
    "§7.5",
    "peer",
  );
}

export function unexpected(kind: Frame["kind"]): ProtocolError {
  return violation(
    "FRAME_UNEXPECTED",
    `Cannot take ${kind}: RESUME follows HELLO at once, ends its message, and is answered first`,
    "§10.4",
  );
}
