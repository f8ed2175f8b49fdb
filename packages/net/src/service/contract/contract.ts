// What a service offers, as a value that client and server share: the names, how items go, and the schemas of
// what goes in and comes out. Types follow from it on both sides; no code is generated.

import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { CodecName } from "../../payload/codec.js";
import type { AnyRoute, CallRoute, ChannelRoute, PushRoute, Route, StreamRoute } from "./route.js";

/** Routes by name. */
export type Routes = Readonly<Record<string, AnyRoute>>;

/** A name and its routes: what `serve` and `connect` agree on. */
export interface Service<R extends Routes = Routes> {
  readonly name: string;
  readonly routes: R;
}

/** What a route is made of. */
export interface RouteOptions<In, Out> {
  /** Any Standard Schema (zod, valibot, arktype, ...), or `unchecked()`. Left out: no input. */
  readonly input?: In;
  /** Any Standard Schema, or `unchecked()`. Left out: the output is `unknown`. */
  readonly output?: Out;
  /**
   * How values become bytes. Default `"msgpack"`; `"columnar"` is for streams of many objects with the same keys, about
   * half the bytes and the work; `"raw"` is for items that are bytes, `"json"` for looking at.
   */
  readonly codec?: CodecName;
}

/** What the route of a call is made of. */
export interface CallRouteOptions<In, Out> extends RouteOptions<In, Out> {
  /**
   * Promises that asking twice does no more than asking once, so that a client may repeat a request that may have run
   * when its connection was lost. Default false: only what surely was not begun is repeated.
   */
  readonly idempotent?: boolean;
}

/** What the route of a push is made of. */
export type PushRouteOptions<In> = Omit<CallRouteOptions<In, undefined>, "output">;

/** What the route of a channel is made of. */
export interface ChannelRouteOptions<In, Out> extends RouteOptions<In, Out> {
  /** Any Standard Schema, or `unchecked()`, for each item that the client sends. */
  readonly input: In;
}

/** What a stream's route is made of. */
export interface StreamRouteOptions<In, Out> extends RouteOptions<In, Out> {
  /**
   * Promises that the handler gives the same items in the same order for the same input, so that a client that lost
   * its connection can open the stream again and go on: the handler then begins behind the first `context.offset`
   * items. Default false: such a stream ends with a `ConnectionLostError`.
   */
  readonly restartable?: boolean;
}

/** A schema, or none. */
export type MaybeSchema = StandardSchemaV1 | undefined;

/** What the client gives: `undefined` for a route without input. */
export type InputOf<S> = S extends StandardSchemaV1 ? StandardSchemaV1.InferInput<S> : undefined;

/** What the handler gets. */
export type ParsedOf<S> = S extends StandardSchemaV1 ? StandardSchemaV1.InferOutput<S> : undefined;

/** What the handler gives and the client gets; an output schema does not transform. */
export type OutputOf<S> = S extends StandardSchemaV1 ? StandardSchemaV1.InferInput<S> : unknown;

/**
 * Describes a route with one input and one output.
 *
 * @example
 * ```ts
 * import { call, defineService, unchecked } from "@sluice/net";
 * const service = defineService("sums", { add: call({ input: unchecked<[number, number]>(), output: unchecked<number>() }) });
 * console.log(service.routes.add.interaction); // prints call
 * ```
 */
export function call<In extends MaybeSchema = undefined, Out extends MaybeSchema = undefined>(
  options: CallRouteOptions<In, Out> = {},
): CallRoute<InputOf<In>, ParsedOf<In>, OutputOf<Out>> {
  return { interaction: "call", idempotent: options.idempotent === true, ...routeOf(options) };
}

/**
 * Describes a route with one input and many items.
 *
 * @example
 * ```ts
 * import { defineService, stream, unchecked } from "@sluice/net";
 * const service = defineService("clock", { ticks: stream({ output: unchecked<number>() }) });
 * console.log(service.routes.ticks.codec); // prints msgpack
 * ```
 */
export function stream<In extends MaybeSchema = undefined, Out extends MaybeSchema = undefined>(
  options: StreamRouteOptions<In, Out> = {},
): StreamRoute<InputOf<In>, ParsedOf<In>, OutputOf<Out>> {
  return { interaction: "stream", restartable: options.restartable === true, ...routeOf(options) };
}

/**
 * Describes a route with many items both ways: each direction has its own credit and its own end, so one may be over
 * while the other goes on.
 *
 * @example
 * ```ts
 * import { map } from "@sluice/core";
 * import { channel, defineService, unchecked } from "@sluice/net";
 * import { link } from "@sluice/net/memory";
 * const text = defineService("text", { upper: channel({ input: unchecked<string>(), output: unchecked<string>() }) });
 * const client = await link(text, { upper: (lines) => lines.pipe(map((line) => line.toUpperCase())) });
 * console.log(await client.upper(["a", "b"]).toArray()); // prints [ 'A', 'B' ]
 * await client.close();
 * ```
 */
