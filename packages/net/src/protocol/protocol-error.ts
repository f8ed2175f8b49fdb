// What goes wrong on the wire, as numbers that any language can use, and as errors that say who is to blame
// and which rule was broken. docs/protocol.md §8 is this table in words; a test keeps the two alike.

/** How a stream ends badly: what an ERROR or REJECT frame says. */
export interface StreamFailure {
  /** Numeric code: 0x40-0xff of `errorCodes`, 0x100 and above the application's own. */
  readonly code: number;
  /** Name of the error for programs that tell errors apart, such as "NOT_FOUND"; at most 128 bytes. */
  readonly name: string;
  /** Text for people; what exceeds 4,096 bytes is cut. Never a stack. */
  readonly message: string;
  /** Opaque to the session, at most 8,192 bytes. */
  readonly details?: Uint8Array;
  /** Milliseconds after which a new try makes sense; 0 is the same as left out. */
  readonly retryAfterMs?: number;
  /** The work was not begun: trying again is safe. */
  readonly notStarted: boolean;
  /** Trying again is useless. */
  readonly doNotRetry: boolean;
}

/** Whom an error concerns. */
export type ErrorScope = "connection" | "stream" | "application";

/** Whose fault it is, seen from the side that reports it. */
export type Blame = "us" | "peer" | "application";

/** One row of the table of codes. */
export interface ErrorRow {
  readonly code: number;
  readonly scope: ErrorScope;
  readonly meaning: string;
  /** What whoever sees it should do. */
  readonly advice: string;
  /** Nearest HTTP status, for people and gateways. */
  readonly http: number;
}

/**
 * The connection or a stream ended because a rule of the protocol was broken or a limit of time was reached.
 *
 * @example
 * ```ts
 * import { ProtocolError } from "@sluice/net/protocol";
 *
 * const error = new ProtocolError("NOT_BINARY", "Cannot take a text message: send binary ones", "§1.2", "peer");
 * console.log(error.code, error.scope, error.rule); // prints 3 connection protocol.md §1.2
 * ```
 */
export class ProtocolError extends Error {
  readonly code: number;
  readonly codeName: string;
  readonly scope: ErrorScope;
  readonly blame: Blame;
  /** The rule, such as "protocol.md §4.3". */
  readonly rule: string;
  readonly advice: string;

  constructor(codeName: ErrorName, message: string, rule: string, blame: Blame) {
    super(`${message} (protocol.md ${rule})`);
    const row = errorTable[codeName];
    this.name = "ProtocolError";
    this.code = row.code;
    this.codeName = codeName;
    this.scope = row.scope;
    this.blame = blame;
    this.rule = `protocol.md ${rule}`;
    this.advice = row.advice;
  }
}

/** The error for bytes that are no frame or no field. */
export function malformed(message: string, rule: string): ProtocolError {
  return new ProtocolError("MALFORMED", message, rule, "peer");
}

/** The error for a peer that broke a rule with well-formed frames. */
export function violation(codeName: ErrorName, message: string, rule: string): ProtocolError {
  return new ProtocolError(codeName, message, rule, "peer");
}

/**
 * A failure with a code of the table and the retry bits that go with it. `retryAfterMs`: milliseconds, 0: not said.
 *
 * @example
 * ```ts
 * import { streamFailure } from "@sluice/net/protocol";
 *
 * const { code, notStarted, doNotRetry } = streamFailure("OVERLOADED", "All workers are busy", 250);
 * console.log(code, notStarted, doNotRetry); // prints 66 true false
 * ```
 */
export function streamFailure(codeName: ErrorName, message: string, retryAfterMs = 0): StreamFailure {
  const notStarted = NOT_STARTED.has(codeName);
  const doNotRetry = DO_NOT_RETRY.has(codeName);
  return { code: errorTable[codeName].code, name: codeName, message, retryAfterMs, notStarted, doNotRetry };
}

/**
 * The name of a code of the table; undefined for an unknown one or the application's own.
 *
 * @example
 * ```ts
 * import { errorName } from "@sluice/net/protocol";
 *
 * console.log(errorName(0x42), errorName(0x1234)); // prints OVERLOADED undefined
 * ```
 */
export function errorName(code: number): ErrorName | undefined {
  return NAMES.get(code);
}

