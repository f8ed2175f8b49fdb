// A request made on behalf of another one: a handler that is a client itself. Whoever gave up on the first must not
// leave the second at work, and the second has no more time than is left of the first (gRPC's deadline propagation).

import type { RequestOptions } from "./client-request.js";

/** `options` with what they inherit, as it is now. */
export function inherited(options: RequestOptions): RequestOptions {
  const { inherit, signal, deadlineMs, urgency, criticality } = options;
  if (inherit === undefined) return options;
  const left = inherit.remainingMs();
  return {
    signal: signal === undefined ? inherit.signal : AbortSignal.any([signal, inherit.signal]),
    deadlineMs: left === undefined ? deadlineMs : Math.min(left, deadlineMs ?? left),
    urgency: urgency ?? inherit.urgency,
    criticality: criticality ?? inherit.criticality,
  };
}
