// Door: gates whose state many processes share, in Redis.
export {};
