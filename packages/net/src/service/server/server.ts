// The server of a service: any number of connections, one handler for each route.

import type { Flow, Gate, MemoryAccount, Permit, PermitOutcome, Rejected, SluiceError } from "@sluice/core";
import { type Settings, settingsOf } from "../../protocol/limits.js";
import type { GoawayOptions } from "../../protocol/session/session-api.js";
import { CLOSE_TRY_AGAIN_LATER, type Transport } from "../../transport/transport.js";
import { type Admission, askDoor, checkGate, giveBack, UNASKED } from "./admission.js";
import { type Authenticate, type ConnectRequest, UNKNOWN_REQUEST } from "./authenticate.js";
import { ConnectionLog } from "./connection-log.js";
import type { HandlerContext } from "../contract/handler-context.js";
import type { Routes, Service } from "../contract/contract.js";
import type { EncodedOnce } from "./encode-once.js";
import type { CallRoute, ChannelRoute, PushRoute, Streamable, StreamRoute } from "../contract/route.js";
import { Link } from "../connection/link.js";
import type { ErrorPlace, ServedRoute } from "./responder.js";
import { defaultRuntime, LONGEST_TIMER_MS, type Runtime } from "../connection/runtime.js";
import { ServedConnection, type ServedOwner } from "./served-connection.js";
import { guarded } from "../connection/guarded.js";
import type { Middleware } from "./middleware.js";
import { servedRoutes } from "./served-routes.js";
import type { ServerEvent } from "./server-event.js";
import { SessionStore } from "./session-store.js";
import type { ConnectionSnapshot } from "../connection/snapshot.js";

/**
 * One function for each route. It gets the parsed input, for a channel a flow of it, and what is known of the request. A
 * promise of what it returns is awaited.
 */
export type Handlers<R extends Routes> = {
  readonly [K in keyof R]: R[K] extends StreamRoute<infer _Input, infer Parsed, infer Output>
    ? (input: Parsed, context: HandlerContext) => Answer<Output> | PromiseLike<Answer<Output>>
    : R[K] extends CallRoute<infer _Input, infer Parsed, infer Output>
      ? (input: Parsed, context: HandlerContext) => Output | PromiseLike<Output>
      : R[K] extends ChannelRoute<infer _Input, infer Parsed, infer Output>
        ? (input: Flow<Parsed>, context: HandlerContext) => Answer<Output> | PromiseLike<Answer<Output>>
        : R[K] extends PushRoute<infer _Input, infer Parsed>
          ? (input: Parsed, context: HandlerContext) => void | PromiseLike<void>
          : never;
};

/** Items for one client, or the same ones for all. */
export type Answer<T> = Streamable<T> | EncodedOnce<T>;

