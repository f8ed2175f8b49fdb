// The client of a service: one connection, one method for each route.

import { type Flow, from, type MemoryAccount, type SluiceError } from "@sluice/core";
import { checkCapacity } from "@sluice/core/kit";
import { codecNames } from "../../payload/codecs.js";
import { checkRank, DEFAULT_CRITICALITY, DEFAULT_URGENCY } from "../../protocol/frame/rank.js";
import { type Settings, settingsOf } from "../../protocol/limits.js";
import type { Transport } from "../../transport/transport.js";
import { remoteCall } from "./remote-call.js";
import type { Route } from "./client-request.js";
import type { RequestOptions } from "./request-options.js";
import { Addresses } from "./addresses.js";
import { type Auth, authSource } from "./auth.js";
import { codecOf } from "../connection/bodies.js";
import type { Routes, Service } from "../contract/contract.js";
import type {
  AnyRoute,
  CallRoute,
  ChannelRoute,
  PushRoute,
  Streamable,
  StreamRoute,
} from "../contract/route.js";
import { remotePublisher } from "./remote-publisher.js";
import { type ReconnectOptions, reconnectPolicy } from "./reconnect-options.js";
import { type Dial, Reconnector } from "./reconnector.js";
import type { ClientState } from "./client-states.js";
import { Retries, type RetryGate } from "./retries.js";
import { defaultRuntime, LONGEST_TIMER_MS, type Runtime } from "../connection/runtime.js";
import type { ConnectionSnapshot } from "../connection/snapshot.js";
import { checkMetadata } from "../connection/metadata.js";
import { guarded } from "../connection/guarded.js";
import type { StreamOpener } from "./stream-opener.js";

/** What a stream can be told, besides what every request can. */
export interface StreamOptions extends RequestOptions {
  /**
   * How often a restartable stream is opened again without an item in between, before it fails: an integer >= 0.
   * Default 10.
   */
  readonly restarts?: number | undefined;
  /**
   * Items asked for ahead of demand, and held here at most: what a round trip costs is what the window does not cover.
   * `"auto"` finds the number by the round trip and the pace of who takes the items, so that nobody stands still and
   * no item waits here for more than about two round trips; it begins with 16. `"demand"` asks for nothing ahead: the
   * demand of whoever subscribes goes over the wire as it is, and nothing is opened before the first of it. Default
   * `"auto"`.
   *
   * *Buffers:* what was asked for ahead waits here encoded, whatever the number of items: at most `shareBytes`
   * (16 KiB) for a stream that borrows nothing, and `receiveBudget` (16 MiB) for all of one connection
   * (docs/memory.md).
   */
  readonly window?: number | "auto" | "demand" | undefined;
}

/** What a channel can be told. */
export type ChannelOptions = Omit<StreamOptions, "restarts">;

/** What a client can do besides its routes. */
export interface ClientControls {
  /**
   * Takes nothing new (it fails with `CLOSED`), lets what runs end by itself for `drainMs` (default 0), then ends the
   * connection for good; what still runs fails with `CONNECTION_LOST`. Again without `drainMs`: ends it at once.
   */
  close(options?: ClientCloseOptions): Promise<void>;
  /** Resolves when there will be no connection any more: with the error, or undefined when it was closed as wished. Never rejects. */
  readonly closed: Promise<SluiceError | undefined>;
  /** Counters of the connection and its open streams, computed on call. */
  snapshot(): ConnectionSnapshot;
  /** Where it stands now. */
  readonly state: ClientState;
  /**
   * Where it stands now, then each change; completes after `"closed"`. *Demand:* whoever is slow misses some, and never
   * the latest. *Buffers:* one for each subscriber.
   */
  readonly states: Flow<ClientState>;
}

/** How `close` ends a client. */
export interface ClientCloseOptions {
  /** Milliseconds that running streams and calls may take to end by themselves. Default 0: they are cut. */
  readonly drainMs?: number;
}

/**
 * One method for each route: a call returns a promise of its output, a push one of its being taken, a stream a flow; a
 * channel takes the items to send and returns a flow of those that come back.
 */
export type Client<R extends Routes> = ClientControls & {
  readonly [K in keyof R]: R[K] extends StreamRoute<infer Input, infer _Parsed, infer Output>
    ? Method<Input, StreamOptions, Flow<Output>>
    : R[K] extends CallRoute<infer Input, infer _Parsed, infer Output>
      ? Method<Input, RequestOptions, Promise<Output>>
      : R[K] extends ChannelRoute<infer Input, infer _Parsed, infer Output>
        ? (input: Streamable<Input>, options?: ChannelOptions) => Flow<Output>
        : R[K] extends PushRoute<infer Input, infer _Parsed>
          ? Method<Input, RequestOptions, Promise<void>>
          : never;
};

