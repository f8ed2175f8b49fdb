// The four kinds of route, and what can be sent item by item.

import type { Publisher } from "@sluice/core";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { CodecName } from "../../payload/codec.js";

/** What all kinds of route say. `Input` is what the client gives, `Parsed` what the handler gets. */
export interface Route<Input, Parsed, Output> {
  /** Checks, and may transform, what the client sends. None: the route takes no input. */
  readonly input: StandardSchemaV1<Input, Parsed> | undefined;
  /** Describes each output. It checks and never transforms; `serve` checks when `checkOutput` is set. */
  readonly output: StandardSchemaV1<Output> | undefined;
  readonly codec: CodecName;
}

/** One input, one output. */
export interface CallRoute<Input = unknown, Parsed = unknown, Output = unknown>
  extends Route<Input, Parsed, Output> {
  readonly interaction: "call";
  /** Whether asking twice does no more than asking once. */
  readonly idempotent: boolean;
}

/** One input, many items. */
export interface StreamRoute<Input = unknown, Parsed = unknown, Output = unknown>
  extends Route<Input, Parsed, Output> {
  readonly interaction: "stream";
  /** Whether a client that lost its connection goes on with another one behind what it has had. */
  readonly restartable: boolean;
}

/** Many items in, many items out, each direction with its own end. */
export interface ChannelRoute<Input = unknown, Parsed = unknown, Output = unknown>
  extends Route<Input, Parsed, Output> {
  readonly interaction: "channel";
}

/** One input, and nothing back but that it was taken. */
export interface PushRoute<Input = unknown, Parsed = unknown> extends Route<Input, Parsed, undefined> {
  readonly interaction: "push";
  /** Whether saying it twice does no more than saying it once. */
  readonly idempotent: boolean;
}

/** A route of any kind. */
export type AnyRoute = CallRoute | StreamRoute | ChannelRoute | PushRoute;

/** Anything with items: what the handler of a stream or channel may return, and what a client gives to a channel. */
export type Streamable<T> = Publisher<T> | Iterable<T> | AsyncIterable<T>;