/** What a server can be told, whatever its transport. */
export interface ServerOptions {
  /** Limits of this side, such as `peerStreams`; see docs/protocol.md §9 for all and their defaults. */
  readonly limits?: Partial<Settings>;
  /**
   * Charged with what this side grants its peers to send, beside `limits`: shared by all connections of this server, and
   * by buffers if they are given it too, it bounds them together (docs/memory.md). Default: none.
   */
  readonly memory?: MemoryAccount;
  /**
   * Checks every output against its schema, which costs time for each item. Default: when `process.env.NODE_ENV` is
   * "development" or "test".
   */
  readonly checkOutput?: boolean;
  /**
   * Connections open at once, at most: whoever comes beyond them is refused at the door (HTTP 503) and counted in
   * `snapshot().refused`. Default 10,000; what one of them holds is in docs/protocol.md §4.5.
   */
  readonly maxConnections?: number;
  /**
   * Says who a client is, at each connect and each resume; nothing is done for it before. Default: everybody is what
   * `authorizeUpgrade` said if that is a string, and "" otherwise.
   */
  readonly authenticate?: Authenticate;
  /**
   * Asked for a permit at each call and stream, before anything of its input is read, with its criticality and the
   * principal as key: a gate such as `tokenBucket` of `@sluice/gates`, or a function that chooses one. Refused is
   * `RATE_LIMITED` or `OVERLOADED`, by its cause, with the gate's reason and `retryAfterMs`; the permit goes back when the stream and its handler have
   * ended, as a success, a failure (of the handler, or its deadline) or ignored. Default: everything is admitted.
   */
  readonly admission?: Admission;
  /**
   * Asked for a permit at each connection that comes, with its address as key, before there is a socket: refused is HTTP
   * 503 with Retry-After, counted in `snapshot().refused`. The permit goes back when the connection has ended.
   * Default: none.
   */
  readonly connectionGate?: Gate;
  /**
   * Stand around every handler, the outermost first: each sees the request, may refuse it, change its input, or wrap
   * what comes back. Default: none.
   */
  readonly middleware?: readonly Middleware[];
  /**
   * Sessions that wait for their clients after a lost connection, at most, and the bytes that these hold to send them
   * again; beyond either the one that has waited longest is lost. Default 1,000, and 64 MiB. How long one waits is
   * `limits.resumeMs`.
   */
  readonly maxSuspended?: number;
  readonly maxSuspendedBytes?: number;
  /**
   * Hears of every error that ended one stream, and of what a source threw when it was closed, with the error
   * itself, stack and all; the client gets code and message only. Default: nobody hears.
   */
  readonly onHandlerError?: (error: unknown, place: ErrorPlace) => void;
  /** Hears of every connection that ended with an error. Default: nobody hears. */
  readonly onConnectionError?: (error: SluiceError) => void;
  /** Hears of connections, streams and refusals as they come and go: see `ServerEvent`. Default: nobody hears. */
  readonly onEvent?: (event: ServerEvent) => void;
  /** Clock and scheduling; for tests in virtual time, and other runtimes. */
  readonly runtime?: Runtime;
}

/** How `close` ends a server. */
export interface CloseOptions {
  /** Milliseconds that running streams and calls may take to end by themselves. Default 0: they are cut. */
  readonly drainMs?: number;
  /** Milliseconds after which clients may connect again, told to them. Default 0. */
  readonly reconnectAfterMs?: number;
  /**
   * Milliseconds over which they spread: each waits a random part of it besides, so that they do not all come at
   * once to the servers that are left. Default 0: their own back-off.
   */
  readonly spreadMs?: number;
  /** Text for people, told to them too. Default "The server is ending". */
  readonly reason?: string;
}

/** A place for one connection, for a transport that is still to be opened. One of both is to be called. */
export interface Place {
  readonly granted: true;
  /** The transport is open: it is served, and gives the place back when it has ended. */
  accept(transport: Transport, request: ConnectRequest): void;
  /** There will be none; `refusal`: because its client was turned away after all, which the server's hook is told. */
  leave(refusal?: Pick<Rejected, "reason" | "retryAfterMs">): void;
}

/** Counters of a server's connections, computed on call. */
export interface ServerSnapshot {
  readonly connections: readonly ConnectionSnapshot[];
  /** Connections refused so far because `maxConnections` were open, or by `connectionGate`. */
  readonly refused: number;
  /** Sessions that wait for their clients; they are among the connections. */
  readonly suspended: number;
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
  // There is no other transport over which a session could go on.
  const limits = { ...options.limits, resumeMs: 0 };
  new ServiceHost(service, handlers, { ...options, limits }).accept(transport);
}

/**
 * The connections of one service, whoever accepts them: for transports of your own. `serve` has it listen on a port.
 *
 * *Buffers:* sessions without a transport wait for their clients for `resumeMs`, at most `maxSuspended` of them with
 * `maxSuspendedBytes` to be sent again.
 *
 * @example
 * ```ts
 * import { call, defineService, openClient, ServiceHost, unchecked } from "@sluice/net";
 * import { memoryPair } from "@sluice/net/kit";
 * const sums = defineService("sums", { add: call({ input: unchecked<number[]>(), output: unchecked<number>() }) });
 * const host = new ServiceHost(sums, { add: (numbers) => numbers.reduce((a, b) => a + b, 0) });
 * const client = await openClient(async () => {
 *   const [near, far] = memoryPair();
 *   host.accept(far);
 *   return near;
 * }, sums);
 * console.log(await client.add([1, 2, 3])); // prints 6
 * await client.close();
 * ```
 */
