// Door: gates whose state many processes share, in Redis.

export {
  type RedisBreaker,
  redisBreaker,
  type RedisBreakerOptions,
  type RedisBreakerSnapshot,
} from "./redis/redis-breaker.js";
export { ioRedis, type IoRedisClient, nodeRedis, type NodeRedisClient } from "./redis/redis-clients.js";
export {
  type RedisCommands,
  type RedisLink,
  redisLink,
  type RedisLinkOptions,
  type RedisLinkSnapshot,
  type RedisPresence,
} from "./redis/redis-link.js";
export {
  type RedisTokenBucket,
  redisTokenBucket,
  type RedisTokenBucketOptions,
  type RedisTokenBucketSnapshot,
} from "./redis/redis-token-bucket.js";
export type { SharedFallback } from "./redis/shared-fallback.js";
