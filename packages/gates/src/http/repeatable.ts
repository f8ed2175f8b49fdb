// Which requests may be sent again: those that ask for the same however often they come, and whose body is still there.

/**
 * Whether the request does no more when it comes twice (RFC 9110 §9.2.2), by its method or because it carries an
 * Idempotency-Key (draft-ietf-httpapi-idempotency-key-header).
 */
export function isIdempotent(method: string, headers: RequestInit["headers"]): boolean {
  return IDEMPOTENT.has(method.toUpperCase()) || new Headers(headers).has("idempotency-key");
}

/**
 * Whether the body can be sent again: nothing, text, bytes, a form. A stream is gone once it was read, and the body of a
 * `Request` is a stream, whatever it was made of.
 */
export function isReplayable(body: unknown): boolean {
  if (body === undefined || body === null || typeof body === "string") return true;
  return ArrayBuffer.isView(body) || REPLAYABLE.has(Object.prototype.toString.call(body));
}

const IDEMPOTENT: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

/** By their tags: they may come from another realm, and not every runtime has all of them. */
const REPLAYABLE: ReadonlySet<string> = new Set(
  ["ArrayBuffer", "SharedArrayBuffer", "Blob", "File", "FormData", "URLSearchParams"].map(
    (name) => `[object ${name}]`,
  ),
);
