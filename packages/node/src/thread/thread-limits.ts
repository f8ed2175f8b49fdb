// The limits of a connection between the threads of one process. A thread that computes answers nothing meanwhile, and
// is no less alive: that it has ended is told by its exit and not by a time limit.

import type { Settings } from "@sluice/net";

/**
 * What both ends of a thread's port set. An item has 64 MiB at most, and all that is on its way in one direction of one
 * thread 128 MiB; what bounds it sooner is the window, which counts items. Both are judgement.
 */
export const THREAD_LIMITS: Partial<Settings> = {
  itemBytes: 64 * 2 ** 20,
  // So that an item which moves need not be cut, with room for its frame.
  messageBytes: 64 * 2 ** 20 + 4096,
  receiveBudget: 128 * 2 ** 20,
  ...withoutTimeLimit("heartbeatMs", "writeStallMs", "itemMs", "handshakeMs"),
};

/** Within this time a thread must have begun to serve: importing a large model takes seconds. Judgement. */
export const START_MS = 30_000;

/** So long may a thread take to end by itself, for what its file does at exit, before it is terminated. Judgement. */
export const GRACE_MS = 1000;

function withoutTimeLimit(...names: readonly (keyof Settings)[]): Partial<Settings> {
  // 24 days: a timer takes no longer time, and would fire at once.
  return Object.fromEntries(names.map((name) => [name, 2 ** 31 - 1]));
}
