// Pushes: one item, and back only that it was taken.

import { SluiceError } from "@sluice/core";
import { defineService, push, unchecked } from "@sluice/net";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { bothWays, until } from "./both-ways.js";

const service = defineService("log", {
  line: push({ input: z.string().max(10) }),
  tick: push(),
  bytes: push({ input: unchecked<Uint8Array>(), codec: "raw" }),
});

for (const { name, open } of bothWays) {
  describe(`a push over ${name}`, () => {
    it("resolves with nothing when the handler has taken it, and not before", async () => {
      const lines: string[] = [];
      let finish = (): void => {};
      const { client } = await open(service, {
        line: (text) => {
          lines.push(text);
          return new Promise<void>((resolve) => {
            finish = resolve;
          });
        },
        tick: () => {},
        bytes: () => {},
      });
      let isTaken = false;
      const taken = client.line("one").then((answer) => {
        isTaken = true;
        return answer;
      });
      await until(() => lines.length === 1);
      expect(isTaken).toBe(false);
      finish();
      expect(await taken).toBeUndefined();
      expect(await client.tick()).toBeUndefined();
    });

    it("brings nothing back, whatever the handler returns", async () => {
      const { client } = await open(service, {
        line: () => "an answer" as unknown as undefined,
        tick: async () => 5 as unknown as undefined,
        bytes: () => {},
      });
      expect(await client.line("one")).toBeUndefined();
      expect(await client.tick()).toBeUndefined();
    });

    it("is rejected with what the handler throws, and with what its schema says", async () => {
      let runs = 0;
      const { client } = await open(service, {
        line: () => {
          runs += 1;
          throw new SluiceError("FORBIDDEN", "Cannot write: the disk is read-only");
        },
        tick: () => Promise.reject(new Error("no")),
        bytes: () => {},
      });
      await expect(client.line("one")).rejects.toMatchObject({ code: "FORBIDDEN", status: 403 });
      await expect(client.tick()).rejects.toMatchObject({ code: "INTERNAL", message: "no" });
      await expect(client.line("more than ten")).rejects.toMatchObject({ code: "INVALID_PAYLOAD" });
      expect(runs).toBe(1);
    });

    it("ends by its signal and its deadline, and the handler hears of it", async () => {
      const reasons: unknown[] = [];
      const { client } = await open(service, {
        line: (_, { signal }) =>
          new Promise((resolve) => {
            signal.addEventListener("abort", () => resolve(void reasons.push(signal.reason)));
          }),
        tick: () => {},
        bytes: () => {},
      });
      const controller = new AbortController();
      const given = client.line("a", { signal: controller.signal });
      controller.abort(new Error("changed my mind"));
      await expect(given).rejects.toThrow("changed my mind");
      await expect(client.line("b", { deadlineMs: 20 })).rejects.toMatchObject({ name: "TimeoutError" });
      await until(() => client.snapshot().streams.length === 0);
    });

    it("holds a slot until it was taken: more than the server takes at once wait", async () => {
      let atOnce = 0;
      let most = 0;
      const { client } = await open(
        service,
        {
          line: () => {},
          bytes: () => {},
          tick: async () => {
            atOnce += 1;
            most = Math.max(most, atOnce);
            await new Promise((resolve) => setImmediate(resolve));
            atOnce -= 1;
          },
        },
        { limits: { peerStreams: 4 } },
      );
      await Promise.all(Array.from({ length: 100 }, () => client.tick()));
      expect(most).toBeGreaterThan(1);
      expect(most).toBeLessThanOrEqual(4);
    });

    it("carries bytes as they are", async () => {
      let got: Uint8Array | undefined;
      const { client } = await open(service, {
        line: () => {},
        tick: () => {},
        bytes: (bytes) => {
          got = bytes.slice();
        },
      });
      await client.bytes(new Uint8Array(100_000).fill(7));
      expect(got).toEqual(new Uint8Array(100_000).fill(7));
    });
  });
}
