// Calls from end to end, in memory and over a real socket.

import { call, defineService, openClient, serveTransport, type Transport, unchecked } from "@sluice/net";
import { joined, memoryPair } from "@sluice/net/kit";
import { describe, expect, it } from "vitest";
import { bothWays, turns, until } from "./both-ways.js";

const service = defineService("calls", {
  ask: call({ input: unchecked<unknown>(), output: unchecked<unknown>() }),
  json: call({ input: unchecked<unknown>(), output: unchecked<unknown>(), codec: "json" }),
});

for (const { name, open } of bothWays) {
  describe(`a call over ${name}`, () => {
    it("answers what the handler returned or its promise resolved with", async () => {
      const { client } = await open(service, {
        ask: (input) => (input === "late" ? Promise.resolve("later") : [input, "now"]),
        json: (input) => input,
      });
      expect(await client.ask("x")).toEqual(["x", "now"]);
      expect(await client.ask("late")).toBe("later");
      expect(await client.ask(undefined)).toEqual([undefined, "now"]);
      expect(await client.json({ a: [1, null] })).toEqual({ a: [1, null] });
    });

    it("answers undefined for a handler that returns nothing", async () => {
      const { client } = await open(service, { ask: () => undefined, json: () => undefined });
      expect(await client.ask(1)).toBeUndefined();
      expect(await client.json(1)).toBeUndefined();
    });

    it("answers a thousand calls made at once, each with its own answer", async () => {
      const { client } = await open(service, { ask: (input) => input, json: (input) => input });
      const answers = await Promise.all(Array.from({ length: 1000 }, (_, i) => client.ask(i)));
      expect(answers).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    });

    it("refuses more than 1,024 waiting calls by name, and loses none of the others", async () => {
      const { client } = await open(service, { ask: (input) => input, json: (input) => input });
      const all = await Promise.allSettled(Array.from({ length: 1500 }, (_, i) => client.ask(i)));
      const refused = all.filter((result) => result.status === "rejected");
      expect(refused.length).toBe(1500 - 256 - 1024);
      for (const { reason } of refused) expect(reason).toMatchObject({ code: "OVERLOADED" });
      expect(await client.ask("still fine")).toBe("still fine");
    });

    it("keeps no place for those who left the line", async () => {
      let answer = (): void => {};
      const held = new Promise<void>((resolve) => {
        answer = resolve;
      });
      const { client } = await open(
        service,
        { ask: () => held, json: () => undefined },
        { limits: { peerStreams: 1 } },
      );
      const first = client.ask("first");
      for (let round = 0; round < 3; round += 1) {
        const leaving = Array.from({ length: 1024 }, () => new AbortController());
        const settled = Promise.allSettled(leaving.map(({ signal }) => client.ask(round, { signal })));
        for (const controller of leaving) controller.abort(new Error("left the line"));
        for (const result of await settled) {
          expect(result).toMatchObject({ reason: { message: "left the line" } });
        }
      }
      const last = client.ask("last");
      answer();
      await Promise.all([first, last]);
    });

    it("tells those who waited when the connection ended that nothing of theirs was begun", async () => {
      const { client } = await open(
        service,
        { ask: () => new Promise(() => {}), json: () => undefined },
        { limits: { peerStreams: 1 } },
      );
      const settled = Promise.allSettled([client.ask("under way"), client.ask("waits")]);
      await until(() => client.snapshot().streams.length === 1);
      await client.close();
      const [underWay, waits] = await settled;
      expect(underWay).toMatchObject({ reason: { code: "CONNECTION_LOST" } });
      expect(String((underWay as PromiseRejectedResult).reason)).toContain("only what may run twice");
      expect(waits).toMatchObject({ reason: { code: "CONNECTION_LOST" } });
      expect(String((waits as PromiseRejectedResult).reason)).toContain("nothing was begun");
    });

    it.each<[string, () => unknown, string]>([
      [
        "throws",
        () => {
          throw new Error("broken");
        },
        "broken",
      ],
      ["rejects", () => Promise.reject(new Error("broken later")), "broken later"],
      ["throws what is no error", () => Promise.reject("text"), "text"],
    ])("rejects when the handler %s, and only this call", async (_what, broken, message) => {
      const errors: unknown[] = [];
      const { client } = await open(
        service,
        { ask: (input) => (input === 1 ? broken() : input), json: (input) => input },
        { onHandlerError: (error) => errors.push(error) },
      );
      const results = await Promise.allSettled([client.ask(0), client.ask(1), client.ask(2)]);
      expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
      expect(results[1]).toMatchObject({ reason: { code: "INTERNAL", message, notStarted: false } });
      expect(errors).toHaveLength(1);
    });

    it("names a route that the server does not have, and the nearest one", async () => {
      const { client } = await open(service, { ask: (input) => input, json: (input) => input });
      const newer = defineService("calls", { aks: call(), unrelated: call() });
      const other = await open({ ...newer, name: "calls" }, { aks: () => 1, unrelated: () => 2 });
      expect(await other.client.aks()).toBe(1);
      expect(await client.ask(1)).toBe(1);
    });

    it("refuses an input or output that cannot be encoded, naming the field", async () => {
      const { client } = await open(service, { ask: () => ({ run: () => 1 }), json: () => ({ n: 1n }) });
      await expect(client.ask({ deep: { key: Symbol("s") } })).rejects.toThrow(
        "Cannot encode an item as msgpack: the field deep.key is a symbol; send plain values",
      );
      await expect(client.ask(1)).rejects.toThrow("the field run is a function");
      await expect(client.json(1)).rejects.toThrow("the field n is a bigint");
    });

    it("refuses an input or answer above the peer's limit by both numbers", async () => {
      const limits = { itemBytes: 200_000 };
      const handlers = { ask: (size: unknown) => "x".repeat(size as number), json: (x: unknown) => x };
      const { client } = await open(service, handlers, { limits, clientLimits: limits });
      await expect(client.ask("y".repeat(300_000))).rejects.toMatchObject({
        code: "ITEM_TOO_LARGE",
        message: expect.stringMatching(
          /^Cannot send an item of 300\d{3} bytes: the peer takes at most \d+; /,
        ),
      });
      await expect(client.ask(300_000)).rejects.toMatchObject({ code: "ITEM_TOO_LARGE" });
      expect(await client.ask(100_000)).toHaveLength(100_000);
    });

    it("tells the handler that nobody waits any more: by signal", async () => {
      const reasons: unknown[] = [];
      let started = 0;
      const { client } = await open(service, {
        ask: (_input, { signal }) =>
          new Promise((resolve) => {
            started += 1;
            signal.addEventListener("abort", () => {
              reasons.push(signal.reason);
              resolve("too late");
            });
          }),
        json: (input) => input,
      });
      const controller = new AbortController();
      const asked = client.ask(1, { signal: controller.signal });
      await until(() => started === 1);
      controller.abort(new Error("changed my mind"));
      await expect(asked).rejects.toThrow("changed my mind");
      await until(() => reasons.length === 1);
      expect(reasons[0]).toMatchObject({ code: "CANCELLED" });
      expect(await client.json("still alive")).toBe("still alive");
    });

    it("is not even sent when its signal has aborted before", async () => {
      let started = 0;
      const { client } = await open(service, {
        ask: () => {
          started += 1;
        },
        json: (input) => input,
      });
      await expect(client.ask(1, { signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow(
        "before",
      );
      await client.json(1);
      expect(started).toBe(0);
    });
  });
}

describe("a call over a link without room", () => {
  it("waits with its answer: one message is on its way, however many calls are answered", async () => {
    const [near, far] = memoryPair();
    let sentWithoutRoom = 0;
    let isStalled = false;
    let tellRoom: () => void = () => {};
    const slow: Transport = {
      onMessage: (listener) => far.onMessage(listener),
      onClose: (listener) => far.onClose(listener),
      close: (code, reason) => far.close(code, reason),
      onRoom: (listener) => {
        tellRoom = listener;
        far.onRoom(() => {
          if (!isStalled) listener();
        });
      },
      send: (message) => {
        if (isStalled) sentWithoutRoom += joined(message).byteLength;
        const room = far.send(message);
        return isStalled ? 0 : room;
      },
    };
    const answers: (() => void)[] = [];
    const answer = "x".repeat(8_000);
    serveTransport(slow, service, {
      ask: () => new Promise((resolve) => answers.push(() => resolve(answer))),
      json: (input) => input,
    });
    const client = await openClient(near, service);
    const asked = Array.from({ length: 64 }, (_, i) => client.ask(i));
    await until(() => answers.length === 64);
    isStalled = true;
    for (const give of answers) {
      give();
      await turns(2);
    }
    expect(sentWithoutRoom).toBeGreaterThan(8_000);
    expect(sentWithoutRoom).toBeLessThan(9_000);
    isStalled = false;
    tellRoom();
    expect(await Promise.all(asked)).toEqual(asked.map(() => answer));
    await client.close();
  });
});