/**
 * Codes that applications may give a meaning start here.
 *
 * @example
 * ```ts
 * import { APPLICATION_CODES, errorTable } from "@sluice/net/protocol";
 *
 * console.log(errorTable.APPLICATION.code === APPLICATION_CODES); // prints true
 * ```
 */
export const APPLICATION_CODES = 0x100;

/** Names of the codes. */
export type ErrorName =
  | "ENDPOINT_FAILED"
  | "VERSION_UNSUPPORTED"
  | "NOT_BINARY"
  | "HELLO_EXPECTED"
  | "HELLO_REPEATED"
  | "HANDSHAKE_TIMEOUT"
  | "SETTINGS_REFUSED"
  | "MESSAGE_TOO_LARGE"
  | "MALFORMED"
  | "FRAME_UNKNOWN"
  | "FRAME_UNEXPECTED"
  | "STREAM_UNKNOWN"
  | "STREAM_CLOSED"
  | "STREAM_LIMIT"
  | "ITEM_CREDIT_EXCEEDED"
  | "BYTE_CREDIT_EXCEEDED"
  | "POSITION_MISMATCH"
  | "HEARTBEAT_LOST"
  | "WRITE_STALLED"
  | "TRANSPORT_LOST"
  | "SESSION_LOST"
  | "FLOODED"
  | "CANCELLED"
  | "DEADLINE_EXCEEDED"
  | "OVERLOADED"
  | "RATE_LIMITED"
  | "GOING_AWAY"
  | "NOT_FOUND"
  | "INVALID_PAYLOAD"
  | "ITEM_TOO_LARGE"
  | "CODEC_UNSUPPORTED"
  | "UNAUTHENTICATED"
  | "FORBIDDEN"
  | "INTERNAL"
  | "STALLED"
  | "ITEM_TIMEOUT"
  | "APPLICATION";

/**
 * All codes: 0x01-0x3f end the connection, 0x40-0xff a stream, 0x100 and above belong to applications.
 *
 * @example
 * ```ts
 * import { errorTable } from "@sluice/net/protocol";
 *
 * console.log(errorTable.OVERLOADED.http, errorTable.OVERLOADED.advice); // prints 503 Try again after retryAfterMs
 * ```
 */
