// What the types of a contract say on both sides. Compiled by tsc with the tests; nothing runs.

import type { Flow } from "@sluice/core";
import {
  type Client,
  call,
  defineService,
  type HandlerContext,
  type Handlers,
  type RequestOptions,
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

// The handler gets what comes out of it.
type ZodHandler = Handlers<All>["zod"];
expectTypeOf<Parameters<ZodHandler>[0]>().toEqualTypeOf<{ limit: number; mode: "a" | "b" }>();
expectTypeOf<Parameters<ZodHandler>[1]>().toEqualTypeOf<HandlerContext>();
expectTypeOf<Parameters<Handlers<All>["nothing"]>[0]>().toEqualTypeOf<undefined>();

// @ts-expect-error an input of the wrong type
client.valibot({ name: 1 });
// @ts-expect-error an input that is missing
client.zod();
// @ts-expect-error a call has no window
client.valibot({ name: "x" }, { window: 1 });
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
export const bad: Pick<Handlers<All>, "zod" | "valibot"> = {
  // @ts-expect-error items of the wrong type
  zod: () => [{ id: "one" }],
  // @ts-expect-error an output of the wrong type
  valibot: () => "three",
};
