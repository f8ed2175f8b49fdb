// Where each contender of the N rows stands.

const MODULES = {
  sluice: "./contender/sluice.mjs",
  "sluice-columnar": "./contender/sluice-columnar.mjs",
  "sluice-many": "./contender/sluice-many.mjs",
  "raw-batched": "../peers/net/raw-batched.mjs",
  "mp-seq": "../peers/net/mp-seq.mjs",
  "ws-json-batch": "../peers/net/ws-json-batch.mjs",
  "ws-one": "../peers/net/ws-one.mjs",
  "ws-naive": "../peers/net/ws-naive.mjs",
  "sluice-idle": "./contender/sluice-idle.mjs",
  "ws-idle": "../peers/net/ws-idle.mjs",
  "sluice-window": "./contender/sluice-window.mjs",
  "sluice-beside": "./contender/sluice-beside.mjs",
  "ws-beside": "../peers/net/ws-beside.mjs",
  "rsocket-beside": "../peers/net/rsocket-beside.mjs",
  "sluice-once": "./contender/sluice-once.mjs",
  "sluice-each": "./contender/sluice-each.mjs",
  "raw-broadcast": "../peers/net/raw-broadcast.mjs",
  "socket-io-broadcast": "../peers/net/socket-io-broadcast.mjs",
  rsocket: "../peers/net/rsocket.mjs",
  "rsocket-256": "../peers/net/rsocket-256.mjs",
  "sluice-256": "./contender/sluice-256.mjs",
  grpc: "../peers/net/grpc.mjs",
  "socket.io": "../peers/net/socket-io.mjs",
  trpc: "../peers/net/trpc.mjs",
  capnweb: "../peers/net/capnweb.mjs",
  "effect-rpc": "../peers/net/effect-rpc.mjs",
};

/**
 * What the connection of a contender can be asked for, as far as it can do the work; all answers are verified.
 *
 * @typedef {object} Connection
 * @property {(items: number) => Promise<{ count: number, weight: number }>} fetch one stream of small items (N1, N8)
 * @property {(task: { items: number, bytes: number }) => Promise<{ count: number, weight: number }>} fetchBytes one
 *   stream of binary items (N2, N3)
 * @property {(index: number) => Promise<object>} call brings the small item of that index (N4, N4b)
 * @property {(isOver: () => boolean) => Promise<number>} count takes an endless stream until `isOver()` (N4b, N7)
 * @property {(task: { streams: number, items: number }) => Promise<object>} fetchMany see stream-ends.mjs (N5)
 * @property {(task: { clients: number, items: number }) => Promise<object>} broadcast one stream to so many clients,
 *   which are connected before (N10)
 * @property {(items: number, step: () => Promise<void>) => Promise<void>} consume works `step` on each item (N6)
 */

/** Who runs in a row, in the order of its table; `fewer` marks those that no bar names (`--reps-others`). */
export function contenders(names, { fewer = [] } = {}) {
  return [...names.map(contender), ...fewer.map((name) => ({ ...contender(name), isOther: true }))];
}

/** @param {string} name */
export function contender(name) {
  return {
    name,
    peer: MODULES[name].startsWith("../peers/"),
    module: new URL(MODULES[name], import.meta.url).href,
  };
}
