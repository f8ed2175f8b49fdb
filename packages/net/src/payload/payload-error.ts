// What goes wrong between a value and its bytes: ours (a value that cannot be sent) or the peer's (bytes that
// must not be decoded).

import { SluiceError } from "@sluice/core";

/**
 * A value cannot become bytes (`PAYLOAD_UNENCODABLE`), or bytes cannot become a value (`PAYLOAD_INVALID`).
 *
 * @example
 * ```ts
 * import { call, defineService, PayloadError, unchecked } from "@sluice/net";
 * import { link } from "@sluice/net/memory";
 * const service = defineService("s", { echo: call({ input: unchecked<unknown>() }) });
 * const client = await link(service, { echo: (input) => input });
 * await client.echo({ run: () => 1 }).catch((error) => {
 *   console.log(error instanceof PayloadError, error.code); // prints true PAYLOAD_UNENCODABLE
 * });
 * await client.close();
 * ```
 */
export class PayloadError extends SluiceError {}

/** The bytes of a peer break a rule of the codec; nothing of them is decoded. */
export function invalidPayload(codec: string, complaint: string, options?: ErrorOptions): PayloadError {
  return new PayloadError("PAYLOAD_INVALID", `Cannot decode a ${codec} payload: ${complaint}`, options);
}
