// Threads one by one: how many there may be, and how each ends.

import { call, defineService, stream, unchecked } from "@sluice/net";
import { workerStarter, type WorkerStarterOptions } from "@sluice/node/threads";
import { serveStep, serveThread } from "@sluice/node/worker";
import { describe, expect, it } from "vitest";
import { threadsOfTest } from "./threads-alive.js";
import { workerFile } from "./worker-file.js";

const work = defineService("work", {
  id: call({ output: unchecked<number>() }),
  spin: call(),
  exit: call(),
  count: stream({ input: unchecked<number>(), output: unchecked<number>() }),
});

const file = workerFile(`
  import { threadId } from "node:worker_threads";
  import { range } from "@sluice/core";
  import { call, defineService, stream, unchecked } from "@sluice/net";
  import { serveThread } from "@sluice/node/worker";
  const work = defineService("work", {
    id: call({ output: unchecked() }), spin: call(), exit: call(),
    count: stream({ input: unchecked(), output: unchecked() }),
  });
  serveThread(work, {
    id: () => threadId,
    spin: () => { for (;;) ; },
    exit: () => process.exit(4),
    count: (n) => range(0, n),
  });`);

const threadsOf = (options?: WorkerStarterOptions) => workerStarter(file, work, options);

describe("workerStarter", () => {
  it("starts threads up to its bound, which is free again when one has ended", async () => {
    const threads = threadsOf({ max: 2 });
    const [one, two] = await Promise.all([threads.start(), threads.start()]);
    expect(await one.client.count(1000).reduce((sum, n) => sum + n, 0)).toBe(499_500);
    expect(await one.client.id()).toBe(one.worker.threadId);
    expect(await two.client.id()).not.toBe(await one.client.id());
    await expect(threads.start()).rejects.toMatchObject({
      code: "TOO_MANY_THREADS",
      message: "Cannot start another thread: 2 run, which is the most; stop one, or raise max",
    });
    await one.stop();
    expect([threads.running, await one.ended]).toEqual([1, undefined]);
    const three = await threads.start();
    expect(threads.running).toBe(2);
    await threads.stop();
    expect([threads.running, await two.ended, await three.ended]).toEqual([0, undefined, undefined]);
  });

  it("says why a thread ended that nobody stopped", async () => {
    const { client, ended } = await threadsOf().start();
    await expect(client.exit()).rejects.toMatchObject({ code: "CONNECTION_LOST" });
    expect(await ended).toMatchObject({
      code: "THREAD_FAILED",
      message: `Cannot go on in the thread of ${file.pathname}: it ended with exit code 4`,
    });
  });

  it.each([0, 50])("terminates after %d ms a thread that does not end by itself", async (graceMs) => {
    const { client, stop, ended } = await threadsOf().start();
    const spinning = client.spin().catch((error) => error.code);
    await stop(graceMs);
    expect([await spinning, await ended]).toEqual(["CONNECTION_LOST", undefined]);
  });

  it("counts no thread that did not come to serve", async () => {
    const started = threadsOfTest();
    const threads = workerStarter(new URL("missing.mjs", import.meta.url), work, { max: 1 });
    for (let i = 0; i < 2; i += 1)
      await expect(threads.start()).rejects.toMatchObject({ code: "THREAD_FAILED" });
    const refused = workerStarter(file, work, { max: 1, worker: { argv: 7 as unknown as string[] } });
    for (let i = 0; i < 2; i += 1)
      await expect(refused.start()).rejects.toMatchObject({ code: "THREAD_FAILED" });
    await started.gone();
    expect([threads.running, refused.running]).toEqual([0, 0]);
  });

  it("stops one that is starting", async () => {
    const threads = threadsOf();
    const starting = threads.start().catch((error) => error.code);
    await threads.stop();
    expect([await starting, threads.running]).toEqual(["THREAD_FAILED", 0]);
  });

  it.each<[unknown, unknown, string]>([
    ["./worker.js", {}, 'Cannot give workerStarter the file "./worker.js": it must be a URL'],
    [file, 1, "Cannot give workerStarter the options 1"],
    [file, { max: 0 }, "Cannot give workerStarter the max 0"],
    [file, { startMs: Number.NaN }, "Cannot give workerStarter NaN ms"],
  ])("refuses at the call what cannot be: %s %j", (url, options, message) => {
    expect(() => workerStarter(url as URL, work, options as object)).toThrow(message);
  });
});

describe("the side of the thread", () => {
  it("refuses to serve in the main thread, and what is no step", () => {
    // Tests run in a process or a thread of the test runner, which has a port of its own in the second case.
    expect(() => serveStep(3 as unknown as () => void)).toThrow(
      "Cannot serveStep with 3: it takes a function",
    );
    expect(() => serveStep(() => {}, { concurrency: 0 })).toThrow("Cannot give mapAsync the concurrency 0");
    expect(() => serveThread(work, {} as never)).toThrow(TypeError);
  });
});
