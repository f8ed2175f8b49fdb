// The two commands that shared gates need, and what node-redis and ioredis call them. Neither is imported: a client is
// whatever has these methods, and it remains its owner's, who connects and closes it.

import { describe } from "@sluice/core/kit";
import { redisLink, type RedisLink, type RedisLinkOptions } from "./redis-link.js";

/** A client of node-redis (`redis` 4 to 6): one connection, a pool, a cluster or sentinels. */
export interface NodeRedisClient {
  evalSha(sha: string, options: NodeRedisArguments): Promise<unknown>;
  eval(script: string, options: NodeRedisArguments): Promise<unknown>;
}

interface NodeRedisArguments {
  keys: string[];
  arguments: string[];
}

/** A client of ioredis (5 or 6): one connection, a cluster or sentinels. */
export interface IoRedisClient {
  evalsha(sha: string, keys: number, ...keysAndArguments: string[]): Promise<unknown>;
  eval(script: string, keys: number, ...keysAndArguments: string[]): Promise<unknown>;
}

/**
 * Lets gates use a client of node-redis, connected by its owner. One link serves all gates of a process.
 *
 * @example
 * ```ts
 * import { nodeRedis, redisTokenBucket } from "@sluice/gates/redis";
 * // In place of `createClient({ url, disableOfflineQueue: true })` of node-redis: one whose Redis has 19 tokens left.
 * const client = { evalSha: async () => [1, 0, 0, 19_000_000], eval: async () => [] };
 * const redis = nodeRedis(client, { timeoutMs: 50 });
 * const gate = redisTokenBucket({ redis, key: "orders", capacity: 20, ratePerSecond: 100, fallback: { share: 0.25 } });
 * console.log((await gate.ask()).granted, Math.floor(gate.quota().remaining)); // prints true 19
 * ```
 */
export function nodeRedis(client: NodeRedisClient, options?: RedisLinkOptions): RedisLink {
  checkClient("nodeRedis", client, ["evalSha", "eval"]);
  const call = (key: string, args: readonly string[]): NodeRedisArguments => ({
    keys: [key],
    arguments: [...args],
  });
  return redisLink(
    {
      evalSha: (sha, key, args) => client.evalSha(sha, call(key, args)),
      eval: (script, key, args) => client.eval(script, call(key, args)),
    },
    options,
  );
}

/**
 * Lets gates use a client of ioredis. One link serves all gates of a process.
 *
 * @example
 * ```ts
 * import { ioRedis, redisTokenBucket } from "@sluice/gates/redis";
 * // In place of `new Redis({ enableOfflineQueue: false })` of ioredis: one whose Redis has 19 tokens left.
 * const client = { evalsha: async () => [1, 0, 0, 19_000_000], eval: async () => [] };
 * const redis = ioRedis(client, { timeoutMs: 50 });
 * const gate = redisTokenBucket({ redis, key: "orders", capacity: 20, ratePerSecond: 100, fallback: { share: 0.25 } });
 * console.log((await gate.ask()).granted, Math.floor(gate.quota().remaining)); // prints true 19
 * ```
 */
export function ioRedis(client: IoRedisClient, options?: RedisLinkOptions): RedisLink {
  checkClient("ioRedis", client, ["evalsha", "eval"]);
  return redisLink(
    {
      evalSha: (sha, key, args) => client.evalsha(sha, 1, key, ...args),
      eval: (script, key, args) => client.eval(script, 1, key, ...args),
    },
    options,
  );
}

function checkClient(place: string, client: unknown, methods: readonly string[]): void {
  const has = (method: string): boolean =>
    typeof (client as Record<string, unknown> | undefined | null)?.[method] === "function";
  if (methods.every(has)) return;
  throw new TypeError(
    `Cannot give ${place} the client ${describe(client)}: it must have the methods ${methods.join(" and ")}`,
  );
}
