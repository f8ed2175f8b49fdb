// Channels: many items both ways, each direction with its own credit and its own end.

import { create, fail, type Flow, map, never, of, range, take } from "@sluice/core";
import { channel, defineService, unchecked } from "@sluice/net";
import { describe, expect, it } from "vitest";
import { bothWays, turns, until } from "./both-ways.js";

const numbers = channel({ input: unchecked<number>(), output: unchecked<number>() });
const service = defineService("s", { talk: numbers });

/** A source without an end that counts what it was asked for, and says how it was stopped. */
class Counter {
  asked = 0;
  state: "idle" | "running" | "returned" | "finished" = "idle";

  async *items(until = Number.POSITIVE_INFINITY): AsyncGenerator<number> {
    this.state = "running";
    try {
      while (this.asked < until) {
        this.asked += 1;
        yield this.asked;
      }
      this.state = "finished";
    } finally {
      if (this.state === "running") this.state = "returned";
    }
  }
}

for (const { name, open } of bothWays) {
  describe(`a channel over ${name}`, () => {
    it("carries items both ways", async () => {
      const { client } = await open(service, { talk: (input) => input.pipe(map((n) => n * 2)) });
      expect(await client.talk(range(1, 1000)).toArray()).toEqual(
        Array.from({ length: 1000 }, (_, i) => 2 * (i + 1)),
      );
      expect(await client.talk([1, 2], { window: "auto" }).toArray()).toEqual([2, 4]);
      expect(await client.talk(new Counter().items(3)).toArray()).toEqual([2, 4, 6]);
      expect(await client.talk([]).toArray()).toEqual([]);
    });

    it("asks the client for no more than its handler wants", async () => {
      const source = new Counter();
      const { client } = await open(service, {
        talk: async function* (input) {
          for await (const n of input.pipe(take(7))) yield n;
        },
      });
      expect(await client.talk(source.items()).toArray()).toEqual([1, 2, 3, 4, 5, 6, 7]);
      await until(() => source.state === "returned");
      expect(source.asked).toBe(7);
    });

    it("asks for nothing while nobody takes what comes back", async () => {
      const source = new Counter();
      const { client } = await open(service, { talk: (input) => input });
      const talk = client.talk(source.items());
      await turns(5);
      expect(source.state).toBe("idle");
      const taken: number[] = [];
      for await (const n of talk.pipe(take(3))) taken.push(n);
      expect(taken).toEqual([1, 2, 3]);
    });

    it("tells a handler by its signal when the client has cancelled the output and ended its input", async () => {
      const log: string[] = [];
      const { client } = await open(service, {
        talk: async function* (input, { signal }) {
          for await (const n of input) {
            yield n;
            if (signal.aborted) return;
            await new Promise((resolve) => signal.addEventListener("abort", resolve));
            log.push(String(signal.reason.code));
          }
        },
      });
      const source = create<number>(
        (emitter) => {
          emitter.next(1);
          void until(() => log.length > 0 || isCancelled).then(() => emitter.complete());
          return () => {};
        },
        { capacity: 8, overflow: "error" },
      );
      let isCancelled = false;
      for await (const n of client.talk(source)) {
        expect(n).toBe(1);
        break;
      }
      isCancelled = true;
      await until(() => log.length === 1);
      expect(log).toEqual(["CANCELLED"]);
    });

    it("goes on with what comes back when the client has sent everything", async () => {
      const { client } = await open(service, {
        talk: async function* (input) {
          const sum = await input.reduce((a, b) => a + b, 0);
          for (let i = 0; i < 100; i += 1) yield sum + i;
        },
      });
      expect(await client.talk([1, 2, 3], { window: 5 }).toArray()).toEqual(
        Array.from({ length: 100 }, (_, i) => 6 + i),
      );
    });

    it("goes on with what the client sends when all that comes back has come", async () => {
      let sum = 0;
      let isDone = false;
      const { client, serverSnapshot } = await open(service, {
        talk: (input) => {
          void input
            .forEach((n) => {
              sum += n;
            })
            .then(() => {
              isDone = true;
            });
          return [7];
        },
      });
      const source = new Counter();
      expect(await client.talk(source.items(50_000)).toArray()).toEqual([7]);
      expect(isDone).toBe(false);
      expect(client.snapshot().streams).toHaveLength(1);
      await until(() => isDone);
      expect(sum).toBe((50_000 * 50_001) / 2);
      await until(() => client.snapshot().streams.length === 0);
      expect(source.state).toBe("finished");
      expect(serverSnapshot()?.connections[0]?.streams ?? []).toEqual([]);
    });

    it("goes on with what the client sends when it wants nothing back any more", async () => {
      let taken = 0;
      let isDone = false;
      const output = new Counter();
      const { client } = await open(service, {
        talk: (input) => {
          const count = input.forEach(() => {
            taken += 1;
          });
          void count.then(() => {
            isDone = true;
          });
          return output.items();
        },
      });
      const source = new Counter();
      expect(await client.talk(source.items(20_000)).pipe(take(3)).toArray()).toEqual([1, 2, 3]);
      await until(() => output.state === "returned");
      await until(() => isDone);
      expect([taken, source.state]).toEqual([20_000, "finished"]);
      await until(() => client.snapshot().streams.length === 0);
    });

    it("stops the client's source when the handler wants no more, and sends on", async () => {
      const source = new Counter();
      const { client } = await open(service, {
        talk: async function* (input) {
          const [first] = await input.pipe(take(1)).toArray();
          for (let i = 0; i < 100; i += 1) yield (first ?? 0) + i;
        },
      });
      const got = await client.talk(source.items()).toArray();
      expect(got).toHaveLength(100);
      await until(() => source.state === "returned");
    });

    it("stops the client's source when the handler has ended and never came for it", async () => {
      let stopped = false;
      const stop = (): void => {
        stopped = true;
      };
      const source = create<number>(() => stop, { capacity: 1, overflow: "error" });
      const { client } = await open(service, { talk: () => [1] });
      expect(await client.talk(source).toArray()).toEqual([1]);
      await until(() => stopped);
      await until(() => client.snapshot().streams.length === 0);
    });

    it("gives its slot back when what is cancelled was made of the input", async () => {
      const { client } = await open(
        service,
        { talk: (input) => input.pipe(map((n) => n + 1)) },
        { limits: { peerStreams: 1, unfinishedHandlers: 1 } },
      );
      for (let i = 0; i < 5; i += 1) {
        const source = new Counter();
        expect(await client.talk(source.items()).pipe(take(2)).toArray()).toEqual([2, 3]);
        await until(() => source.state === "returned");
      }
    });

    it("ends both directions when the client's source fails, and tells the handler", async () => {
      const heard: unknown[] = [];
      const output = new Counter();
      const { client } = await open(service, {
        talk: (input) => {
          input.forEach(() => {}).catch((error: unknown) => heard.push(error));
          return output.items();
        },
      });
      const failing = async function* (): AsyncGenerator<number> {
        yield 1;
        throw new Error("the sensor is gone");
      };
      await expect(client.talk(failing()).forEach(() => {})).rejects.toThrow("the sensor is gone");
      await until(() => heard.length === 1 && output.state === "returned");
      expect(heard).toEqual([expect.objectContaining({ code: "INTERNAL", message: "the sensor is gone" })]);
    });

    it("ends both directions when what the handler returned fails, and stops the client's source", async () => {
      const source = new Counter();
      const { client } = await open(service, {
        talk: async function* (input) {
          for await (const n of input) {
            if (n === 5) throw new RangeError("five");
            yield n;
          }
        },
      });
      await expect(client.talk(source.items()).toArray()).rejects.toMatchObject({ message: "five" });
      await until(() => source.state === "returned");
      await until(() => client.snapshot().streams.length === 0);
    });

    it("ends both directions by its signal", async () => {
      const source = new Counter();
      const output = new Counter();
      const reasons: unknown[] = [];
      const { client } = await open(service, {
        talk: (input, { signal }) => {
          signal.addEventListener("abort", () => reasons.push(signal.reason));
          input.forEach(() => {}).catch((error: unknown) => reasons.push(error));
          return output.items();
        },
      });
      const controller = new AbortController();
      let count = 0;
      const reading = client.talk(source.items(), { signal: controller.signal }).forEach(() => {
        count += 1;
        if (count === 10) controller.abort(new Error("enough"));
      });
      await expect(reading).rejects.toThrow("enough");
      await until(() => source.state === "returned" && output.state === "returned" && reasons.length === 2);
      expect(reasons).toEqual([
        expect.objectContaining({ code: "CANCELLED" }),
        expect.objectContaining({ code: "CANCELLED" }),
      ]);
    });

    it("ends both directions by its deadline, on both sides", async () => {
      const source = new Counter();
      const reasons: unknown[] = [];
      const { client } = await open(service, {
        talk: (input) => {
          input.forEach(() => {}).catch((error: unknown) => reasons.push(error));
          return never();
        },
      });
      await expect(client.talk(source.items(), { deadlineMs: 30 }).toArray()).rejects.toMatchObject({
        name: "TimeoutError",
      });
      await until(() => source.state === "returned" && reasons.length === 1);
    });

    it("gives the handler its input once", async () => {
      const { client } = await open(service, {
        talk: async function* (input) {
          yield* await input.pipe(take(1)).toArray();
          yield* input;
        },
      });
      await expect(client.talk([1, 2]).toArray()).rejects.toMatchObject({
        code: "INPUT_TAKEN",
        message:
          "Cannot subscribe to the input of s.talk twice: it comes once over the wire; share() it among several",
      });
    });

    it("fails with the error of a source that fails before anything, and refuses at the call what has no items", async () => {
      const { client } = await open(service, { talk: (input) => input });
      await expect(client.talk(fail(new Error("at once"))).toArray()).rejects.toThrow("at once");
      expect(() => client.talk(5 as unknown as Flow<number>)).toThrow(
        "Cannot send the input of s.talk, a channel takes what has items: Cannot make a flow of 5",
      );
      expect(await client.talk(of(1)).toArray()).toEqual([1]);
    });
  });
}
