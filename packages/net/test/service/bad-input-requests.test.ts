// Requests and answers that are wrong, in each way that somebody gets them wrong: a clear error with its code on the side
// that caused it, and nothing ends but that one stream. (Addresses and options: bad-input.test.ts.)

import { range } from "@sluice/core";
import {
  call,
  channel,
  type Client,
  defineService,
  openClient,
  push,
  type Routes,
  type Service,
  ServiceHost,
  stream,
  unchecked,
} from "@sluice/net";
import { memoryPair } from "@sluice/net/kit";
import { connect, serve } from "@sluice/net/node";
import { type } from "arktype";
import * as v from "valibot";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { turns, until } from "./both-ways.js";

interface Opened<R extends Routes> {
  readonly client: Client<R>;
  /** What the server's `onHandlerError` was told: message, and where. */
  readonly heard: string[];
}

/** A client by one contract of a server by another one, or by the same. */
type Open = <R extends Routes>(
  known: Service<R>,
  served: Service,
  handlers: Readonly<Record<string, unknown>>,
) => Promise<Opened<R>>;

const heardBy = (heard: string[]) => ({
  onHandlerError: (error: unknown, { method, during }: { method: string; during: string }) => {
    heard.push(`${method} ${during}: ${(error as Error).message}`);
  },
});

const ways: Readonly<Record<string, Open>> = {
  memory: async (known, served, handlers) => {
    const heard: string[] = [];
    const [near, far] = memoryPair();
    new ServiceHost(served, handlers as never, heardBy(heard)).accept(far);
    const client = await openClient(near, known);
    onTestFinished(() => client.close());
    return { client, heard };
  },
  ws: async (known, served, handlers) => {
    const heard: string[] = [];
    const server = await serve(served, handlers as never, heardBy(heard));
    const client = await connect(server.url, known);
    onTestFinished(async () => {
      await client.close();
      await server.close();
    });
    return { client, heard };
  },
};

/** A schema that the client's types do not see: as one without types would call. */
const loose = (schema: unknown) => schema as ReturnType<typeof unchecked<unknown>>;
const anything = unchecked<unknown>();

const all = {
  one: call({ input: anything, output: anything }),
  many: stream({ input: anything, output: anything }),
  talk: channel({ input: anything, output: anything }),
  told: push({ input: anything }),
  fine: call({ input: unchecked<number>(), output: unchecked<number>() }),
  neighbour: stream({ output: unchecked<number>() }),
};
const service = defineService("s", all);
const good = {
  one: (input: unknown) => input,
  many: (input: unknown) => [input],
  talk: (input: unknown) => input,
  told: () => {},
  fine: (n: number) => n + 1,
  neighbour: () => range(0, 2_000),
};
type All = Client<typeof all>;
type Kind = "one" | "many" | "talk" | "told";

/** Asks by any of the four interactions, and takes all that comes. */
function ask(client: All, kind: Kind, input: unknown = 1): Promise<unknown> {
  switch (kind) {
    case "one":
      return client.one(input);
    case "told":
      return client.told(input);
    case "many":
      return client.many(input).toArray();
    default:
      return client.talk([input]).toArray();
  }
}

const KINDS: readonly Kind[] = ["one", "many", "talk", "told"];

/** Runs `wrong` while a neighbour streams; the neighbour comes whole, and the connection takes another call. */
async function alone(client: All, wrong: () => Promise<unknown>): Promise<unknown> {
  const neighbour = client.neighbour(undefined, { window: 8 }).toArray();
  await turns(1);
  const error = await wrong().then(
    () => "no error",
    (thrown: unknown) => thrown,
  );
  expect(await neighbour).toHaveLength(2_000);
  expect(await client.fine(1)).toBe(2);
  await until(() => client.snapshot().streams.length === 0);
  return error;
}

