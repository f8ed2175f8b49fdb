// Door: a gate at an HTTP entrance, which answers 429 or 503 and says when to come back; and a client that obeys.

export type { EntranceClient, ProxyOptions } from "./http/client-address.js";
export type { EntranceOptions } from "./http/entrance.js";
export { type FastifyReplyLike, type FastifyRequestLike, guardFastify } from "./http/guard-fastify.js";
export { type FetchGuardOptions, guardFetch } from "./http/guard-fetch.js";
export { guardHono, type HonoContextLike, type HonoGuardOptions } from "./http/guard-hono.js";
export { guardNode, type NodeGuard, type NodeRequest } from "./http/guard-node.js";
export type { HttpRefusal } from "./http/http-refusal.js";
export type { NodeResponse } from "./http/response-end.js";
export type { Fetch } from "./http/fetch-call.js";
export { type GuardedFetch, type GuardedFetchOptions, guardedFetch } from "./http/fetch-client.js";
export { HttpStatusError } from "./http/http-status-error.js";
