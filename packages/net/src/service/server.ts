// The server of a service: any number of connections, one handler for each route.

import type { Publisher, SluiceError } from "@sluice/core";
import { codecNames } from "../payload/codecs.js";
import { type Settings, settingsOf } from "../protocol/limits.js";
import { streamFailure } from "../protocol/protocol-error.js";
import type { SessionEvent } from "../protocol/session/session-api.js";
import { CLOSE_TRY_AGAIN_LATER, type Transport } from "../transport/transport.js";
import { CallResponder } from "./call.js";
import { Connection } from "./connection.js";
import type { ConnectionOwner } from "./connection-parts.js";
import { Link } from "./link.js";
import type { HandlerContext } from "./context.js";
import type { CallRoute, Routes, Service, StreamRoute } from "./contract.js";
import { didYouMean } from "./nearest.js";
import { StreamResponder } from "./remote-subscriber.js";
import type { ErrorPlace, ServedRoute } from "./responder.js";
import { guarded, servedRoutes } from "./served-routes.js";
import { defaultRuntime, LONGEST_TIMER_MS, type Runtime } from "./runtime.js";
import type { ConnectionSnapshot } from "./snapshot.js";

/** What a stream's handler may return: anything with items. A promise of one is awaited. */
export type Streamable<T> = Publisher<T> | Iterable<T> | AsyncIterable<T>;

/** One function for each route. It gets the parsed input and what is known of the request. */
export type Handlers<R extends Routes> = {
  readonly [K in keyof R]: R[K] extends StreamRoute<infer _Input, infer Parsed, infer Output>
    ? (input: Parsed, context: HandlerContext) => Streamable<Output> | PromiseLike<Streamable<Output>>
    : R[K] extends CallRoute<infer _Input, infer Parsed, infer Output>
      ? (input: Parsed, context: HandlerContext) => Output | PromiseLike<Output>
      : never;
};

/** What a server can be told, whatever its transport. */
export interface ServerOptions {
  /** Limits of this side, such as `peerStreams`; see docs/protocol.md §9 for all and their defaults. */
  readonly limits?: Partial<Settings>;
  /** Checks every output against its schema, for development: it costs time for each item. Default false. */
  readonly checkOutput?: boolean;
  /**
   * Connections open at once, at most: whoever comes beyond them is refused at the door (HTTP 503) and counted in
   * `snapshot().refused`. Default 10,000; what one of them holds is in docs/protocol.md §4.5.
   */
  readonly maxConnections?: number;
  /**
   * Hears of every error that ended one stream, and of what a source threw when it was closed, with the error
   * itself, stack and all; the client gets code and message only. Default: nobody hears.
   */
  readonly onError?: (error: unknown, place: ErrorPlace) => void;
  /** Hears of every connection that ended with an error. Default: nobody hears. */
  readonly onConnectionError?: (error: SluiceError) => void;
  /** Clock and scheduling; for tests in virtual time, and other runtimes. */
  readonly runtime?: Runtime;
}

/** How `close` ends a server. */
export interface CloseOptions {
  /** Milliseconds that running streams and calls may take to end by themselves. Default 0: they are cut. */
  readonly drainMs?: number;
}

/** Counters of a server's connections, computed on call. */
export interface ServerSnapshot {
  readonly connections: readonly ConnectionSnapshot[];
  /** Connections refused so far because `maxConnections` were open. */
  readonly refused: number;
}

/**
 * Serves one connection over a transport that is open.
 *
 * @example
 * ```ts
 * import { range } from "@sluice/core";
 * import { defineService, openClient, serveTransport, stream, unchecked } from "@sluice/net";
 * import { memoryPair } from "@sluice/net/kit";
 * const numbers = defineService("numbers", { upTo: stream({ input: unchecked<number>(), output: unchecked<number>() }) });
 * const [near, far] = memoryPair();
 * serveTransport(far, numbers, { upTo: (n) => range(1, n) });
 * const client = await openClient(near, numbers);
 * console.log(await client.upTo(3).toArray()); // prints [ 1, 2, 3 ]
 * await client.close();
 * ```
 */
export function serveTransport<R extends Routes>(
  transport: Transport,
  service: Service<R>,
  handlers: Handlers<R>,
  options: ServerOptions = {},
): void {
  new ServiceHost(service, handlers, options).accept(transport);
}

/** The connections of one service, whoever accepts them. */
export class ServiceHost<R extends Routes> {
  private readonly routes: ReadonlyMap<string, ServedRoute>;
  private readonly options: ServerOptions;
  private readonly connections = new Set<ServedConnection>();
  private readonly maxConnections: number;
  private refused = 0;
  private isClosing = false;
  /** Who waits for the last connection to go. */
  private readonly closers: (() => void)[] = [];

