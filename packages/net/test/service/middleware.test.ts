// Middleware: what stands around every handler, for calls and streams, channels and pushes.

import { from, map, type Publisher, SluiceError } from "@sluice/core";
import { call, channel, defineService, type Middleware, push, stream, unchecked } from "@sluice/net";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { bothWays } from "./both-ways.js";

const number = unchecked<number>();
const service = defineService("m", {
  add: call({ input: z.object({ n: z.number().default(5) }), output: number }),
  upTo: stream({ input: number, output: number }),
  echo: channel({ input: number, output: number }),
  tell: push({ input: number }),
});

const heard: number[] = [];
const handlers = {
  add: ({ n }: { n: number }) => n + 1,
  upTo: (n: number) => Array.from({ length: n }, (_, i) => i),
  echo: (input: AsyncIterable<number>) => input,
  tell: (n: number) => void heard.push(n),
};

for (const { name, open } of bothWays) {
  describe(`middleware over ${name}`, () => {
    it("sees every request, the outermost first, with its parsed input, and what comes back last", async () => {
      const log: unknown[] = [];
      const named =
        (who: string): Middleware =>
        async ({ method, interaction, input, context }, next) => {
          log.push(`${who} in ${method}`, interaction, context.principal);
          if (interaction === "call") log.push(input);
          const result = await next();
          log.push(`${who} out`);
          return result;
        };
      const { client } = await open(service, handlers, {
        middleware: [named("outer"), named("inner")],
        authenticate: () => "anna",
      });
      expect(await client.add({})).toBe(6);
      expect(log.splice(0)).toEqual([
        ...["outer in m.add", "call", "anna", { n: 5 }],
        ...["inner in m.add", "call", "anna", { n: 5 }],
        "inner out",
        "outer out",
      ]);
      expect(await client.upTo(2).toArray()).toEqual([0, 1]);
      await client.tell(3);
      expect(await client.echo([7]).toArray()).toEqual([7]);
      expect(log.filter((line) => /^outer in/.test(String(line)))).toEqual([
        "outer in m.upTo",
        "outer in m.tell",
        "outer in m.echo",
      ]);
    });

    it("may change the input, also to undefined, and leave it as it is", async () => {
      const inputs: unknown[] = [];
      const spy: Middleware = ({ input }, next) => {
        inputs.push(input);
        return next();
      };
      const change: Middleware = ({ input }, next) =>
        input === 9 ? next(undefined) : next((input as number) * 10);
      const { client } = await open(service, handlers, { middleware: [change, spy] });
      heard.length = 0;
      await client.tell(4);
      await client.tell(9);
      expect(heard).toEqual([40, undefined]);
      expect(inputs).toEqual([40, undefined]);
    });

    it("may wrap what comes back: the answer of a call, the items of a stream or channel", async () => {
      const double: Middleware = ({ interaction }, next) => {
        const result = next();
        if (interaction === "call") return (result as number) * 2;
        return from(result as Publisher<number>).pipe(map((n) => n * 2));
      };
      const { client } = await open(service, handlers, { middleware: [double] });
      expect(await client.add({ n: 1 })).toBe(4);
      expect(await client.upTo(3).toArray()).toEqual([0, 2, 4]);
      expect(await client.echo([5]).toArray()).toEqual([10]);
    });

    it("may refuse by throwing, at once or later: that stream ends alone, with its code", async () => {
      const places: unknown[] = [];
      const guard: Middleware = ({ method }, next) => {
        if (method === "m.tell") throw new SluiceError("FORBIDDEN", "Cannot tell: read only");
        if (method === "m.upTo")
          return Promise.reject(new SluiceError("QUOTA", "Cannot read: the quota is used up"));
        return next();
      };
      const { client } = await open(service, handlers, {
        middleware: [guard],
        onHandlerError: (_, { method, during }) => places.push([method, during]),
      });
      heard.length = 0;
      await expect(client.tell(1)).rejects.toMatchObject({
        code: "FORBIDDEN",
        message: "Cannot tell: read only",
      });
      await expect(client.upTo(1).toArray()).rejects.toMatchObject({ code: "QUOTA" });
      expect(await client.add({ n: 1 })).toBe(2);
      expect(heard).toEqual([]);
      expect(places).toEqual([
        ["m.tell", "handler"],
        ["m.upTo", "handler"],
      ]);
    });

    it("may answer without the handler, and ask it again", async () => {
      let tries = 0;
      const flaky = {
        ...handlers,
        add: () => {
          tries += 1;
          if (tries < 3) throw new Error("not yet");
          return tries;
        },
      };
      const again: Middleware = ({ method, input }, next) => {
        if (method === "m.upTo") return [input, input];
        for (;;) {
          try {
            return next();
          } catch {}
        }
      };
      const { client } = await open(service, flaky, { middleware: [again] });
      expect(await client.add({})).toBe(3);
      expect(await client.upTo(8).toArray()).toEqual([8, 8]);
    });

    it("gives a wrong input to nobody", async () => {
      let asked = 0;
      const { client } = await open(service, handlers, { middleware: [(_, next) => ++asked && next()] });
      await expect(client.add({ n: "x" } as never)).rejects.toMatchObject({ code: "INVALID_PAYLOAD" });
      expect(asked).toBe(0);
    });
  });
}
