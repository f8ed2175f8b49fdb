// The client of a service: one connection, one method for each route.

import { type Flow, prefetch, SluiceError } from "@sluice/core";
import { codecNames } from "../payload/codecs.js";
import { type Settings, settingsOf } from "../protocol/limits.js";
import type { Transport } from "../transport/transport.js";
import { remoteCall } from "./call.js";
import type { RequestOptions, Route } from "./client-request.js";
import { codecOf } from "./bodies.js";
import { Connection } from "./connection.js";
import type { ConnectionOwner } from "./connection-parts.js";
import { Link } from "./link.js";
import type { CallRoute, Routes, Service, StreamRoute } from "./contract.js";
import { remotePublisher } from "./remote-publisher.js";
import { defaultRuntime, LONGEST_TIMER_MS, type Runtime } from "./runtime.js";
import type { ConnectionSnapshot } from "./snapshot.js";
import { StreamOpener } from "./stream-opener.js";

/** What a stream can be told, besides what every request can. */
export interface StreamOptions extends RequestOptions {
  /**
   * Items asked for ahead of demand, and held here at most. Default: none, the demand of whoever subscribes
   * goes over the wire as it is. A round trip costs what the window does not cover.
   */
  readonly window?: number | undefined;
}

/** What a client can do besides its routes. */
export interface ClientControls {
  /** Ends the connection; streams and calls that still run fail with `CONNECTION_LOST`. */
  close(): Promise<void>;
  /** Resolves when the connection has ended: with its error, or undefined when either side closed it. Never rejects. */
  readonly closed: Promise<SluiceError | undefined>;
  /** Counters of the connection and its open streams, computed on call. */
  snapshot(): ConnectionSnapshot;
}

/** One method for each route: a stream returns a Flow, a call a promise. */
export type Client<R extends Routes> = ClientControls & {
  readonly [K in keyof R]: R[K] extends StreamRoute<infer Input, infer _Parsed, infer Output>
    ? Method<Input, StreamOptions, Flow<Output>>
    : R[K] extends CallRoute<infer Input, infer _Parsed, infer Output>
      ? Method<Input, RequestOptions, Promise<Output>>
      : never;
};

type Method<Input, Options, Result> = undefined extends Input
  ? (input?: Input, options?: Options) => Result
  : (input: Input, options?: Options) => Result;

/** What a client can be told, whatever its transport. */
export interface ClientOptions {
  /** Limits of this side, such as `shareBytes`; see docs/protocol.md §9 for all and their defaults. */
  readonly limits?: Partial<Settings>;
  /** Clock and scheduling; for tests in virtual time, and other runtimes. */
  readonly runtime?: Runtime;
}

/**
 * Makes a client over a transport that is open; resolves when the server has said HELLO.
 *
 * *Buffers:* at most `shareBytes` for each stream (256 KiB by default), 16 MiB in all. *Errors:* rejects with a
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
  transport: Transport,
  service: Service<R>,
  options: ClientOptions = {},
): Promise<Client<R>> {
  return prepareClient(service, options)(transport);
}

/**
 * What makes clients of `service`, with everything checked that can be before there is a transport: throws a
 * `RangeError` for limits that cannot work and a `TypeError` for an unknown codec.
 */
export function prepareClient<R extends Routes>(
  service: Service<R>,
  options: ClientOptions,
): (transport: Transport) => Promise<Client<R>> {
  settingsOf("client", options.limits);
  for (const [name, route] of Object.entries(service.routes)) codecOf(`${service.name}.${name}`, route);
  return (transport) =>
    new Promise((resolve, reject) => {
      const owner = new ClientOwner(
        () => resolve(clientOf(service, owner)),
        (error) => reject(error),
      );
      owner.start(transport, options);
    });
}

class ClientOwner implements ConnectionOwner {
  readonly closed: Promise<SluiceError | undefined>;
  private readonly onOpen: () => void;
  private readonly onNeverOpen: (error: SluiceError) => void;
  private connection: Connection | undefined = undefined;
  private opener: StreamOpener | undefined = undefined;
  private settleClosed: (error: SluiceError | undefined) => void = () => {};
  private error: SluiceError | undefined = undefined;

  constructor(onOpen: () => void, onNeverOpen: (error: SluiceError) => void) {
    this.onOpen = onOpen;
    this.onNeverOpen = onNeverOpen;
    this.closed = new Promise((resolve) => {
      this.settleClosed = resolve;
    });
  }

  start(transport: Transport, options: ClientOptions): void {
    const runtime = options.runtime ?? defaultRuntime;
    const connection = new Connection(new Link(transport), runtime, this, {
      role: "client",
      codecs: codecNames,
      ...(options.limits === undefined ? {} : { settings: options.limits }),
    });
    this.connection = connection;
    this.opener = new StreamOpener(connection);
    connection.start();
  }

  /** What a request needs; the owner has started whenever a client exists. */
  parts(): { readonly connection: Connection; readonly opener: StreamOpener } {
    return { connection: this.connection as Connection, opener: this.opener as StreamOpener };
  }

  close(): Promise<void> {
    this.connection?.close();
    return this.closed.then(() => {});
  }

  onReady(): void {
    this.onOpen();
  }

  /** A server opens no streams: its session has no slot for them, and none gets here. */
  onOpened(): void {}

  onSlots(): void {
    this.opener?.onSlots();
  }

  /** Nobody waits for a slot that will not come: who is in line is refused by name. */
  onGoaway(): void {
    this.opener?.onSlots();
  }

  onDrained(): void {
    this.connection?.close();
  }

  onEnd(error: SluiceError | undefined): void {
    this.error = error;
    const reason =
      error ?? new SluiceError("CONNECTION_LOST", "The connection was closed; connect again to go on");
    this.opener?.onEnd(reason);
    this.onNeverOpen(reason);
  }

  onGone(): void {
    this.settleClosed(this.error);
  }
}

function clientOf<R extends Routes>(service: Service<R>, owner: ClientOwner): Client<R> {
  const client: Record<string, unknown> = {
    close: () => owner.close(),
    closed: owner.closed,
    snapshot: () => owner.parts().connection.snapshot(),
  };
  for (const [name, route] of Object.entries(service.routes)) {
    client[name] = methodOf(`${service.name}.${name}`, route, owner);
  }
  return client as Client<R>;
}

function methodOf(method: string, route: CallRoute | StreamRoute, owner: ClientOwner): unknown {
  const to: Route = {
    ...owner.parts(),
    codec: codecOf(method, route),
    interaction: route.interaction,
    method,
  };
  if (route.interaction === "call") {
    return (input: unknown, options: RequestOptions = NO_OPTIONS) => {
      checkDeadline(method, options.deadlineMs);
      return remoteCall(to, input, options);
    };
  }
  return (input: unknown, options: StreamOptions = NO_OPTIONS) => {
    checkDeadline(method, options.deadlineMs);
    const flow = remotePublisher(to, input, options);
    return options.window === undefined ? flow : flow.pipe(prefetch(options.window));
  };
}

const NO_OPTIONS: StreamOptions = {};

function checkDeadline(method: string, deadlineMs: number | undefined): void {
  if (deadlineMs === undefined || (deadlineMs > 0 && deadlineMs <= LONGEST_TIMER_MS)) return;
  throw new RangeError(
    `Cannot ask for ${method} with a deadline of ${deadlineMs} ms: it must be > 0 and at most ${LONGEST_TIMER_MS}; leave it out for none`,
  );
}
