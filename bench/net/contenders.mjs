// Where each contender of the N rows stands.

const MODULES = {
  sluice: "./contender/sluice.mjs",
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
  rsocket: "../peers/net/rsocket.mjs",
};

/** @param {string} name */
export function contender(name) {
  return {
    name,
    peer: MODULES[name].startsWith("../peers/"),
    module: new URL(MODULES[name], import.meta.url).href,
  };
}
