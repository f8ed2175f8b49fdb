// A process that serves the faults service: argv is the port (0: any), the log of `mark` or "", and "watch" when the most
// that it held is asked for, which costs a look at every stream each 10 ms. It can be killed.
import { serve } from "@sluice/net/node";
import { answerCommands } from "./commands.mjs";
import { handlersOf, service } from "./service.mjs";

const [port, log, isWatched] = process.argv.slice(2);
const errors = { uncaught: 0, connections: 0 };
process.on("uncaughtException", (error) => {
  errors.uncaught += 1;
  process.stderr.write(`uncaught in the server: ${error?.stack ?? error}\n`);
});
process.on("unhandledRejection", (error) => {
  errors.uncaught += 1;
  process.stderr.write(`unhandled in the server: ${error?.stack ?? error}\n`);
});
const server = await serve(service, handlersOf(log === "" ? undefined : log), {
  port: Number(port),
  onConnectionError: () => {
    errors.connections += 1;
  },
});

const most = { replayBytes: 0, suspended: 0, connections: 0 };
const watch = isWatched === "watch" ? setInterval(look, 10).unref() : undefined;

function look() {
  const { connections, suspended } = server.snapshot();
  for (const { replayBytes } of connections) most.replayBytes = Math.max(most.replayBytes, replayBytes);
  most.suspended = Math.max(most.suspended, suspended);
  most.connections = Math.max(most.connections, connections.length);
}

answerCommands({
  port: () => server.port,
  most: () => most,
  errors: () => errors,
  snapshot: () => {
    const { connections, suspended } = server.snapshot();
    return {
      connections: connections.length,
      suspended,
      streams: connections.flatMap((one) => one.streams).length,
    };
  },
  heap: () => {
    globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  },
  close: (how) => {
    clearInterval(watch);
    return server.close(how);
  },
});