type Method<Input, Options, Result> = undefined extends Input
  ? (input?: Input, options?: Options) => Result
  : (input: Input, options?: Options) => Result;

/** What a client can be told, whatever its transport. */
export interface ClientOptions {
  /** Limits of this side, such as `shareBytes`; see docs/protocol.md §9 for all and their defaults. */
  readonly limits?: Partial<Settings>;
  /**
   * Charged with what this side grants its peer to send, beside `limits`: shared by several connections and buffers it
   * bounds them together (docs/memory.md). Default: none.
   */
  readonly memory?: MemoryAccount;
  /**
   * Whether, and how, it connects again when the connection breaks or the server goes away. Calls and streams that
   * are asked for meanwhile wait. Default: it does, for as long as it takes; a single transport cannot.
   */
  readonly reconnect?: boolean | ReconnectOptions;
  /**
   * Connects with the first request: `connect` resolves at once, and who cannot connect hears of it by his request's
   * deadline, or by an error that no other attempt would change. Default false.
   */
  readonly lazy?: boolean;
  /** Of a lazy client: milliseconds without a request after which the connection is closed, until the next one. Default: never. */
  readonly idleMs?: number;
  /**
   * Grants all that is tried again, connections and requests; may be shared by clients that stand beside each other. A
   * handler that is a client itself has one of its own: what its budget refuses is passed on as not to be retried, so
   * that of several layers only the lowest retries. Default: `retryBudget`
   * of `@sluice/gates` with a tenth of the requests, one in two seconds, and thirty at once.
   */
  readonly retryBudget?: RetryGate;
  /** Who this client is, for the server's `authenticate`: bytes, text, or a function that is asked at each connect. */
  readonly auth?: Auth;
  /** Hears of each change of `state`. Default: nobody hears. */
  readonly onState?: (state: ClientState) => void;
  /** Clock, scheduling and chance; for tests in virtual time, and other runtimes. */
  readonly runtime?: Runtime;
}

/**
 * Makes a client over a transport that is open, or over those that a function opens, one after the other as they
 * break; resolves when the server has said HELLO.
 *
 * *Buffers:* at most `shareBytes` for each stream (16 KiB by default) and what it borrows, `receiveBudget` (16 MiB) in
 * all. *Errors:* rejects with a
 * `SluiceError`: another major version, no HELLO in time, no protocol of ours.
 *
 * @example
 * ```ts
 * import { call, defineService, openClient, serveTransport, unchecked } from "@sluice/net";
 * import { memoryPair } from "@sluice/net/kit";
 * const sums = defineService("sums", { add: call({ input: unchecked<number[]>(), output: unchecked<number>() }) });
 * const [near, far] = memoryPair();
 * serveTransport(far, sums, { add: (numbers) => numbers.reduce((a, b) => a + b, 0) });
 * const client = await openClient(near, sums);
 * console.log(await client.add([1, 2, 3])); // prints 6
 * await client.close();
 * ```
 */
export function openClient<R extends Routes>(
  transport: Transport | (() => PromiseLike<Transport>),
  service: Service<R>,
  options: ClientOptions = {},
): Promise<Client<R>> {
  const isLone = typeof transport !== "function";
  const dial: Dial = isLone ? () => Promise.resolve(transport) : () => transport();
  return prepareClient(service, options)({ dial, addresses: new Addresses(""), isLone });
}