  /**
   * Throws a `TypeError` for a route without a handler and a handler without a route, a `RangeError` for limits
   * that cannot work.
   */
  constructor(service: Service<R>, handlers: Handlers<R>, options: ServerOptions) {
    settingsOf("server", options.limits);
    this.routes = servedRoutes(service, handlers as Readonly<Record<string, unknown>>, options);
    this.options = options;
    const { maxConnections = MAX_CONNECTIONS } = options;
    if (!Number.isSafeInteger(maxConnections) || maxConnections < 1) {
      throw new RangeError(
        `Cannot set maxConnections to ${String(maxConnections)}: it must be an integer >= 1; default ${MAX_CONNECTIONS}`,
      );
    }
    this.maxConnections = maxConnections;
  }

  /** Why no connection is let in now, counted as a refusal; undefined: `accept` takes one. */
  refusal(): string | undefined {
    if (this.connections.size < this.maxConnections) return undefined;
    this.refused += 1;
    return `all ${this.maxConnections} connections of this server are taken; try again later`;
  }

  accept(transport: Transport): void {
    const reason = this.refusal();
    if (reason !== undefined) {
      transport.close(CLOSE_TRY_AGAIN_LATER, reason);
      return;
    }
    const served: ServedConnection = new ServedConnection(this.routes, transport, this.options, () => {
      this.connections.delete(served);
      if (this.connections.size === 0) for (const resolve of this.closers.splice(0)) resolve();
    });
    this.connections.add(served);
    served.connection.start();
    if (this.isClosing) served.connection.close();
  }

  snapshot(): ServerSnapshot {
    return {
      connections: [...this.connections].map((served) => served.connection.snapshot()),
      refused: this.refused,
    };
  }

  /** Announces the end to all, lets them run for `drainMs`, then cuts; resolves when no connection is left. */
  close(options: CloseOptions = {}): Promise<void> {
    const { drainMs = 0 } = options;
    if (!(drainMs >= 0 && drainMs <= LONGEST_TIMER_MS)) {
      throw new RangeError(
        `Cannot drain for ${drainMs} ms: it must be from 0 to ${LONGEST_TIMER_MS}; 0 cuts what runs`,
      );
    }
    this.isClosing = true;
    const gone = new Promise<void>((resolve) => {
      if (this.connections.size === 0) resolve();
      else this.closers.push(resolve);
    });
    const cut = (): void => {
      for (const served of this.connections) served.connection.close();
    };
    for (const served of this.connections) served.connection.drain("The server is ending");
    if (drainMs === 0) {
      cut();
      return gone;
    }
    const { clock } = this.options.runtime ?? defaultRuntime;
    return gone.finally(clock.schedule(drainMs, cut));
  }
}

class ServedConnection implements ConnectionOwner {
  readonly connection: Connection;
  private readonly routes: ReadonlyMap<string, ServedRoute>;
  private readonly options: ServerOptions;
  private readonly forget: () => void;

  constructor(
    routes: ReadonlyMap<string, ServedRoute>,
    transport: Transport,
    options: ServerOptions,
    forget: () => void,
  ) {
    this.routes = routes;
    this.options = options;
    this.forget = forget;
    this.connection = new Connection(new Link(transport), options.runtime ?? defaultRuntime, this, {
      role: "server",
      codecs: codecNames,
      ...(options.limits === undefined ? {} : { settings: options.limits }),
    });
  }

  onReady(): void {}

  onOpened(event: Extract<SessionEvent, { kind: "opened" }>): void {
    const { streamId, method, interaction, codec, deadlineMs } = event;
    const { session } = this.connection;
    const route = this.routes.get(method);
    if (route === undefined) {
      session.reject(streamId, streamFailure("NOT_FOUND", notFound(method, this.routes.keys())));
    } else if (route.interaction !== interaction) {
      const text = `Cannot open ${method} as a ${interaction}: it is a ${route.interaction}; bring both sides to the same contract`;
      session.reject(streamId, streamFailure("NOT_FOUND", text));
    } else if (route.codec.name !== codec) {
      const text = `Cannot open ${method} with the codec "${codec}": it is served as "${route.codec.name}"; bring both sides to the same contract`;
      session.reject(streamId, streamFailure("CODEC_UNSUPPORTED", text));
    } else {
      const responder =
        interaction === "call"
          ? new CallResponder(this.connection, streamId, route, deadlineMs)
          : new StreamResponder(this.connection, streamId, route, deadlineMs);
      responder.begin();
      return;
    }
    this.connection.wakeReply();
  }

  /** A server opens no streams. */
  onSlots(): void {}

  onGoaway(): void {}

  onDrained(): void {
    this.connection.close();
  }

  onEnd(error: SluiceError | undefined): void {
    if (error !== undefined) guarded(this.options.onConnectionError)(error);
  }

  onGone(): void {
    this.forget();
  }
}

function notFound(method: string, known: Iterable<string>): string {
  const name = JSON.stringify(method.slice(0, 100));
  return `Cannot open ${name}: this server has no such route${didYouMean(method, known)}`;
}

// Some 25 KB each while idle: 250 MB, before streams. Judgement; Node's own servers have no bound at all.
const MAX_CONNECTIONS = 10_000;