// biome-ignore format: a table, one row a line
export const errorTable: Readonly<Record<ErrorName, ErrorRow>> = {
  ENDPOINT_FAILED: row(0x01, "connection", "The reporting side failed in itself", "Reconnect; report it with the message", 500),
  VERSION_UNSUPPORTED: row(0x02, "connection", "The peer speaks another major version", "Bring both sides to the same major version", 505),
  NOT_BINARY: row(0x03, "connection", "A text message came where only binary ones are allowed", "Connect with a Sluice client, or check what sits between", 415),
  HELLO_EXPECTED: row(0x04, "connection", "Another frame came before HELLO", "Check that the peer speaks sluice.v1", 400),
  HELLO_REPEATED: row(0x05, "connection", "A second HELLO came", "Report it to the maker of the peer", 400),
  HANDSHAKE_TIMEOUT: row(0x06, "connection", "HELLO did not come in time", "Check address and load of the peer, then reconnect", 408),
  SETTINGS_REFUSED: row(0x07, "connection", "A value in HELLO cannot work", "Correct the settings that the message names", 400),
  MESSAGE_TOO_LARGE: row(0x08, "connection", "A message exceeds the announced size", "Raise messageBytes at the receiver or send less at once", 413),
  MALFORMED: row(0x09, "connection", "Bytes are no frame, or a field is broken", "Report it to the maker of the peer", 400),
  FRAME_UNKNOWN: row(0x0a, "connection", "A frame type is unknown and not ignorable", "Upgrade the side that does not know it", 501),
  FRAME_UNEXPECTED: row(0x0b, "connection", "A frame came where its rules do not allow it", "Report it to the maker of the peer", 400),
  STREAM_UNKNOWN: row(0x0c, "connection", "A frame names a stream that was never opened", "Report it to the maker of the peer", 400),
  STREAM_CLOSED: row(0x0d, "connection", "A frame came for a direction or stream that has ended", "Report it to the maker of the peer", 400),
  STREAM_LIMIT: row(0x0e, "connection", "More streams were opened than granted", "Report it to the maker of the peer", 429),
  ITEM_CREDIT_EXCEEDED: row(0x0f, "connection", "More items came than granted", "Report it to the maker of the peer", 429),
  BYTE_CREDIT_EXCEEDED: row(0x10, "connection", "More bytes came than granted", "Report it to the maker of the peer", 429),
  POSITION_MISMATCH: row(0x11, "connection", "Final positions differ from what arrived", "Report it to the maker of the peer", 400),
  HEARTBEAT_LOST: row(0x12, "connection", "The peer was silent for too long", "Reconnect with back-off", 504),
  WRITE_STALLED: row(0x13, "connection", "Nothing could be written for too long", "Reconnect with back-off; the peer reads nothing", 504),
  TRANSPORT_LOST: row(0x14, "connection", "The transport closed without an end of the session", "Reconnect with back-off", 502),
  SESSION_LOST: row(0x15, "connection", "The session cannot be resumed", "Open anew what may run twice; do not resume it again", 410),
  FLOODED: row(0x16, "connection", "Too many frames came that cost work and bring nothing", "Send less often; report it to the maker of the peer", 429),
  CANCELLED: row(0x40, "stream", "The receiver wanted no more", "Nothing: the receiver asked for it", 499),
  DEADLINE_EXCEEDED: row(0x41, "stream", "The time given has run out", "Give more time, or ask for less", 408),
  OVERLOADED: row(0x42, "stream", "No room for this work now; it was not begun", "Try again after retryAfterMs", 503),
  RATE_LIMITED: row(0x43, "stream", "This caller asks too often; it was not begun", "Try again after retryAfterMs", 429),
  GOING_AWAY: row(0x44, "stream", "The peer is ending; it was not begun", "Open it again on a new connection", 503),
  NOT_FOUND: row(0x45, "stream", "The peer has no method of this name", "Correct the name, or deploy it", 404),
  INVALID_PAYLOAD: row(0x46, "stream", "A payload cannot be decoded or breaks its schema", "Correct the value that the message names", 400),
  ITEM_TOO_LARGE: row(0x47, "stream", "An item exceeds the receiver's itemBytes", "Raise itemBytes and receiveBudget at the receiver or split the item", 413),
  CODEC_UNSUPPORTED: row(0x48, "stream", "The stream's codec is unknown to the peer", "Open it with a codec that both sides list", 415),
  UNAUTHENTICATED: row(0x49, "stream", "Who asks is not known", "Authenticate, then try again", 401),
  FORBIDDEN: row(0x4a, "stream", "Who asks may not do this", "Ask for the right", 403),
  INTERNAL: row(0x4b, "stream", "The handler failed", "Read the message; try again only if the work may run twice", 500),
  STALLED: row(0x4c, "stream", "Items waited too long for credit", "Take items faster, or mark the stream critical", 408),
  ITEM_TIMEOUT: row(0x4d, "stream", "The parts of an item did not come in time", "Send smaller items, or raise itemMs at the receiver", 408),
  APPLICATION: row(APPLICATION_CODES, "application", "The application's own error, told by its name", "As the application says", 500),
};

function row(code: number, scope: ErrorScope, meaning: string, advice: string, http: number): ErrorRow {
  return { code, scope, meaning, advice, http };
}

const NAMES: ReadonlyMap<number, ErrorName> = new Map(
  Object.entries(errorTable).map(([name, { code }]) => [code, name as ErrorName]),
);

// The receiver's promise that nothing has run, which makes a second try safe.
const NOT_STARTED: ReadonlySet<ErrorName> = new Set([
  "OVERLOADED",
  "RATE_LIMITED",
  "GOING_AWAY",
  "NOT_FOUND",
  "CODEC_UNSUPPORTED",
  "UNAUTHENTICATED",
  "FORBIDDEN",
]);

// The same request would meet the same answer.
const DO_NOT_RETRY: ReadonlySet<ErrorName> = new Set([
  "NOT_FOUND",
  "INVALID_PAYLOAD",
  "ITEM_TOO_LARGE",
  "CODEC_UNSUPPORTED",
  "FORBIDDEN",
  "UNAUTHENTICATED",
]);
