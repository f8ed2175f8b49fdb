// The way to Redis by both clients, which are ended with the test.

import { ioRedis, nodeRedis, type RedisLink, type RedisLinkOptions } from "@sluice/gates/redis";
import { Redis } from "ioredis";
import { onTestFinished } from "vitest";
import { nodeRedisClient } from "./redis-server.js";

type LinkTo = (port: number, options?: RedisLinkOptions) => Promise<RedisLink>;

/** One link each, by a client of its own. */
export const links: Readonly<Record<"nodeRedis" | "ioRedis", LinkTo>> = {
  nodeRedis: async (port, options) => {
    const client = await nodeRedisClient(port);
    onTestFinished(() => client.destroy());
    return nodeRedis(client, options);
  },
  ioRedis: async (port, options) => {
    const client = new Redis({
      ...{ host: "127.0.0.1", port, enableOfflineQueue: false, lazyConnect: true },
      retryStrategy: () => 20,
    });
    client.on("error", () => {});
    await client.connect();
    onTestFinished(() => client.disconnect());
    return ioRedis(client, options);
  },
};
