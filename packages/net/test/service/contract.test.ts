// Schemas of three libraries at the entrance of a service, over the wire.

import { call, channel, defineService, push, SchemaError, stream, unchecked } from "@sluice/net";
import { link } from "@sluice/net/memory";
import { type } from "arktype";
import * as v from "valibot";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { z } from "zod";

const schemas = {
  zod: z.object({ query: z.object({ limit: z.number() }) }),
  valibot: v.object({ query: v.object({ limit: v.number() }) }),
  arktype: type({ query: { limit: "number" } }),
};

describe("defineService", () => {
  for (const [library, input] of Object.entries(schemas)) {
    it(`refuses an input that does not fit its ${library} schema before the handler runs, with the path`, async () => {
      let runs = 0;
      // As a client without types would: what it gives is unknown.
      const loose = input as unknown as ReturnType<typeof unchecked<unknown>>;
      const service = defineService("s", { ask: call({ input: loose }) });
      const errors: unknown[] = [];
      const client = await link(
        service,
        {
          ask: () => {
            runs += 1;
            return "answer";
          },
        },
        { onHandlerError: (error, place) => errors.push([error, place]) },
      );
      await expect(client.ask({ query: { limit: "ten" } })).rejects.toMatchObject({
        name: "RemoteError",
        code: "INVALID_PAYLOAD",
        status: 400,
        doNotRetry: true,
        message: expect.stringMatching(/^Cannot accept the input of s\.ask: query\.limit: /),
      });
      expect(runs).toBe(0);
      expect(errors).toEqual([[expect.any(SchemaError), { method: "s.ask", streamId: 1, during: "input" }]]);
      expect(await client.ask({ query: { limit: 10 } })).toBe("answer");
      await client.close();
    });
  }

  it("gives the handler what the schema made of the input", async () => {
    const service = defineService("s", {
      parsed: call({ input: z.object({ n: z.string().transform(Number), k: z.number().default(7) }) }),
    });
    const client = await link(service, { parsed: (input) => input });
    expect(await client.parsed({ n: "5" })).toEqual({ n: 5, k: 7 });
    await client.close();
  });

  it("waits for a schema that answers with a promise", async () => {
    const input = z.number().refine(async (n) => n > 3, "must be above 3");
    const service = defineService("s", { parsed: call({ input, output: z.number() }) });
    const client = await link(service, { parsed: (n) => n * 2 });
    expect(await client.parsed(5)).toBe(10);
    await expect(client.parsed(2)).rejects.toThrow("Cannot accept the input of s.parsed: must be above 3");
    await client.close();
  });

  it("refuses an input where the route takes none", async () => {
    const service = defineService("s", { nothing: call(), any: call({ input: unchecked<unknown>() }) });
    const client = await link(service, { nothing: (input) => String(input), any: () => 1 });
    expect(await client.nothing()).toBe("undefined");
    const sneaky = client.nothing as (input: unknown) => Promise<unknown>;
    await expect(sneaky({ a: 1 })).rejects.toThrow(
      "Cannot accept an input of s.nothing: this route takes none",
    );
    await client.close();
  });

  it("checks outputs in development, unless told not to, and names what does not fit", async () => {
    const service = defineService("s", {
      items: stream({ output: z.object({ id: z.number() }) }),
      one: call({ output: z.number() }),
    });
    const wrong = [{ id: 1 }, { id: "two" }, { id: 3 }] as { id: number }[];
    const handlers = { items: () => wrong, one: () => "no number" as unknown as number };
    const loose = await link(service, handlers, { checkOutput: false });
    expect(await loose.items().toArray()).toEqual(wrong);
    expect(await loose.one()).toBe("no number");
    await loose.close();

    // Tests are development: NODE_ENV is "test".
    const strict = await link(service, handlers);
    const seen: unknown[] = [];
    await expect(strict.items().forEach((item) => void seen.push(item))).rejects.toThrow(
      "Cannot accept the output of s.items: id: ",
    );
    expect(seen).toEqual([{ id: 1 }]);
    await expect(strict.one()).rejects.toThrow("Cannot accept the output of s.one: ");
    await strict.close();
  });

  it.each([
    ["production", 1],
    ["development", 0],
    ["test", 0],
    [undefined, 1],
  ])("checks outputs as NODE_ENV %s says, when it is told nothing", async (mode, answers) => {
    vi.stubEnv("NODE_ENV", mode);
    onTestFinished(() => void vi.unstubAllEnvs());
    const service = defineService("s", { one: call({ output: z.number() }) });
    const client = await link(service, { one: () => "no number" as unknown as number });
    const [{ status }] = await Promise.allSettled([client.one()]);
    expect(status).toBe(answers === 1 ? "fulfilled" : "rejected");
    await client.close();
  });

  it("keeps what a route promises: idempotent, restartable, neither by default", () => {
    expect([call().idempotent, call({ idempotent: true }).idempotent]).toEqual([false, true]);
    expect([push().idempotent, push({ idempotent: true }).idempotent]).toEqual([false, true]);
    expect([stream().restartable, stream({ restartable: true }).restartable]).toEqual([false, true]);
  });

  it.each([
    ["a channel without input", () => channel({} as never), "Cannot define a channel without input"],
    ["a channel of nothing", () => channel(undefined as never), "Cannot define a channel without input"],
    ["a name with a dot", () => defineService("a.b", {}), 'Cannot name a service "a.b"'],
    ["a route with a space", () => defineService("s", { "a b": call() }), 'Cannot name a route "a b"'],
    ["a route called close", () => defineService("s", { close: call() }), 'Cannot define the route "close"'],
    [
      "a route called then",
      // biome-ignore lint/suspicious/noThenProperty: this is the mistake that is refused
      () => defineService("s", { then: call() }),
      'Cannot define the route "then"',
    ],
    [
      "a route that is none",
      () => defineService("s", { a: {} as never }),
      'Cannot define the route "a" by [object Object]',
    ],
    ["a schema that is none", () => call({ input: {} as never }), "it must be a Standard Schema"],
  ])("refuses %s", (_name, define, message) => {
    expect(define).toThrow(TypeError);
    expect(define).toThrow(message);
  });
});