for (const [name, open] of Object.entries(ways)) {
  describe(`over ${name}`, () => {
    it.each(KINDS)("an unknown route is named, with the nearest one: %s", async (kind) => {
      const { [kind]: route, ...others } = all;
      const wrong = defineService("s", { ...all, [`${kind}z`]: route });
      const { client } = await open(wrong, defineService("s", all), good);
      const stray = {
        ...client,
        [kind]: (client as unknown as Record<string, unknown>)[`${kind}z`],
      } as unknown as All;
      expect(Object.keys(others)).toHaveLength(5);
      expect(await alone(client as unknown as All, () => ask(stray, kind))).toMatchObject({
        name: "RemoteError",
        code: "NOT_FOUND",
        status: 404,
        doNotRetry: true,
        message: `Cannot open "s.${kind}z": this server has no such route; did you mean "s.${kind}"`,
      });
    });

    const shape = { query: { limit: "ten" } };
    const schemas = {
      zod: z.object({ query: z.object({ limit: z.number() }) }),
      valibot: v.object({ query: v.object({ limit: v.number() }) }),
      arktype: type({ query: { limit: "number" } }),
    };
    for (const [library, schema] of Object.entries(schemas)) {
      it.each(KINDS)(`an input is refused with path, expected and got, by ${library}: %s`, async (kind) => {
        const input = loose(schema);
        const typed = defineService("s", {
          ...all,
          one: call({ input, output: anything }),
          many: stream({ input, output: anything }),
          talk: channel({ input, output: anything }),
          told: push({ input }),
        });
        let taken = 0;
        const take = (value: unknown): unknown => {
          taken += 1;
          return value;
        };
        const { client, heard } = await open(typed, typed, {
          ...good,
          one: take,
          told: take,
          many: (value: unknown) => [take(value)],
          talk: async function* (values: AsyncIterable<unknown>) {
            for await (const value of values) yield take(value);
          },
        });
        const error = await alone(client as All, () => ask(client as All, kind, shape));
        const text = new RegExp(
          `^Cannot accept the input of s\\.${kind}: query\\.limit: .*number.*; got a string of 3 characters$`,
          "i",
        );
        expect(error).toMatchObject({
          name: "RemoteError",
          code: "INVALID_PAYLOAD",
          status: 400,
          doNotRetry: true,
          message: expect.stringMatching(text),
        });
        expect(taken).toBe(0);
        expect(heard).toEqual([expect.stringMatching(new RegExp(`^s\\.${kind} input: `))]);
        const fits = { query: { limit: 10 } };
        const answers = { one: fits, many: [fits], talk: [fits], told: undefined };
        expect(await ask(client as All, kind, fits)).toEqual(answers[kind]);
      });
    }

    it("an item of a channel that does not fit ends it behind those before it", async () => {
      const typed = defineService("s", { ...all, talk: channel({ input: z.number(), output: z.number() }) });
      const { client } = await open(typed, typed, good);
      const seen: number[] = [];
      const items = [1, 2, "three", 4] as number[];
      const reading = client.talk(items).forEach((n) => void seen.push(n));
      await expect(reading).rejects.toThrow(/^Cannot accept the input of s\.talk: .*; got a string of 5/);
      expect([1, 2].slice(0, seen.length)).toEqual(seen);
    });

    it("an item of a channel waits for a schema that answers with a promise, in its order", async () => {
      const slow = z.number().refine(async (n) => {
        await turns(n % 4);
        return n < 30;
      }, "must be below 30");
      const typed = defineService("s", { ...all, talk: channel({ input: slow, output: anything }) });
      const { client } = await open(typed, typed, good);
      const sent = Array.from({ length: 30 }, (_, i) => i);
      expect(await client.talk(sent).toArray()).toEqual(sent);
      await expect(client.talk([1, 2, 31, 3]).toArray()).rejects.toThrow("must be below 30; got 31");
      expect(await client.fine(1)).toBe(2);
    });

    it.each(KINDS)("a handler that throws ends its stream alone, with code and message: %s", async (kind) => {
      const broken = (): never => {
        throw new RangeError("the disk is full");
      };
      for (const handler of [broken, async () => broken()]) {
        const { client, heard } = await open(service, service, { ...good, [kind]: handler });
        expect(await alone(client, () => ask(client, kind))).toMatchObject({
          name: "RemoteError",
          code: "INTERNAL",
          status: 500,
          message: "the disk is full",
        });
        expect(heard).toEqual([`s.${kind} handler: the disk is full`]);
      }
    });

    it.each([
      ["nothing", undefined, "undefined"],
      ["a number", 5, "5"],
      ["an object", { items: [1] }, "<object>"],
      ["a class", class Items {}, "<function>"],
    ])("a handler that returns %s where items are due is told so", async (_name, value, shown) => {
      for (const kind of ["many", "talk"] as const) {
        for (const handler of [() => value, async () => value]) {
          const { client, heard } = await open(service, service, { ...good, [kind]: handler });
          const message = `Cannot send what the handler of s.${kind} returned: Cannot make a flow of ${shown}: from takes a Publisher, iterable, async iterable, ReadableStream or promise`;
          expect(await alone(client, () => ask(client, kind))).toMatchObject({ code: "INTERNAL", message });
          expect(heard).toEqual([`s.${kind} handler: ${message}`]);
        }
      }
    });

    it("a handler that returns another value than its schema says is told so, with path and got", async () => {
      const output = z.object({ id: z.number() });
      const typed = defineService("s", {
        ...all,
        one: call({ input: anything, output: loose(output) }),
        many: stream({ input: anything, output: loose(output) }),
        talk: channel({ input: anything, output: loose(output) }),
      });
      const wrong = { id: "seven" };
      const handlers = { ...good, one: () => wrong, many: () => [wrong], talk: () => [wrong] };
      const { client, heard } = await open(typed, typed, handlers);
      for (const kind of ["one", "many", "talk"] as const) {
        const error = await alone(client as All, () => ask(client as All, kind));
        expect(error).toMatchObject({
          code: "INVALID_PAYLOAD",
          message: expect.stringMatching(
            new RegExp(`^Cannot accept the output of s\\.${kind}: id: .*; got a string of 5 characters$`),
          ),
        });
      }
      expect(heard).toHaveLength(3);
    });

    it.each(KINDS)(
      "a handler that never ends is given up by the deadline, on both sides: %s",
      async (kind) => {
        const reasons: unknown[] = [];
        const { client } = await open(service, service, {
          ...good,
          [kind]: (_: unknown, { signal }: { signal: AbortSignal }) =>
            new Promise((resolve) => {
              signal.addEventListener("abort", () => resolve(reasons.push(signal.reason)));
            }),
        });
        const late = { deadlineMs: 40 };
        const asked = {
          one: () => client.one(1, late),
          told: () => client.told(1, late),
          many: () => client.many(1, late).toArray(),
          talk: () => client.talk([1], late).toArray(),
        };
        expect(await alone(client, asked[kind])).toMatchObject({
          name: "TimeoutError",
          message: `No end of s.${kind} within 40 ms; give more time with deadlineMs, or ask for less`,
        });
        await until(() => reasons.length === 1);
        expect(reasons).toEqual([expect.objectContaining({ name: "AbortError" })]);
      },
    );

    it.each(KINDS)(
      "an input that cannot be encoded fails at the client, naming the field: %s",
      async (kind) => {
        const { client, heard } = await open(service, service, good);
        const error = await alone(client, () =>
          ask(client, kind, { order: { lines: [{ done: () => {} }] } }),
        );
        expect(error).toMatchObject({
          name: "PayloadError",
          code: "PAYLOAD_UNENCODABLE",
          message:
            "Cannot encode an item as msgpack: the field order.lines[0].done is a function; send plain values",
        });
        // A channel is open by then, and its handler at work.
        expect(heard).toEqual(kind === "talk" ? [expect.stringMatching(/^s\.talk input: /)] : []);
      },
    );

    it.each(["one", "many", "talk"] as const)(
      "an output that cannot be encoded fails its stream, naming the field to both: %s",
      async (kind) => {
        const wrong = { user: { key: Symbol("secret") } };
        const { client, heard } = await open(service, service, {
          ...good,
          [kind]: () => (kind === "one" ? wrong : [wrong]),
        });
        const text = "Cannot encode an item as msgpack: the field user.key is a symbol; send plain values";
        expect(await alone(client, () => ask(client, kind))).toMatchObject({
          name: "RemoteError",
          code: "INVALID_PAYLOAD",
          message: text,
        });
        expect(heard).toEqual([expect.stringContaining(text)]);
      },
    );

    it.each(KINDS)("a client that is used after close says so, and nothing is begun: %s", async (kind) => {
      const { client } = await open(service, service, good);
      await client.close();
      await expect(ask(client, kind)).rejects.toMatchObject({ message: expect.stringMatching(/clos|ended/) });
    });

    describe("a contract that differs on both sides", () => {
      it("in the kind of a route is named", async () => {
        const wrong = defineService("s", { ...all, one: stream({ input: anything, output: anything }) });
        const { client } = await open(wrong, service, good);
        const error = await alone(client as unknown as All, () => client.one(1).toArray());
        expect(error).toMatchObject({
          code: "NOT_FOUND",
          message: "Cannot open s.one as a stream: it is a call; bring both sides to the same contract",
        });
      });

      it("in the codec of a route is named", async () => {
        const wrong = defineService("s", {
          ...all,
          one: call({ input: anything, output: anything, codec: "json" }),
        });
        const { client } = await open(wrong, service, good);
        expect(await alone(client as All, () => ask(client as All, "one"))).toMatchObject({
          code: "CODEC_UNSUPPORTED",
          message:
            'Cannot open s.one with the codec "json": it is served as "msgpack"; bring both sides to the same contract',
        });
      });

      it("in the name of the service is named", async () => {
        const { client } = await open(defineService("t", { one: all.one }), service, good);
        await expect(client.one(1)).rejects.toMatchObject({
          code: "NOT_FOUND",
          message: 'Cannot open "t.one": this server has no such route; did you mean "s.one"',
        });
      });

      it("in whether a route takes an input is named", async () => {
        const bare = defineService("s", { ...all, one: call(), told: push() });
        const { client } = await open(service, bare, good);
        for (const kind of ["one", "told"] as const) {
          expect(await alone(client, () => ask(client, kind))).toMatchObject({
            code: "INVALID_PAYLOAD",
            message: `Cannot accept an input of s.${kind}: this route takes none`,
          });
        }
      });
    });
  });
}
