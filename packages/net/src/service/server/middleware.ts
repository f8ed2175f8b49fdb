// What stands around every handler: it sees each request, and may refuse it, change its input, or wrap what comes back.

import type { Interaction } from "../../protocol/session/session-api.js";
import type { HandlerContext } from "../contract/handler-context.js";

/** A request whose input is valid, on its way to the handler. */
export interface ServedRequest {
  /** `service.route`. */
  readonly method: string;
  readonly interaction: Interaction;
  /** As the handler gets it: parsed; of a channel the flow of its inputs. */
  readonly input: unknown;
  readonly context: HandlerContext;
}

/**
 * Goes on to what stands behind it: the next middleware, or the handler. With an argument that is the input for them.
 * Returns what they return: an output, something with items, or a promise of either.
 */
export type Next = (...changed: [input?: unknown]) => unknown;

/**
 * Called for each request, the outermost first. What it returns is answered in place of what `next()` returned; what
 * it throws, at once or by a promise, ends that stream alone, as a handler's error does. It need not call `next` at all,
 * and may call it again, as a retry does.
 */
export type Middleware = (request: ServedRequest, next: Next) => unknown;

type Handler<C> = (input: unknown, context: C) => unknown;

/** The handler with all of them around it; itself, when there are none. */
export function withMiddleware<C extends HandlerContext>(
  middleware: readonly Middleware[],
  { method, interaction }: Pick<ServedRequest, "method" | "interaction">,
  handler: Handler<C>,
): Handler<C> {
  return middleware.reduceRight<Handler<C>>(
    (inner, outer) => (input, context) =>
      outer({ method, interaction, input, context }, (...changed) =>
        inner(changed.length === 0 ? input : changed[0], context),
      ),
    handler,
  );
}

/** Throws a `TypeError` for what is no list of functions. */
export function checkMiddleware(middleware: readonly Middleware[]): readonly Middleware[] {
  if (Array.isArray(middleware) && middleware.every((each) => typeof each === "function")) return middleware;
  throw new TypeError("Cannot serve with this middleware: it must be an array of functions (request, next)");
}
