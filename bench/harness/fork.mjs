// A child process that answers questions: the parent asks by name and argument, the child runs the function of
// that name and sends back what it answers. Each contender lives in such a process.
import { fork as forkProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

/**
 * Starts `script` of this folder as a process of its own.
 *
 * @param {string} script file beside this one that calls `answer`
 * @param {number} timeoutMs a question not answered in this time (in milliseconds) fails, and the child is killed
 */
export function fork(script, timeoutMs) {
  const path = fileURLToPath(new URL(script, import.meta.url));
  // --expose-gc: memory is only compared after a forced collection.
  const child = forkProcess(path, [], {
    execArgv: ["--expose-gc"],
    stdio: ["ignore", "inherit", "pipe", "ipc"],
  });
  return new Child(child, timeoutMs);
}

/** Called once in the child: what it can be asked. */
export function answer(functions) {
  process.on("message", async ({ question, argument }) => {
    try {
      process.send({ answer: await functions[question](argument) });
    } catch (error) {
      process.send({ error: error instanceof Error ? error.message : String(error) });
    }
  });
  process.on("disconnect", () => process.exit());
}

class Child {
  constructor(child, timeoutMs) {
    this.child = child;
    this.timeoutMs = timeoutMs;
    this.lastWords = "";
    this.exited = new Promise((resolve) => child.once("exit", (code, signal) => resolve(signal ?? code)));
    child.stderr.setEncoding("utf8").on("data", (text) => {
      // The end says what went wrong; libraries that warn for each item would fill the memory otherwise.
      this.lastWords = (this.lastWords + text).slice(-2_000);
    });
  }

  /** Asks one question at a time; with `last` the child is let go afterwards, whatever the answer. */
  async ask(question, argument, { last = false } = {}) {
    try {
      return await this.exchange({ question, argument });
    } finally {
      if (last) await this.stop();
    }
  }

  /** Rejects when the process ends by itself, and says why; while nobody waits for that, it is no failure. */
  async failure() {
    throw new Error(`process ended (${await this.exited}): ${lastLines(this.lastWords)}`);
  }

  async stop() {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill("SIGKILL");
    await this.exited;
  }

  exchange(message) {
    const { child } = this;
    return new Promise((resolve, reject) => {
      const settle = (act, value) => {
        clearTimeout(timer);
        child.off("message", onMessage).off("exit", onExit);
        act(value);
      };
      const onMessage = ({ answer, error }) =>
        error === undefined ? settle(resolve, answer) : settle(reject, new Error(error));
      const onExit = (code, signal) =>
        settle(reject, new Error(`process ended (${signal ?? code}): ${lastLines(this.lastWords)}`));
      const timer = setTimeout(() => {
        settle(reject, new Error(`no answer within ${this.timeoutMs / 1000} s`));
      }, this.timeoutMs);
      child.on("message", onMessage).on("exit", onExit);
      // Without a function for the error, a process that has ended would end this one too.
      child.send(message, (error) => {
        if (error !== null) settle(reject, new Error(`process has ended: ${lastLines(this.lastWords)}`));
      });
    });
  }
}

function lastLines(text) {
  const lines = text.trim().split("\n");
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1);
}
