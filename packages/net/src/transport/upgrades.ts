// From an upgrade request to a socket: what is no WebSocket of `sluice.v1`, comes from a foreign page, finds no place or
// may not come in hears why in HTTP, and no socket is made of it.
//
//   request ──[checks]──► [place] ──authorizeUpgrade──► waiting ──said yes──► socket, which takes the place along
//                │           │                             └──no, late, gone, closed──► place given back, refused
//                └──refused  └──refused

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type Rejected, SluiceError } from "@sluice/core";
import { WebSocketServer } from "ws";
import { type HttpRefusal, refuse } from "./http-refusal.js";
import { checkOrigins, isAllowed } from "./origins.js";
import { SUBPROTOCOL } from "./transport.js";
import type { Transport } from "./transport.js";
import type { UpgradeOptions } from "./upgrade-options.js";
import { checkTrustProxy, hostOf, readRequest, type WsRequest } from "./upgrade-request.js";
import { WS_OPTIONS, wsTransport } from "./ws-transport.js";

/** A place that was taken for a socket that is still to be made. One of both is called. */
export interface TakenPlace {
  readonly granted: true;
  accept(transport: Transport, request: WsRequest): void;
  /** `refusal`: its client was turned away after all. */
  leave(refusal?: Pick<Rejected, "reason" | "retryAfterMs">): void;
}

/** Who is let in now; asked for each upgrade, before a socket is made of it. */
export type Door = (request: WsRequest) => TakenPlace | Rejected;

/** What decides about upgrades besides the options. */
export interface UpgradeParts {
  readonly door: Door;
  /** Milliseconds that `authorizeUpgrade` may take: protocol.md G, handshake. */
  readonly handshakeMs: number;
  /** Hears what a hook threw by mistake; the client is told nothing of it. */
  readonly onError: (error: SluiceError) => void;
}

/** The upgrades of one service. *Buffers:* those that wait for `authorizeUpgrade`, each in a place of the door's. */
export class Upgrades {
  private readonly parts: UpgradeParts;
  private readonly options: UpgradeOptions;
  private readonly trustProxy: number;
  /** Each holds a place, so the door bounds them. */
  private readonly waiting = new Set<WaitingUpgrade>();
  private readonly sockets: WebSocketServer = new WebSocketServer({
    ...WS_OPTIONS,
    noServer: true,
    clientTracking: false,
    handleProtocols: () => SUBPROTOCOL,
  });

  /** Throws a `TypeError` or `RangeError` for options that cannot work. */
  constructor(parts: UpgradeParts, options: UpgradeOptions) {
    const { trustProxy = 0 } = options;
    checkOrigins(options.origins);
    checkTrustProxy(trustProxy);
    this.parts = parts;
    this.options = options;
    this.trustProxy = trustProxy;
  }

