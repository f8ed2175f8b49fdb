// How a stream over threads ends: what its user is told, and that nothing is left of it.

import { getEventListeners } from "node:events";
import { concat, defer, fail, finalize, type Flow, never, of, range, take } from "@sluice/core";
import { offload, type OffloadOptions } from "@sluice/node/threads";
import { ManualSubscriber } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { threadsOfTest, until } from "./threads-alive.js";
import { stepFile, workerFile } from "./worker-file.js";

const same = stepFile("(n) => n");
/** Says that it is at work, and never stops by itself. */
const busy = workerFile(`
  import { workerData } from "node:worker_threads";
  import { serveStep } from "@sluice/node/worker";
  serveStep(() => { for (;;) Atomics.store(workerData, 0, 1); });`);
/** Has something left to do when its stream has ended. */
const lingering = stepFile("(n) => { setInterval(() => {}, 1000); return n; }");
const broken = stepFile(`(what) => {
  if (what === "throw") throw Object.assign(new RangeError("Cannot take: it is\\ntoo large"), { code: "E_LARGE" });
  if (what === "reject") return Promise.reject(new TypeError("rejected"));
  if (what === "throw a text") throw "a text";
  if (what === "exit") process.exit(3);
  if (what === "uncaught") setImmediate(() => { throw new Error("nobody caught it"); });
  if (what === "memory") { const all = []; for (;;) all.push(new Array(1000).fill(what)); }
  if (what === "function") return () => {};
  return new Promise(() => {}); // until then
}`);
const throwsAtImport = workerFile(`throw new TypeError("thrown at import"); export {}`);
const servesNothing = workerFile("export {}");
const servesTwice = workerFile(`
  import { serveStep } from "@sluice/node/worker";
  serveStep((n) => n);
  serveStep((n) => n);`);
const neverServes = workerFile("setInterval(() => {}, 1000);");
const speaksItself = workerFile(`
  import { parentPort } from "node:worker_threads";
  import { serveStep } from "@sluice/node/worker";
  serveStep((n) => { parentPort.postMessage("hello"); return new Promise(() => {}); });`);

