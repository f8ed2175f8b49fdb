// The routes of a service with their handlers, checked when the server is made and not at the first request.

import { codecOf } from "../connection/bodies.js";
import type { Service } from "../contract/contract.js";
import { didYouMean } from "../contract/nearest.js";
import { guarded } from "../connection/guarded.js";
import type { Runtime } from "../connection/runtime.js";
import { checkMiddleware, type Middleware, withMiddleware } from "./middleware.js";
import type { ErrorPlace, ServedRoute } from "./responder.js";

/** What a server says of all its routes. */
export interface ServingOptions {
  readonly checkOutput?: boolean;
  readonly runtime?: Runtime;
  readonly middleware?: readonly Middleware[];
  readonly onHandlerError?: (error: unknown, place: ErrorPlace) => void;
}

/** Throws a `TypeError` for a handler without a route and a route without a handler or codec. */
export function servedRoutes(
  service: Service,
  handlers: Readonly<Record<string, unknown>>,
  options: ServingOptions,
): ReadonlyMap<string, ServedRoute> {
  for (const name of Object.keys(handlers)) {
    if (!Object.hasOwn(service.routes, name)) {
      throw new TypeError(
        `Cannot serve ${service.name}: there is a handler "${name}" and no such route${didYouMean(name, Object.keys(service.routes))}`,
      );
    }
  }
  const { checkOutput = isDevelopment() } = options;
  const middleware = checkMiddleware(options.middleware ?? []);
  const served = new Map<string, ServedRoute>();
  for (const [name, route] of Object.entries(service.routes)) {
    const handler = handlers[name];
    if (typeof handler !== "function") {
      throw new TypeError(
        `Cannot serve ${service.name}: the route "${name}" has no handler; add a function of that name`,
      );
    }
    const method = `${service.name}.${name}`;
    const { interaction } = route;
    served.set(method, {
      method,
      interaction,
      restartable: route.interaction === "stream" && route.restartable,
      input: route.input,
      checkedOutput: checkOutput ? route.output : undefined,
      ambient: options.runtime?.ambient,
      codec: codecOf(method, route),
      handler: withMiddleware(middleware, { method, interaction }, handler as ServedRoute["handler"]),
      onHandlerError: guarded(options.onHandlerError),
    });
  }
  return served;
}

/** Whether this process says that it is not in earnest yet. Read by shape: not every runtime has `process`. */
function isDevelopment(): boolean {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  const mode = process?.env?.["NODE_ENV"];
  return mode === "development" || mode === "test";
}