/** How a client comes by its transports. */
export interface Way {
  readonly dial: Dial;
  readonly addresses: Addresses;
  /** There is one transport, and no other will come. */
  readonly isLone: boolean;
  /** Gives the first connection up. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * What makes clients of `service`, with everything checked that can be before there is a transport: throws a
 * `RangeError` for limits that cannot work and a `TypeError` for an unknown codec.
 */
export function prepareClient<R extends Routes>(
  service: Service<R>,
  options: ClientOptions,
): (way: Way) => Promise<Client<R>> {
  settingsOf("client", options.limits);
  for (const [name, route] of Object.entries(service.routes)) codecOf(`${service.name}.${name}`, route);
  const policy = reconnectPolicy(options.reconnect);
  const { lazy: isLazy = false, idleMs } = options;
  checkIdle(isLazy, idleMs, policy !== undefined);
  const authOf = authSource(options.auth);
  const runtime = options.runtime ?? defaultRuntime;
  const retries = new Retries(options.retryBudget, runtime);
  const account = options.memory === undefined ? {} : { account: options.memory };
  return ({ dial, addresses, isLone, signal }) => {
    const reconnects = isLone ? undefined : policy;
    // Nobody comes back to a session: then the server need not keep it either.
    const settings = reconnects === undefined ? { ...options.limits, resumeMs: 0 } : { ...options.limits };
    const connections = new Reconnector({
      runtime,
      dial,
      addresses,
      policy: reconnects,
      isLazy,
      idleMs,
      retries,
      onState: guarded(options.onState),
      sessionOptions: async () => {
        const auth = await authOf();
        return { role: "client", codecs: codecNames, settings, auth, ...account };
      },
    });
    const giveUp = (): void => void connections.close(0, signal?.reason);
    signal?.addEventListener("abort", giveUp, { once: true });
    connections.start();
    if (signal?.aborted === true) giveUp();
    return connections.opened
      .then(() => clientOf(service, connections, runtime))
      .finally(() => signal?.removeEventListener("abort", giveUp));
  };
}

function clientOf<R extends Routes>(
  service: Service<R>,
  connections: Reconnector,
  runtime: Runtime,
): Client<R> {
  const client: Record<string, unknown> = {
    close: ({ drainMs = 0 }: ClientCloseOptions = {}) => {
      checkDrain(drainMs);
      return connections.close(drainMs);
    },
    states: connections.states.flow,
    closed: connections.closed,
    snapshot: () => connections.snapshot(),
    get state() {
      return connections.states.current;
    },
  };
  for (const [name, route] of Object.entries(service.routes)) {
    client[name] = methodOf(`${service.name}.${name}`, route, connections.opener, runtime);
  }
  return client as Client<R>;
}

function methodOf(method: string, route: AnyRoute, opener: StreamOpener, runtime: Runtime): unknown {
  const to: Route = {
    opener,
    restarts: 0,
    isIdempotent: (route as { readonly idempotent?: boolean }).idempotent === true,
    codec: codecOf(method, route),
    interaction: route.interaction,
    method,
    checkedOutput: undefined,
    ambient: runtime.ambient,
  };
  const { interaction } = route;
  if (interaction === "call" || interaction === "push") {
    return (input: unknown, options: RequestOptions = NO_OPTIONS) => {
      checkRequest(method, options);
      return remoteCall(to, input, options);
    };
  }
  return (input: unknown, options: StreamOptions = NO_OPTIONS) => {
    checkRequest(method, options);
    if (interaction === "channel") checkItems(method, input);
    const { window = "auto", restarts = RESTARTS } = options;
    checkRestarts(method, restarts);
    if (window !== "auto" && window !== "demand") checkCapacity(method, window, 1, "window");
    const isRestartable = interaction === "stream" && route.restartable;
    return remotePublisher(isRestartable ? { ...to, restarts } : to, input, options, window);
  };
}

const NO_OPTIONS: StreamOptions = {};

/** With back-off between connections, a minute or so. Judgement. */
const RESTARTS = 10;

function checkRestarts(method: string, restarts: number): void {
  if (Number.isInteger(restarts) && restarts >= 0) return;
  throw new RangeError(
    `Cannot open ${method} again ${restarts} times: restarts must be an integer >= 0; 0 fails with the connection`,
  );
}

function checkIdle(isLazy: boolean, idleMs: number | undefined, reconnects: boolean): void {
  if (idleMs === undefined) return;
  if (!isLazy || !reconnects) {
    throw new TypeError(
      `Cannot close a connection after ${idleMs} ms without use: idleMs needs lazy: true, and a client that connects again`,
    );
  }
  if (idleMs > 0 && idleMs <= LONGEST_TIMER_MS) return;
  throw new RangeError(
    `Cannot close a connection after ${idleMs} ms without use: idleMs must be > 0 and at most ${LONGEST_TIMER_MS}`,
  );
}

function checkDrain(drainMs: number): void {
  if (drainMs >= 0 && drainMs <= LONGEST_TIMER_MS) return;
  throw new RangeError(
    `Cannot drain for ${drainMs} ms: it must be from 0 to ${LONGEST_TIMER_MS}; 0 cuts what runs`,
  );
}

function checkItems(method: string, input: unknown): void {
  try {
    from(input as Streamable<unknown>);
  } catch (error) {
    const why = (error as Error).message;
    throw new TypeError(`Cannot send the input of ${method}, a channel takes what has items: ${why}`);
  }
}

function checkRequest(method: string, options: RequestOptions): void {
  const { deadlineMs, urgency, criticality, metadata, retries } = options;
  checkMetadata(method, metadata);
  if (retries !== undefined && !(Number.isInteger(retries) && retries >= 0)) {
    throw new RangeError(
      `Cannot try ${method} again ${retries} times: retries must be an integer >= 0; 0 fails with the first answer`,
    );
  }
  checkRank(urgency ?? DEFAULT_URGENCY, criticality ?? DEFAULT_CRITICALITY);
  if (deadlineMs === undefined || (deadlineMs > 0 && deadlineMs <= LONGEST_TIMER_MS)) return;
  throw new RangeError(
    `Cannot ask for ${method} with a deadline of ${deadlineMs} ms: it must be > 0 and at most ${LONGEST_TIMER_MS}; leave it out for none`,
  );
}
