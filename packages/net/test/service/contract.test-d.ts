// What the types of a contract say on both sides. Compiled by tsc with the tests; nothing runs.

import type { Flow } from "@sluice/core";
import {
  type ChannelOptions,
  type Client,
  call,
  channel,
  defineService,
  type HandlerContext,
  type Handlers,
  push,
  type RequestOptions,
  type Streamable,
  stream,
  type StreamOptions,
  unchecked,
} from "@sluice/net";
import { type } from "arktype";
import * as v from "valibot";
import { expectTypeOf } from "vitest";
import { z } from "zod";

const service = defineService("all", {
  zod: stream({
    input: z.object({ limit: z.string().transform(Number), mode: z.enum(["a", "b"]).default("a") }),
    output: z.object({ id: z.number() }),
  }),
  valibot: call({ input: v.object({ name: v.string() }), output: v.number() }),
  arktype: call({ input: type({ age: "number" }), output: type("string[]") }),
  nothing: call({}),
  trusted: stream({ input: unchecked<Map<string, number>>(), output: unchecked<bigint>() }),
  talk: channel({ input: z.string().transform(Number), output: v.object({ sum: v.number() }) }),
  open: channel({ input: type("number") }),
  told: push({ input: v.pipe(v.string(), v.transform(Number)), idempotent: true }),
  tick: push(),
});
type All = (typeof service)["routes"];

declare const client: Client<All>;

// The client gives what goes into a schema, with defaults left out and before transforms.
expectTypeOf(client.zod).parameter(0).toEqualTypeOf<{ limit: string; mode?: "a" | "b" | undefined }>();
expectTypeOf(client.zod).parameter(1).toEqualTypeOf<StreamOptions | undefined>();
expectTypeOf(client.zod({ limit: "3" })).toEqualTypeOf<Flow<{ id: number }>>();
expectTypeOf(client.valibot).parameter(0).toEqualTypeOf<{ name: string }>();
expectTypeOf(client.valibot).parameter(1).toEqualTypeOf<RequestOptions | undefined>();
expectTypeOf(client.valibot({ name: "x" })).toEqualTypeOf<Promise<number>>();
expectTypeOf(client.arktype({ age: 1 })).toEqualTypeOf<Promise<string[]>>();
expectTypeOf(client.nothing()).toEqualTypeOf<Promise<unknown>>();
expectTypeOf(client.trusted(new Map())).toEqualTypeOf<Flow<bigint>>();

// A channel takes anything with items of what goes in; each comes out as its schema makes it.
expectTypeOf(client.talk).parameter(0).toEqualTypeOf<Streamable<string>>();
expectTypeOf(client.talk).parameter(1).toEqualTypeOf<ChannelOptions | undefined>();
expectTypeOf(client.talk(["1"])).toEqualTypeOf<Flow<{ sum: number }>>();
expectTypeOf(client.talk(new Set("1"), { window: "auto" })).toEqualTypeOf<Flow<{ sum: number }>>();
expectTypeOf(client.open([1])).toEqualTypeOf<Flow<unknown>>();

// A push brings nothing back.
expectTypeOf(client.told("1")).toEqualTypeOf<Promise<void>>();
expectTypeOf(client.told).parameter(1).toEqualTypeOf<RequestOptions | undefined>();
expectTypeOf(client.tick()).toEqualTypeOf<Promise<void>>();
expectTypeOf(client.tick(undefined, { metadata: { trace: "7" }, inherit: false })).toEqualTypeOf<
  Promise<void>
>();

// The handler gets what comes out of it.
type ZodHandler = Handlers<All>["zod"];
expectTypeOf<Parameters<ZodHandler>[0]>().toEqualTypeOf<{ limit: number; mode: "a" | "b" }>();
expectTypeOf<Parameters<ZodHandler>[1]>().toEqualTypeOf<HandlerContext>();
expectTypeOf<Parameters<Handlers<All>["nothing"]>[0]>().toEqualTypeOf<undefined>();
expectTypeOf<Parameters<Handlers<All>["talk"]>[0]>().toEqualTypeOf<Flow<number>>();
expectTypeOf<Parameters<Handlers<All>["told"]>[0]>().toEqualTypeOf<number>();
expectTypeOf<ReturnType<Handlers<All>["told"]>>().toEqualTypeOf<void | PromiseLike<void>>();
expectTypeOf<HandlerContext["metadata"]>().toEqualTypeOf<Readonly<Record<string, string>>>();

// @ts-expect-error an input of the wrong type
client.valibot({ name: 1 });
// @ts-expect-error an input that is missing
client.zod();
// @ts-expect-error a call has no window
client.valibot({ name: "x" }, { window: 1 });
// @ts-expect-error items of the wrong type
client.talk([1]);
// @ts-expect-error the input of a channel is never left out
client.talk();
// @ts-expect-error a channel is not opened again
client.talk(["1"], { restarts: 3 });
// @ts-expect-error an input of the wrong type
client.told(1);
// @ts-expect-error metadata are texts
client.tick(undefined, { metadata: { trace: 7 } });
// @ts-expect-error a channel without input
channel({ output: v.number() });
// @ts-expect-error a push has no output
push({ output: v.number() });
// @ts-expect-error a stream is not idempotent, it is restartable
stream({ idempotent: true });
// @ts-expect-error no such route
client.recrods();

// A handler may return anything with items, or a promise of it, of the right type.
export const good: Pick<Handlers<All>, "zod" | "valibot"> = {
  zod: async function* ({ limit }) {
    yield { id: limit };
  },
  valibot: async ({ name }) => name.length,
};
export const alsoGood: Pick<Handlers<All>, "zod"> = { zod: async () => [{ id: 1 }] };
export const goodWays: Pick<Handlers<All>, "talk" | "told"> = {
  talk: async function* (numbers) {
    for await (const n of numbers) yield { sum: n };
  },
  told: async (n) => void n.toFixed(),
};
export const bad: Pick<Handlers<All>, "zod" | "valibot" | "talk" | "told"> = {
  // @ts-expect-error items of the wrong type
  talk: (numbers) => numbers,
  // @ts-expect-error a push answers nothing
  told: async () => 5,
  // @ts-expect-error items of the wrong type
  zod: () => [{ id: "one" }],
  // @ts-expect-error an output of the wrong type
  valibot: () => "three",
};