export function channel<In extends StandardSchemaV1, Out extends MaybeSchema = undefined>(
  options: ChannelRouteOptions<In, Out>,
): ChannelRoute<InputOf<In>, ParsedOf<In>, OutputOf<Out>> {
  if (options?.input === undefined) {
    throw new TypeError(
      "Cannot define a channel without input: items go both ways; give a schema for those of the client, or unchecked<T>()",
    );
  }
  return { interaction: "channel", ...routeOf(options) };
}

/**
 * Describes a route with one input and nothing back but that it was taken: the promise of the client resolves when the
 * handler has ended.
 *
 * @example
 * ```ts
 * import { defineService, push, unchecked } from "@sluice/net";
 * import { link } from "@sluice/net/memory";
 * const log = defineService("log", { line: push({ input: unchecked<string>() }) });
 * const client = await link(log, { line: (text) => console.log(text) });
 * await client.line("hello"); // prints hello
 * await client.close();
 * ```
 */
export function push<In extends MaybeSchema = undefined>(
  options: PushRouteOptions<In> = {},
): PushRoute<InputOf<In>, ParsedOf<In>> {
  const { output: _none, ...route } = routeOf<In, undefined>(options);
  return { interaction: "push", idempotent: options.idempotent === true, output: undefined, ...route };
}

/**
 * Gathers routes under a name.
 *
 * *Errors:* a `TypeError` for a name that cannot go over the wire, for one that the client object uses itself
 * (`close`, `closed`, `snapshot`, `state`, `states`, `then`), and for what is no route.
 *
 * @example
 * ```ts
 * import { call, defineService, stream, unchecked } from "@sluice/net";
 * const flights = defineService("flights", {
 *   records: stream({ input: unchecked<{ limit: number }>(), output: unchecked<{ delay: number }>() }),
 *   count: call({ output: unchecked<number>() }),
 * });
 * console.log(Object.keys(flights.routes)); // prints [ 'records', 'count' ]
 * ```
 */
export function defineService<R extends Routes>(name: string, routes: R): Service<R> {
  checkName("service", name);
  for (const [routeName, route] of Object.entries(routes)) {
    checkName("route", routeName);
    if (RESERVED.has(routeName)) {
      throw new TypeError(
        `Cannot define the route "${routeName}": the client uses this name itself; choose another one`,
      );
    }
    if (!INTERACTIONS.has(route?.interaction)) {
      throw new TypeError(
        `Cannot define the route "${routeName}" by ${String(route)}: a route is made by call(), stream(), channel() or push()`,
      );
    }
  }
  return { name, routes };
}

/**
 * A schema that takes everything and only carries a type: for routes whose two ends are trusted, or as a start.
 *
 * @example
 * ```ts
 * import { unchecked } from "@sluice/net";
 * const schema = unchecked<{ id: number }>();
 * console.log(schema["~standard"].validate({ id: 1 })); // prints { value: { id: 1 } }
 * ```
 */
export function unchecked<T>(): StandardSchemaV1<T, T> {
  return {
    "~standard": { version: 1, vendor: "sluice", validate: (value) => ({ value: value as T }) },
  };
}

function routeOf<In extends MaybeSchema, Out extends MaybeSchema>(
  options: RouteOptions<In, Out>,
): Route<InputOf<In>, ParsedOf<In>, OutputOf<Out>> {
  checkSchema("input", options.input);
  checkSchema("output", options.output);
  // A conditional type cannot be followed through the object; the signatures of call and stream are the truth.
  return {
    input: options.input,
    output: options.output,
    codec: options.codec ?? "msgpack",
  } as unknown as Route<InputOf<In>, ParsedOf<In>, OutputOf<Out>>;
}

function checkSchema(place: string, schema: MaybeSchema): void {
  if (schema === undefined || typeof schema?.["~standard"]?.validate === "function") return;
  throw new TypeError(
    `Cannot use ${String(schema)} as ${place}: it must be a Standard Schema, such as zod's z.object(...) or unchecked<T>()`,
  );
}

function checkName(kind: string, name: string): void {
  if (typeof name === "string" && /^[A-Za-z_][\w-]{0,99}$/.test(name)) return;
  throw new TypeError(
    `Cannot name a ${kind} ${JSON.stringify(name)}: wanted 1 to 100 letters, digits, "_" or "-", a letter first`,
  );
}

const INTERACTIONS: ReadonlySet<unknown> = new Set<AnyRoute["interaction"]>([
  "call",
  "stream",
  "channel",
  "push",
]);

/** Members of the client object; `then` would make it look like a promise. */
const RESERVED: ReadonlySet<string> = new Set(["close", "closed", "snapshot", "state", "states", "then"]);