describe("offload", () => {
  const here = (file: URL): string => file.pathname;
  it.each<[string, URL, unknown, OffloadOptions<unknown>, object, object | undefined]>([
    [
      "a step that throws",
      broken,
      "throw",
      {},
      {
        code: "STEP_FAILED",
        message: `Cannot run the step of ${here(broken)}: RangeError: Cannot take: it is\ntoo large`,
      },
      { name: "RangeError", message: "Cannot take: it is\ntoo large", code: "E_LARGE" },
    ],
    [
      "a step that rejects",
      broken,
      "reject",
      {},
      { code: "STEP_FAILED", message: `Cannot run the step of ${here(broken)}: TypeError: rejected` },
      {
        name: "TypeError",
        message: "rejected",
        stack: expect.stringMatching(/TypeError: rejected\n +at .*worker\.mjs/),
      },
    ],
    [
      "a step that throws no error",
      broken,
      "throw a text",
      {},
      { code: "STEP_FAILED", message: `Cannot run the step of ${here(broken)}: Error: "a text"` },
      { message: '"a text"' },
    ],
    [
      "a result that cannot cross",
      broken,
      "function",
      {},
      { code: "STEP_FAILED", message: expect.stringContaining("Cannot encode an item as msgpack") },
      { code: "INVALID_PAYLOAD" },
    ],
    [
      "an item that cannot cross",
      same,
      () => {},
      {},
      { code: "PAYLOAD_UNENCODABLE", message: expect.stringContaining("Cannot encode an item as msgpack") },
      { message: "a function" },
    ],
    [
      "no bytes where there must be some",
      same,
      1,
      { codec: "raw" },
      { code: "PAYLOAD_UNENCODABLE", message: expect.stringContaining("Cannot send number as raw bytes") },
      undefined,
    ],
    [
      "a thread that exits",
      broken,
      "exit",
      {},
      {
        code: "THREAD_FAILED",
        message: `Cannot go on in the thread of ${here(broken)}: it ended with exit code 3`,
      },
      undefined,
    ],
    [
      "an error that nobody caught",
      broken,
      "uncaught",
      {},
      {
        code: "THREAD_FAILED",
        message: `Cannot go on in the thread of ${here(broken)}: Error: nobody caught it`,
      },
      { message: "nobody caught it" },
    ],
    [
      "memory that is used up",
      broken,
      "memory",
      { worker: { resourceLimits: { maxOldGenerationSizeMb: 16 } } },
      { code: "THREAD_FAILED" },
      { code: "ERR_WORKER_OUT_OF_MEMORY" },
    ],
    [
      "a file that is not there",
      new URL("missing.mjs", import.meta.url),
      1,
      {},
      {
        code: "THREAD_FAILED",
        message: expect.stringMatching(/^Cannot start the thread of .*missing\.mjs: .*Cannot find module/),
      },
      { code: expect.stringMatching(/MODULE_NOT_FOUND$/) },
    ],
    [
      "a file that throws at import",
      throwsAtImport,
      1,
      {},
      {
        code: "THREAD_FAILED",
        message: `Cannot start the thread of ${here(throwsAtImport)}: TypeError: thrown at import`,
      },
      { name: "TypeError", message: "thrown at import" },
    ],
    [
      "a file that serves nothing",
      servesNothing,
      1,
      {},
      {
        code: "THREAD_FAILED",
        message: `Cannot start the thread of ${here(servesNothing)}: it ended with exit code 0; a thread serves when its file calls serveStep()`,
      },
      undefined,
    ],
    [
      "a file that serves twice",
      servesTwice,
      1,
      {},
      { code: "THREAD_FAILED", message: expect.stringContaining("Cannot serve twice in one thread") },
      { message: expect.stringContaining("its port is taken") },
    ],
    [
      "a file that takes too long to serve",
      neverServes,
      1,
      { startMs: 100 },
      { code: "THREAD_FAILED", message: expect.stringContaining("Cannot wait longer than 100 ms for HELLO") },
      { code: "HANDSHAKE_TIMEOUT" },
    ],
    [
      "a file that uses its port itself",
      speaksItself,
      1,
      {},
      { code: "THREAD_FAILED", message: expect.stringContaining("nobody else may post over this port") },
      { code: "CONNECTION_LOST" },
    ],
    [
      "options that Worker refuses",
      same,
      1,
      { worker: { argv: 7 as unknown as string[] } },
      { code: "THREAD_FAILED", message: expect.stringContaining("options.argv") },
      { code: "ERR_INVALID_ARG_TYPE" },
    ],
  ])(
    "fails with what happened, and leaves no thread: %s",
    async (_title, file, item, options, error, cause) => {
      const threads = threadsOfTest();
      const ends: string[] = [];
      const items = concat([of(item), never()]).pipe(finalize((end) => void ends.push(end)));
      const failed = await offload(items, file, { threads: 2, ...options })
        .toArray()
        .catch((thrown) => thrown);
      expect(failed).toMatchObject(error);
      if (cause === undefined) expect(failed.cause).toBeUndefined();
      else expect(failed.cause).toMatchObject(cause);
      expect(ends).toEqual(["cancel"]);
      await threads.gone();
    },
  );
});

