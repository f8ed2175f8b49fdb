// The answer of a fetch-style handler on its way out: the same, with fields and with an end that somebody waits for.

import type { Decision } from "./entrance.js";
import { outcomeOf } from "./held-permit.js";
import type { HttpRefusal } from "./http-refusal.js";
import { watchBody } from "./watched-body.js";

type Admitted = Extract<Decision, { readonly kind: "admitted" }>;

/** A refusal as a `Response`. */
export function refusedResponse({ method }: Request, { status, headers, body }: HttpRefusal): Response {
  return new Response(method === "HEAD" ? null : body, { status, headers });
}

/** Whether the client has gone before its request got in; then there is no work to do, and the permit is back. */
export function hasLeft({ signal }: Request, { held }: Admitted): boolean {
  if (signal.aborted) held.release("ignored");
  return signal.aborted;
}

/** What nobody hears; the number is that of nginx for a client that has closed its request. */
export const NOBODY: ResponseInit = { status: 499 };

/**
 * `response` with the fields, unless it has them, and a body at whose end the permit is given back. Without a body, or
 * with one that nobody will read, it is given back now.
 */
export function answered(
  { method, signal }: Request,
  response: Response,
  { held, fields }: Admitted,
): Response {
  const { status, statusText, body } = response;
  // Of a switch of protocols, and of Response.error(), no other Response can be made.
  if (!(status >= 200 && status <= 599)) {
    held.release(status === 0 ? "failure" : "success");
    return response;
  }
  if (signal.aborted) {
    held.release("ignored");
    body?.cancel(signal.reason).catch(() => {}); // what the body says to that has no listener any more
    return response;
  }
  const isRead = body !== null && method !== "HEAD";
  if (!isRead) held.release(outcomeOf(status));
  const fresh = Object.entries(fields).filter(([name]) => !response.headers.has(name));
  if (!isRead && fresh.length === 0) return response;
  const init = { status, statusText, headers: response.headers };
  const outcomes = { end: outcomeOf(status), error: "failure", cancel: "ignored" } as const;
  const copy = new Response(
    isRead ? watchBody(body, (how) => held.release(outcomes[how]), signal) : body,
    init,
  );
  for (const [name, value] of fresh) copy.headers.set(name, value);
  return copy;
}
