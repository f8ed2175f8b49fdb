// A channel whose connection is cut again and again: the session goes on over the next one, and both directions have each
// item once, in order.

import { map, range } from "@sluice/core";
import { channel, defineService, unchecked } from "@sluice/net";
import { simulate } from "@sluice/net/sim";
import { describe, expect, it } from "vitest";
import { simServer } from "./sim-service.js";

const service = defineService("s", {
  talk: channel({ input: unchecked<number>(), output: unchecked<number>() }),
});

describe("a channel whose connection is cut", () => {
  it.each([1, 2, 3])("has each item once, in order, both ways: seed %i", async (seed) => {
    const { value } = await simulate({ seed }, async (sim) => {
      const server = simServer(sim, service, { talk: (input) => input.pipe(map((n) => n * 2)) });
      const client = await server.connect({ reconnect: { baseMs: 5, capMs: 50 } });
      const reading = client.talk(range(0, 20_000), { window: 64 }).toArray();
      let cuts = 0;
      const cutting = (async () => {
        for (; cuts < 5; cuts += 1) {
          await sim.sleep(sim.random.int(20, 200));
          server.link.cut();
        }
      })();
      const items = await reading;
      await cutting;
      await client.close();
      return { items, attempts: server.attempts.length };
    });
    expect(value.items).toEqual(Array.from({ length: 20_000 }, (_, i) => 2 * i));
    expect(value.attempts).toBeGreaterThan(3);
  });

  it("fails with the connection when the session is gone, and stops both sources", async () => {
    const { value } = await simulate({ seed: 4 }, async (sim) => {
      const server = simServer(sim, service, { talk: (input) => input });
      const client = await server.connect({ reconnect: { baseMs: 5, capMs: 50 } });
      let isStopped = false;
      async function* endless(): AsyncGenerator<number> {
        try {
          for (let i = 0; ; i += 1) {
            await sim.sleep(1);
            yield i;
          }
        } finally {
          isStopped = true;
        }
      }
      const reading = client
        .talk(endless())
        .forEach(() => {})
        .catch((error: { code: string; notStarted: boolean }) => error);
      await sim.sleep(300);
      server.crash();
      server.start();
      const error = await reading;
      await sim.sleep(100);
      await client.close();
      return { code: error?.code, notStarted: error?.notStarted, isStopped };
    });
    expect(value).toEqual({ code: "SESSION_LOST", notStarted: false, isStopped: true });
  });
});