export class ServiceHost<R extends Routes> implements ServedOwner {
  readonly routes: ReadonlyMap<string, ServedRoute>;
  readonly runtime: Runtime;
  readonly limits: Partial<Settings> | undefined;
  readonly memory: MemoryAccount | undefined;
  readonly authenticate: Authenticate | undefined;
  readonly admission: Admission | undefined;
  readonly handshakeMs: number;
  readonly store: SessionStore<ServedConnection>;
  private readonly connectionGate: Gate | undefined;
  private readonly onConnectionError: (error: SluiceError) => void;
  private readonly onEvent: ((event: ServerEvent) => void) | undefined;
  private readonly connections = new Set<ServedConnection>();
  private readonly maxConnections: number;
  /** Transports that have not ended: more than connections when one was fenced, fewer when some wait for theirs. */
  private open = 0;
  private refused = 0;
  /** Connections so far, those that are over included. */
  private accepted = 0;
  private ending: GoawayOptions | undefined = undefined;
  /** Who waits for the last connection to go. */
  private readonly closers: (() => void)[] = [];

  /**
   * Throws a `TypeError` for a route without a handler and a handler without a route, a `RangeError` for limits
   * that cannot work.
   */
  constructor(service: Service<R>, handlers: Handlers<R>, options: ServerOptions = {}) {
    const { runtime = defaultRuntime, limits, authenticate } = options;
    const { maxConnections = MAX_CONNECTIONS } = options;
    const { maxSuspended = MAX_SUSPENDED, maxSuspendedBytes = MAX_SUSPENDED_BYTES } = options;
    this.handshakeMs = settingsOf("server", limits).handshakeMs;
    this.routes = servedRoutes(service, handlers as Readonly<Record<string, unknown>>, {
      ...options,
      runtime,
    });
    this.runtime = runtime;
    this.limits = limits;
    this.memory = options.memory;
    this.authenticate = authenticate;
    const { admission, connectionGate, onEvent } = options;
    this.admission = typeof admission === "function" ? admission : checkGate("admission", admission);
    this.connectionGate = checkGate("connectionGate", connectionGate);
    this.onEvent = onEvent === undefined ? undefined : guarded(onEvent);
    this.onConnectionError = guarded(options.onConnectionError);
    this.maxConnections = checkCount("maxConnections", maxConnections, 1, MAX_CONNECTIONS);
    this.store = new SessionStore(runtime, {
      sessions: checkCount("maxSuspended", maxSuspended, 0, MAX_SUSPENDED),
      bytes: checkCount("maxSuspendedBytes", maxSuspendedBytes, 0, MAX_SUSPENDED_BYTES),
    });
  }

  /**
   * Takes a place for a connection whose transport is not open yet, or tells why there is none, which is counted. A
   * place that is held counts as a connection, so that those who are still asked who they are have a bound too.
   */
  enter(request: ConnectRequest = UNKNOWN_REQUEST): Place | Rejected {
    const answer = this.permitFor(request);
    if (!answer.granted) {
      const { reason, retryAfterMs } = answer;
      this.onEvent?.({ kind: "refused", address: request.address, reason, retryAfterMs });
      return answer;
    }
    this.open += 1;
    let isHeld = true;
    let outcome: PermitOutcome = "ignored";
    const { address } = request;
    const leave: Place["leave"] = (refusal) => {
      if (!isHeld) return;
      isHeld = false;
      this.open -= 1;
      giveBack(answer, outcome);
      if (refusal !== undefined) this.onEvent?.({ kind: "refused", address, ...refusal });
      this.settleWhenGone();
    };
    return {
      granted: true,
      accept: (transport, known = request) => {
        outcome = "success";
        this.begin(new Link(transport, () => leave()), known);
      },
      leave,
    };
  }

  /** Serves a transport that is open; `request` is what `authenticate` is told of it. */
  accept(transport: Transport, request: ConnectRequest = UNKNOWN_REQUEST): void {
    const place = this.enter(request);
    if (place.granted) place.accept(transport, request);
    else transport.close(CLOSE_TRY_AGAIN_LATER, place.reason);
  }

