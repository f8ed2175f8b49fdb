// Commands between a test and its child processes, over IPC: { id, name, ...given } there, { id, value | error } back.
import { fork } from "node:child_process";
import { once } from "node:events";

/** In a child: answers each command by the function of its name; after `close` nothing holds the process. */
export function answerCommands(commands) {
  process.on("message", async ({ id, name, ...given }) => {
    try {
      process.send({ id, value: await commands[name](given) });
    } catch (error) {
      process.send({ id, error: String(error?.stack ?? error) });
    }
    if (name === "close") process.disconnect();
  });
  // Whoever started this process is gone: nobody would ever end it.
  process.on("disconnect", () => setTimeout(() => process.exit(3), 10_000).unref());
}

/** Starts a child that answers commands: `await child.ask("name", { ... })`. */
export function startChild(file, args = [], execArgv = []) {
  const child = fork(file, args, { execArgv });
  const waiting = new Map();
  let lastId = 0;
  let isGone = false;
  const gone = once(child, "exit").then(([code, signal]) => {
    isGone = true;
    for (const { reject } of waiting.values())
      reject(new Error(`The process of ${file} is gone (${signal ?? code})`));
    waiting.clear();
    return { code, signal };
  });
  child.on("message", ({ id, value, error }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) resolve(value);
    else reject(new Error(error));
  });
  return {
    gone,
    ask: (name, given = {}) =>
      new Promise((resolve, reject) => {
        if (isGone) {
          reject(new Error(`The process of ${file} is gone`));
          return;
        }
        lastId += 1;
        waiting.set(lastId, { resolve, reject });
        child.send({ id: lastId, name, ...given });
      }),
    /** kill -9. */
    kill: () => {
      child.kill("SIGKILL");
      return gone;
    },
    /** Ends it by its own command; an exit by itself proves that it has left nothing open. */
    close: async (given) => {
      const late = setTimeout(() => child.kill("SIGKILL"), 20_000);
      child.send({ id: -1, name: "close", ...given });
      waiting.set(-1, { resolve: () => {}, reject: () => {} });
      const how = await gone;
      clearTimeout(late);
      return how;
    },
  };
}
