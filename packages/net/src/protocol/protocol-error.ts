// What goes wrong on the wire, as numbers that any language can use. docs/protocol.md §8 is this table in words.

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
  /** Milliseconds after which a new try makes sense. */
  readonly retryAfterMs?: number;
  /** The work was not begun: trying again is safe. */
  readonly notStarted: boolean;
  /** Trying again is useless. */
  readonly doNotRetry: boolean;
}

/** What a ProtocolError is made of. */
export interface ProtocolErrorParts {
  readonly code: number;
  readonly scope: "connection" | "stream";
  readonly blame: "us" | "peer" | "application";
  readonly rule: string;
}

/** The connection or a stream ended because a rule of the protocol was broken or a limit of time was reached. */
export class ProtocolError extends Error {
  readonly code: number;
  readonly scope: "connection" | "stream";
  /** Whose fault it is. */
  readonly blame: "us" | "peer" | "application";
  /** The rule, as in docs/protocol.md, such as "protocol.md §5.2". */
  readonly rule: string;

  constructor(message: string, parts: ProtocolErrorParts) {
    super(`${message} (${parts.rule})`);
    this.name = "ProtocolError";
    this.code = parts.code;
    this.scope = parts.scope;
    this.blame = parts.blame;
    this.rule = parts.rule;
  }
}