  private permitFor({ address }: ConnectRequest): Permit | Rejected {
    if (this.ending !== undefined) {
      const { reason, reconnectAfterMs } = this.ending;
      return { granted: false, reason, retryAfterMs: Math.max(reconnectAfterMs ?? 0, FULL_AGAIN_MS) };
    }
    if (this.open >= this.maxConnections) {
      this.refused += 1;
      const reason = `all ${this.maxConnections} connections of this server are taken; try again later`;
      return { granted: false, reason, retryAfterMs: FULL_AGAIN_MS };
    }
    if (this.connectionGate === undefined) return UNASKED;
    const answer = askDoor(this.connectionGate, address);
    if (!answer.granted) this.refused += 1;
    return answer;
  }

  private begin(link: Link, request: ConnectRequest): void {
    this.accepted += 1;
    const { onEvent, runtime, accepted } = this;
    const log =
      onEvent === undefined ? undefined : new ConnectionLog(onEvent, runtime.clock, request, accepted);
    const served = new ServedConnection(link, request, this, log);
    this.connections.add(served);
    served.connection.start();
    if (this.ending !== undefined) served.connection.close();
  }

  /** Counters of all connections and their streams, computed on call. */
  snapshot(): ServerSnapshot {
    return {
      connections: [...this.connections].map((served) => served.connection.snapshot()),
      refused: this.refused,
      suspended: this.store.figures().sessions,
    };
  }

  /**
   * Announces the end to all, lets them run for `drainMs`, then cuts; resolves when no connection is left. Sessions
   * that wait for their clients are lost at once.
   */
  close(options: CloseOptions = {}): Promise<void> {
    const { drainMs = 0, reconnectAfterMs = 0, spreadMs = 0, reason = "The server is ending" } = options;
    if (!(drainMs >= 0 && drainMs <= LONGEST_TIMER_MS)) {
      throw new RangeError(
        `Cannot drain for ${drainMs} ms: it must be from 0 to ${LONGEST_TIMER_MS}; 0 cuts what runs`,
      );
    }
    for (const [name, ms] of Object.entries({ reconnectAfterMs, spreadMs })) {
      if (Number.isSafeInteger(ms) && ms >= 0 && ms <= LONGEST_TIMER_MS) continue;
      throw new RangeError(
        `Cannot close with a ${name} of ${ms}: it must be an integer from 0 to ${LONGEST_TIMER_MS}`,
      );
    }
    this.ending ??= { reason, reconnectAfterMs, spreadMs };
    const gone = new Promise<void>((resolve) => void this.closers.push(resolve));
    const cut = (): void => {
      for (const served of [...this.connections]) served.connection.close();
    };
    for (const served of [...this.connections]) {
      if (served.connection.isLinked()) served.connection.drain(this.ending);
      else served.connection.close();
    }
    if (drainMs === 0) cut();
    this.settleWhenGone();
    return drainMs === 0 ? gone : gone.finally(this.runtime.clock.schedule(drainMs, cut));
  }

  farewell(): GoawayOptions | undefined {
    return this.ending;
  }

  onServedEnd(error: SluiceError | undefined): void {
    if (error !== undefined) this.onConnectionError(error);
  }

  onServedGone(served: ServedConnection): void {
    this.connections.delete(served);
    this.settleWhenGone();
  }

  private settleWhenGone(): void {
    if (this.connections.size > 0 || this.open > 0) return;
    for (const resolve of this.closers.splice(0)) resolve();
  }
}

function checkCount(name: string, value: number, least: number, usual: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new RangeError(
    `Cannot set ${name} to ${String(value)}: it must be an integer >= ${least}; default ${usual}`,
  );
}

// The least that Retry-After can say besides "now". Judgement.
const FULL_AGAIN_MS = 1000;

// Some 25 KB each while idle: 250 MB, before streams. Judgement; Node's own servers have no bound at all.
const MAX_CONNECTIONS = 10_000;

// A client that comes back finds its session: a rack of servers loses a few hundred clients at once. Judgement.
const MAX_SUSPENDED = 1000;

// 64 replay buffers that are full: most are empty when a link breaks. Judgement.
const MAX_SUSPENDED_BYTES = 64 * 1024 * 1024;
