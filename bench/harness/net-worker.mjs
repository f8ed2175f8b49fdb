// One process of an N row: the server or the client of one contender, as the parent asks.
import { answer } from "./fork.mjs";
import { cpuMs, measureRuns } from "./measure.mjs";
import { MemoryLog } from "./memory-log.mjs";
import { PositionLog } from "./position-log.mjs";
import { stepOfOneMillisecond } from "../net/slow-step.mjs";

let server;
let connection;
const memory = new MemoryLog();
const positions = new PositionLog();

answer({
  async serve({ module }) {
    server = await (await import(module)).serve();
    return { port: server.port };
  },

  async connect({ module, port }) {
    connection = await (await import(module)).connect(port);
  },

  /** Fetches the stream again and again and times it; first once to warm up, then, the CPU noted, for good. */
  measure({ items, weight, quick, times }) {
    return measureRuns(
      async () => {
        const got = await connection.fetch(items);
        if (got.count !== items || got.weight !== weight) {
          throw new Error(
            `wrong answer: ${got.count} items of weight ${got.weight}, wanted ${items} of ${weight}`,
          );
        }
      },
      { quick, times },
    );
  },

  cpu: cpuMs,

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
