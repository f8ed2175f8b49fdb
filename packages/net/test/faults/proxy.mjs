// A process of its own that stands between client and server, on real sockets: it delays, throttles, cuts, resets and
// half-opens on command. Commands come over IPC as { id, name, ...arguments } and are answered by { id, value }.
//
//   client ── near ─┐ proxy ┌─ far ── server
//
//   cut        both sockets end, what is under way is lost (FIN)       reset      the same, with RST
//   halfOpen   the client's socket is reset, the server hears nothing, for two seconds
//   freeze     nothing passes, nobody is told, until `thaw`
//   cutAfter   the same three by turns, each time so many bytes have come from the server (random, given mean)
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { answerCommands } from "./commands.mjs";

let target = { port: 0, host: "127.0.0.1" };
let delayMs = 0;
let bytesPerMs = Number.POSITIVE_INFINITY;
let isFrozen = false;
const pairs = new Set();
const thawed = [];
let auto; // { mean, left, times, random }
let passed = 0;
let made = 0;

const listener = createServer((near) => {
  const far = connect(target.port, target.host);
  const pair = { near, far, isOver: false };
  pairs.add(pair);
  made += 1;
  for (const socket of [near, far]) {
    socket.setNoDelay(true);
    socket.on("error", () => {});
  }
  near.on("close", () => end(pair, "destroy"));
  far.on("close", () => end(pair, "destroy"));
  void carry(near, far, pair, false);
  void carry(far, near, pair, true);
});

// One direction: what was read waits for its time, and reading for the writer.
async function carry(from, to, pair, isDown) {
  try {
    for await (const chunk of from) {
      if (delayMs > 0) await sleep(delayMs);
      if (bytesPerMs < Number.POSITIVE_INFINITY) await sleep(chunk.length / bytesPerMs);
      while (isFrozen) await new Promise((resolve) => thawed.push(resolve));
      if (pair.isOver) return;
      let bytes = chunk;
      let how;
      if (isDown) {
        passed += chunk.length;
        if (auto !== undefined && auto.times > 0) {
          auto.left -= chunk.length;
          if (auto.left < 0) {
            // Somewhere within what came: in a frame, in a WebSocket header, between two of either.
            bytes = chunk.subarray(0, chunk.length + Math.max(auto.left, -chunk.length));
            auto.left = Math.floor(auto.random() * 2 * auto.mean);
            auto.times -= 1;
            how = HOWS[auto.times % HOWS.length];
          }
        }
      }
      if (bytes.length > 0 && !to.write(bytes)) await drained(to);
      if (how !== undefined) end(pair, how);
    }
    to.end();
  } catch {
    end(pair, "destroy");
  }
}

function drained(socket) {
  return new Promise((resolve) => {
    const go = () => {
      socket.off("drain", go);
      socket.off("close", go);
      resolve();
    };
    socket.on("drain", go);
    socket.on("close", go);
  });
}

function end(pair, how) {
  if (pair.isOver) return;
  pair.isOver = true;
  pairs.delete(pair);
  const { near, far } = pair;
  if (how === "halfOpen") {
    near.resetAndDestroy();
    far.pause();
    setTimeout(() => far.resetAndDestroy(), HALF_OPEN_MS).unref();
  } else if (how === "reset") {
    near.resetAndDestroy();
    far.resetAndDestroy();
  } else {
    near.destroy();
    far.destroy();
  }
}

const HOWS = ["destroy", "reset", "halfOpen"];

/** A server's half of a half-open connection is let go then, so that sockets do not gather. */
const HALF_OPEN_MS = 2000;

/** mulberry32: the same seed cuts at the same bytes. */
function seeded(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function endAll(how) {
  for (const pair of [...pairs]) end(pair, how);
}

answerCommands({
  listen: ({ to }) =>
    new Promise((resolve) => {
      target = { ...target, port: to };
      listener.listen(0, "127.0.0.1", () => resolve(listener.address().port));
    }),
  set: (given) => {
    delayMs = given.delayMs ?? 0;
    bytesPerMs = given.bytesPerMs ?? Number.POSITIVE_INFINITY;
  },
  cut: () => endAll("destroy"),
  reset: () => endAll("reset"),
  halfOpen: () => endAll("halfOpen"),
  freeze: () => {
    isFrozen = true;
  },
  thaw: () => {
    isFrozen = false;
    for (const resolve of thawed.splice(0)) resolve();
  },
  cutAfter: ({ mean, times, seed }) => {
    auto = { mean, times, left: mean, random: seeded(seed) };
  },
  figures: () => ({ passed, made, cutsLeft: auto?.times ?? 0, open: pairs.size }),
  close: async () => {
    endAll("destroy");
    await new Promise((resolve) => listener.close(resolve));
  },
});