describe("the threads of an offload", () => {
  it.each<[string, (items: Flow<number>) => Promise<unknown>, string]>([
    ["complete", (items) => offload(items.pipe(take(20)), same).toArray(), "cancel"],
    [
      "are terminated when they do not end by themselves",
      (items) => offload(items.pipe(take(2)), lingering).toArray(),
      "cancel",
    ],
    ["take(1)", (items) => offload(items, same).pipe(take(1)).toArray(), "cancel"],
    [
      "break of for await",
      async (items) => {
        for await (const _ of offload(items, same)) break;
      },
      "cancel",
    ],
    [
      "an error of upstream",
      (items) =>
        offload(concat([items.pipe(take(20)), fail(new Error("no more"))]), same)
          .toArray()
          .catch(() => {}),
      "cancel",
    ],
  ])("end with their stream: %s", async (_title, run, upstreamEnd) => {
    const threads = threadsOfTest();
    const ends: string[] = [];
    await run(range(0, 1_000_000).pipe(finalize((end) => void ends.push(end))));
    expect(ends).toEqual([upstreamEnd]);
    await threads.gone();
    expect(threads.started.length).toBeGreaterThan(0);
  });

  it("have ended when the stream completes", async () => {
    const threads = threadsOfTest();
    await offload(range(0, 20), same, { threads: 2 }).toArray();
    expect(threads.started.map(({ threadId }) => threadId)).toEqual([-1, -1]);
  });

  it.each<[string, (threads: ReturnType<typeof threadsOfTest>, flag: Int32Array) => boolean]>([
    ["before they have started", () => true],
    ["while they start", (threads) => threads.started.length === 2],
    ["while they compute", (_, flag) => Atomics.load(flag, 0) === 1],
  ])("are terminated by cancel and by an aborted signal %s", async (_title, mayEnd) => {
    for (const way of ["cancel", "abort"] as const) {
      const threads = threadsOfTest();
      const flag = new Int32Array(new SharedArrayBuffer(4));
      const controller = new AbortController();
      const { signal } = controller;
      const ends: string[] = [];
      const items = defer(() => range(0, 1000)).pipe(finalize((end) => void ends.push(end)));
      const options = { threads: 2, signal, worker: { workerData: flag } };
      const subscriber = new ManualSubscriber<unknown>();
      offload(items, busy, options).subscribe(subscriber);
      subscriber.request(10);
      await until(() => mayEnd(threads, flag));
      if (way === "cancel") subscriber.cancel();
      else controller.abort(new Error("not wanted"));
      expect(ends).toEqual(["cancel"]);
      await threads.gone();
      expect(getEventListeners(signal, "abort")).toEqual([]);
      if (way === "abort") expect(subscriber.error).toEqual(new Error("not wanted"));
      else expect(subscriber.signals.map(({ kind }) => kind)).toEqual(["onSubscribe"]);
    }
  });

  it("are not started for a signal that has aborted, nor for a stream without items", async () => {
    const threads = threadsOfTest();
    const signal = AbortSignal.abort(new Error("too late"));
    await expect(offload(range(0, 9), same, { signal }).toArray()).rejects.toThrow("too late");
    expect(await offload([], same).toArray()).toEqual([]);
    expect(await offload([1], same, { threads: 4 }).toArray()).toEqual([1]);
    expect(threads.started).toHaveLength(1);
  });

  it("leave the process nothing to wait for", async () => {
    const listeners = process.eventNames().length;
    const count = (): number =>
      process.getActiveResourcesInfo().filter((kind) => kind === "MessagePort").length;
    const before = count();
    await offload(range(0, 100), same, { threads: 2 }).toArray();
    await until(() => count() <= before);
    expect(process.eventNames()).toHaveLength(listeners);
  });
});

describe("offload refuses at the call", () => {
  it.each<[string, unknown, unknown, string]>([
    [
      "a path",
      "./worker.js",
      {},
      'Cannot give offload the file "./worker.js": it must be a URL, such as new URL("./worker.js", import.meta.url)',
    ],
    [
      "a URL of the network",
      new URL("https://a.test/w.js"),
      {},
      "Cannot give offload the file https://a.test/w.js",
    ],
    ["options that are none", same, 3, "Cannot give offload the options 3: it takes an object"],
    ["no threads", same, { threads: 0 }, "Cannot give offload the threads 0: it must be an integer from 1"],
    ["half an item", same, { window: 0.5 }, "Cannot give offload the window 0.5"],
    [
      "an order",
      same,
      { ordered: "yes" },
      'Cannot give offload the order "yes": it is true, false or { key }',
    ],
    ["a key", same, { ordered: { key: "id" } }, 'Cannot offload with "id": it takes a function'],
    [
      "a codec",
      same,
      { codec: "xml" },
      'Cannot give offload the codec "xml": there are msgpack, columnar, json, raw',
    ],
    ["a signal", same, { signal: 1 }, "Cannot give offload the signal 1: it must be an AbortSignal"],
    ["a time", same, { startMs: 0 }, "Cannot give offload 0 ms"],
    ["what a Worker is made with", same, { worker: "name" }, 'Cannot give offload the options "name"'],
  ])("%s", (_what, file, options, message) => {
    expect(() => offload([1], file as URL, options as object)).toThrow(message);
  });

  it("nothing, but fails for a key that is no key or throws", async () => {
    const by = (key: () => unknown) =>
      offload([1], same, { ordered: { key } } as OffloadOptions<number>).toArray();
    await expect(by(() => ({}))).rejects.toThrow(
      "Cannot order items by a key that is of the type object: it must be a string, number, bigint or boolean",
    );
    await expect(
      by(() => {
        throw new Error("no key");
      }),
    ).rejects.toThrow("no key");
  });
});
