// How a session ends badly: the errors of the connection as a whole, and what is said of them on the wire.

import type { ErrorFrame } from "../frame/error.js";
import type { Settings } from "../limits.js";
import { errorName, ProtocolError, type StreamFailure, violation } from "../protocol-error.js";

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
  const known = errorName(code) ?? "INTERNAL";
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

export function writeStalled(writeStallMs: number): ProtocolError {
  return violation(
    "WRITE_STALLED",
    `Cannot write: the peer took nothing for ${writeStallMs} ms; reconnect`,
    "§7.5",
  );
}

export function heartbeatLost({ heartbeatMs, heartbeatsMissed }: Settings): ProtocolError {
  return violation(
    "HEARTBEAT_LOST",
    `Cannot reach the peer: it was silent for ${heartbeatMs * heartbeatsMissed} ms after a PING; reconnect`,
    "§7.1",
  );
}
