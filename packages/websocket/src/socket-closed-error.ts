import { SluiceError } from "@sluice/core";

/**
 * The socket is closed, other than by a clean end of what it carried.
 *
 * @example
 * ```ts
 * import { SocketClosedError } from "@sluice/websocket";
 * const error = new SocketClosedError(1006, "");
 * console.log(error.message); // prints The connection was lost: no close frame came (1006)
 * console.log(error.code, error.closeCode); // prints SOCKET_CLOSED 1006
 * ```
 */
export class SocketClosedError extends SluiceError {
  /** As in RFC 6455 §7.4; `undefined`: it had been closed before anybody listened. */
  readonly closeCode: number | undefined;
  /** What the peer said. */
  readonly reason: string;

  /** @param options `cause`: what the socket told of before it closed, where the runtime says anything */
  constructor(closeCode: number | undefined, reason: string, options?: ErrorOptions) {
    super("SOCKET_CLOSED", messageOf(closeCode, reason), options);
    this.closeCode = closeCode;
    this.reason = reason;
  }
}

function messageOf(closeCode: number | undefined, reason: string): string {
  if (closeCode === undefined) return "Cannot use a socket that is closed: open another";
  if (closeCode === LOST) return `The connection was lost: no close frame came (${LOST})`;
  return `The peer closed the socket with code ${closeCode}${reason && `: ${reason}`}`;
}

/** RFC 6455 §7.1.5: the connection ended without a close frame. */
const LOST = 1006;
