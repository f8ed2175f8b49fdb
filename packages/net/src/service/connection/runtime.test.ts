import { MessageChannel as NodeChannel, type MessagePort as NodePort } from "node:worker_threads";
import { captureReported } from "@sluice/tck";
import { afterEach, describe, expect, it } from "vitest";
import { type Deferring, deferrer } from "./runtime.js";

const opened: NodePort[] = [];

class Channel extends NodeChannel {
  constructor() {
    super();
    opened.push(this.port1, this.port2);
  }
}

const withChannel = { MessageChannel: Channel } as unknown as Deferring;

afterEach(() => {
  for (const port of opened.splice(0)) port.close();
});

describe("deferrer", () => {
  const runtimes: readonly (readonly [string, Deferring])[] = [
    ["setImmediate", { setImmediate }],
    ["MessageChannel only", withChannel],
    ["neither", {}],
  ];
  for (const [name, runtime] of runtimes) {
    it(`with ${name}: runs each task once, in order, after this turn and its promises`, async () => {
      const defer = deferrer(runtime);
      const said: string[] = [];
      const done = new Promise<void>((resolve) => {
        defer(() => said.push("first"));
        defer(() => {
          said.push("second");
          // What is deferred from within waits for a turn of its own.
          defer(() => {
            said.push("third");
            resolve();
          });
          queueMicrotask(() => said.push("between"));
        });
      });
      await Promise.resolve();
      said.push("now");
      await done;
      expect(said).toEqual(["now", "first", "second", "between", "third"]);
    });
  }

  it("opens one channel for all, and none before it is needed", async () => {
    const defer = deferrer(withChannel);
    expect(opened.length).toBe(0);
    for (let i = 0; i < 10; i += 1) await new Promise<void>(defer);
    expect(opened.length).toBe(2);
  });

  it("runs the other tasks of a turn when one throws, whose error is uncaught", async () => {
    const defer = deferrer(withChannel);
    const reported = await captureReported(async () => {
      const done = new Promise<void>((resolve) => {
        defer(() => {
          throw new Error("one of them");
        });
        defer(resolve);
      });
      await done;
    });
    expect(reported.map(String)).toEqual(["Error: one of them"]);
  });
});
