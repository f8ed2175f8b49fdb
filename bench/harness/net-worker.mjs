// One process of an N row: the server or the client of one contender, as the parent asks.
import { setTimeout as sleep } from "node:timers/promises";
import { answer } from "./fork.mjs";
import { cpuMs, measureRuns } from "./measure.mjs";
import { heldBytes, MemoryLog } from "./memory-log.mjs";
import { PositionLog } from "./position-log.mjs";
import { summarise } from "./statistics.mjs";
import { callsAlone, callsAtOnce, callsInFlood } from "../net/calls.mjs";
import { callsBesideLargeItems } from "../net/calls-beside.mjs";
import { stepOfOneMillisecond } from "../net/slow-step.mjs";

/** Connections on their way at the same time: below what a listening port keeps in line. */
const AT_ONCE = 100;

let server;
let connection;
let contender;
let contenderPort;
let openPrepared;
/** The connection with a stalled stream. */
let stalled;
/**
 * What is to stay alive, first of all some 25 MB that a service holds anyway, alike for all contenders. While V8's old
 * space is all but empty, received Buffers have it collect every 32 MB or not at all, as the modules that a contender
 * loads happen to have grown it: N2 and N3 would then tell that, 170 us an item of 64 KiB, and not what a contender does.
 */
const alive = [Array.from({ length: 200_000 }, (_, id) => ({ id, list: [id], name: `x${id}` }))];
const memory = new MemoryLog();
const positions = new PositionLog();

answer({
  async serve({ module }) {
    server = await (await import(module)).serve();
    return { port: server.port };
  },

  async connect({ module, port }) {
    contender = await import(module);
    contenderPort = port;
    connection = await contender.connect?.(port);
  },

  /** Does the work again and again and times it; first once to warm up, then, the CPU noted, for good. */
  async measure({ work = "fetch", task, items, weight, quick, times }) {
    const shares = [];
    const measured = await measureRuns(
      async () => {
        const got = await connection[work](task);
        if (got.count !== items || got.weight !== weight) {
          throw new Error(
            `wrong answer: ${got.count} items of weight ${got.weight}, wanted ${items} of ${weight}`,
          );
        }
        if (got.firstOfLast !== undefined) shares.push(got.firstOfLast);
      },
      { quick, times },
    );
    return shares.length === 0 ? measured : { ...measured, firstOfLast: summarise(shares).median };
  },

  callsAlone: (task) => callsAlone(connection, task),

  callsAtOnce: (task) => callsAtOnce(connection, task),

  callsInFlood: (task) => callsInFlood(connection, task),

  /** Items of an endless stream in a second, for so many milliseconds. */
  async rate({ ms, beside = false }) {
    const from = performance.now();
    const count = await (beside ? stalled : connection).count(() => performance.now() - from >= ms);
    return (count * 1e3) / (performance.now() - from);
  },

  /** Makes a second connection, and opens a stream on it whose consumer stops taking. */
  async stall() {
    stalled = await contender.connect(contenderPort);
    await stalled.stall();
  },

  windowed: (task) => connection.windowed(task),

  queueing: (task) => connection.queueing(task),

  callsBeside: (task) => callsBesideLargeItems(connection, task),

  cpu: cpuMs,

  /** Bytes held, when what was going on has come to rest. */
  async held() {
    await sleep(500);
    return heldBytes();
  },

  /** Opens `count` more connections, some at a time, and keeps them. */
  async connectMany({ count }) {
    for (let left = count; left > 0; left -= AT_ONCE) {
      const some = Array.from({ length: Math.min(left, AT_ONCE) }, () => contender.connectOne(contenderPort));
      alive.push(...(await Promise.all(some)));
    }
  },

  /** Makes the connection for the streams, so that it is not counted among them. */
  async prepareStreams({ count }) {
    openPrepared = await contender.openStreams(contenderPort, count);
  },

  async openPrepared() {
    alive.push(await openPrepared());
  },

  async openStreams({ count }) {
    alive.push(await (await contender.openStreams(contenderPort, count))());
  },

  /** Starts the slow consumer; it goes on until the process is stopped. */
  consume({ items }) {
    const step = stepOfOneMillisecond(() => positions.add());
    // It ends only by the death of this process; a failure must not go unseen.
    connection.consume(items, step).catch((error) => {
      process.stderr.write(`Error: ${error.message}\n`);
      process.exit(1);
    });
  },

  /** From now on: memory each second, and on the server how much was produced. */
  startLogs() {
    memory.start();
    if (server !== undefined) positions.sample(server.produced);
  },

  stopLogs() {
    return { growth: memory.stop(), positions: positions.stop() };
  },
});