  /** Takes over the socket of a request whose `upgrade` header names WebSocket. */
  onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const about = readRequest(request, this.trustProxy);
    const refusal = this.whyRefused(request, about);
    if (refusal !== undefined) {
      refuse(socket, refusal);
      return;
    }
    const place = this.parts.door(about);
    if (!place.granted) {
      // Of a gate that is the user's, and may say what it likes.
      refuse(socket, { status: 503, reason: String(place.reason), retryAfterMs: place.retryAfterMs });
      return;
    }
    const { authorizeUpgrade } = this.options;
    if (authorizeUpgrade === undefined) {
      this.open(request, socket, head, place, about);
      return;
    }
    const waiting = new WaitingUpgrade(socket, place, () => this.waiting.delete(waiting));
    this.waiting.add(waiting);
    waiting.start(this.parts.handshakeMs);
    const { signal } = waiting;
    // Within a promise, so that it may throw as well as reject.
    new Promise((resolve) => resolve(authorizeUpgrade({ ...about, raw: request, signal }))).then(
      (authorized) => {
        if (authorized === false) waiting.refuse(UNKNOWN_CLIENT);
        else if (waiting.end()) this.open(request, socket, head, place, { ...about, authorized });
      },
      (thrown: unknown) => {
        // Who is too late has been told so, and may well throw because of it.
        if (!waiting.isOver) waiting.refuse(this.refusalOf("authorizeUpgrade", thrown));
      },
    );
  }

  /** Refuses who waits; who comes from here on is refused by the door. */
  close(): void {
    for (const waiting of [...this.waiting]) waiting.refuse(ENDING);
  }

  private open(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    place: TakenPlace,
    about: WsRequest,
  ): void {
    let isOpen = false;
    try {
      this.sockets.handleUpgrade(request, socket, head, (webSocket) => {
        isOpen = true;
        place.accept(wsTransport(webSocket, socket), about);
      });
    } catch (thrown) {
      // `ws` throws when another server of its kind, attached without a path, has taken the same socket before.
      if (isOpen) throw thrown;
      const text = `Cannot take the upgrade of ${about.url}: something else on this server has taken it; attach that to a path of its own`;
      this.parts.onError(new SluiceError("UPGRADE_TAKEN", text, { cause: thrown }));
    }
    // `ws` answers at once, one way or the other: who is not let in by it has been told so, or has gone.
    if (!isOpen) place.leave();
  }

  private whyRefused(request: IncomingMessage, about: WsRequest): HttpRefusal | undefined {
    const { headers, method } = request;
    if (method !== "GET") {
      return { status: 405, reason: `a WebSocket begins with GET (RFC 6455 §4.1), not ${method}` };
    }
    const version = headers["sec-websocket-version"];
    if (version !== "13") {
      const what = version === undefined ? "no version" : `the version ${JSON.stringify(version)}`;
      return { status: 426, reason: `offered ${what} of WebSocket, wanted 13 (RFC 6455 §4.1)` };
    }
    const offered = String(headers["sec-websocket-protocol"] ?? "");
    if (!offered.split(",").some((name) => name.trim() === SUBPROTOCOL)) {
      const what = offered === "" ? "no subprotocol" : `the subprotocol ${JSON.stringify(offered)}`;
      return { status: 400, reason: `offered ${what}, wanted "${SUBPROTOCOL}"` };
    }
    return this.whyNotFrom(request, about);
  }

  private whyNotFrom(request: IncomingMessage, about: WsRequest): HttpRefusal | undefined {
    const { origin } = about;
    if (origin === undefined) return undefined;
    const { origins } = this.options;
    const host = hostOf(request, this.trustProxy);
    try {
      if (isAllowed(origin, host, origins, about)) return undefined;
    } catch (thrown) {
      return this.refusalOf("origins", thrown);
    }
    const name = JSON.stringify(origin);
    const reason =
      origins === undefined
        ? `the origin ${name} is not that of the host asked for, ${JSON.stringify(host)}: name it in origins, or have the proxy in between pass the Host header on`
        : `the origin ${name} is not among those allowed`;
    return { status: 403, reason };
  }

  /** For what a hook threw. The message of a `SluiceError` is meant for the client; anything else stays here. */
  private refusalOf(hook: string, thrown: unknown): HttpRefusal {
    const known = thrown instanceof SluiceError ? REFUSALS.get(thrown.code) : undefined;
    if (known !== undefined) {
      const { message, retryAfterMs } = thrown as SluiceError & { readonly retryAfterMs?: unknown };
      const wait = typeof retryAfterMs === "number" && retryAfterMs >= 0 ? retryAfterMs : undefined;
      return { status: known, reason: message, retryAfterMs: known === 503 ? (wait ?? 1000) : undefined };
    }
    const text = `Cannot judge an upgrade: ${hook} failed; see the cause`;
    this.parts.onError(new SluiceError("INTERNAL", text, { cause: thrown }));
    return { status: 500, reason: "the server cannot judge this request now" };
  }
}

/** An upgrade whose client is being asked after. Ends once. */
class WaitingUpgrade {
  readonly signal: AbortSignal;
  isOver = false;
  private readonly socket: Duplex;
  private readonly place: TakenPlace;
  private readonly onEnd: () => void;
  private readonly abort = new AbortController();
  private timer: NodeJS.Timeout | undefined = undefined;

  constructor(socket: Duplex, place: TakenPlace, onEnd: () => void) {
    this.socket = socket;
    this.place = place;
    this.onEnd = onEnd;
    this.signal = this.abort.signal;
  }

  start(handshakeMs: number): void {
    const reason = `the server cannot find out within ${handshakeMs} ms whether this client may connect`;
    this.timer = setTimeout(() => this.refuse({ status: 503, reason, retryAfterMs: 1000 }), handshakeMs);
    this.socket.on("error", this.onGone).on("close", this.onGone);
  }

  /** It may connect, and its place goes with it; false: nobody waits for that any more. */
  end(): boolean {
    if (this.isOver) return false;
    this.isOver = true;
    clearTimeout(this.timer);
    this.socket.off("error", this.onGone).off("close", this.onGone);
    this.onEnd();
    return true;
  }

  refuse(refusal: HttpRefusal): void {
    if (!this.end()) return;
    const { reason, retryAfterMs } = refusal;
    this.place.leave({ reason, retryAfterMs });
    refuse(this.socket, refusal);
    this.abort.abort(new SluiceError("CONNECTION_LOST", refusal.reason));
  }

  private readonly onGone = (): void => {
    if (!this.end()) return;
    this.place.leave();
    this.socket.destroy();
    this.abort.abort(new SluiceError("CONNECTION_LOST", "The client has gone"));
  };
}

const ENDING: HttpRefusal = { status: 503, reason: "The server is ending", retryAfterMs: 1000 };

const UNKNOWN_CLIENT: HttpRefusal = { status: 401, reason: "the server does not know who asks" };

const REFUSALS: ReadonlyMap<string, HttpRefusal["status"]> = new Map([
  ["UNAUTHENTICATED", 401],
  ["FORBIDDEN", 403],
  ["OVERLOADED", 503],
]);
