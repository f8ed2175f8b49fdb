import { defer, map, type Operator, SluiceError } from "@sluice/core";
import { checkCapacity, requireFlow } from "@sluice/core/kit";

/**
 * A body had more bytes than are taken; `status` is what a server answers then.
 *
 * @example
 * ```ts
 * import { BodyTooLargeError } from "@sluice/web";
 * const error = new BodyTooLargeError(1024);
 * console.log(error.code, error.status, error.maxBytes); // prints BODY_TOO_LARGE 413 1024
 * ```
 */
export class BodyTooLargeError extends SluiceError {
  readonly status = 413;
  readonly maxBytes: number;

  constructor(maxBytes: number) {
    super(
      "BODY_TOO_LARGE",
      `Cannot take the body: it has more than ${maxBytes} bytes; send less, or raise maxBytes`,
    );
    this.maxBytes = maxBytes;
  }
}

/**
 * Fails when more than `maxBytes` bytes have come, whatever the size of the chunks.
 *
 * *Demand:* passed on as it is. *Buffers:* nothing. *Errors:* passed on; a `BodyTooLargeError` in place of the chunk that is
 * too much, which cancels upstream. *Cancel:* passed on.
 *
 * @example
 * ```ts
 * import { of } from "@sluice/core";
 * import { limitBytes } from "@sluice/web";
 * const chunks = of(new Uint8Array(600), new Uint8Array(600));
 * await chunks.pipe(limitBytes(1000)).toArray().catch((error) => console.log(error.status)); // prints 413
 * ```
 */
export function limitBytes<T extends Uint8Array>(maxBytes: number): Operator<T, T> {
  checkCapacity("limitBytes", maxBytes, 0, "maxBytes");
  return (upstream) => {
    requireFlow(upstream, "limitBytes");
    return defer(() => {
      let bytes = 0;
      const count = (chunk: T): T => {
        bytes += chunk.byteLength;
        if (bytes > maxBytes) throw new BodyTooLargeError(maxBytes);
        return chunk;
      };
      return upstream.pipe(map(count));
    });
  };
}
