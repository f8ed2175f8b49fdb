// One client of a server: who it is, what it may open, and the session that it may come back to.
//
//   accepted ──HELLO──► [authenticate] ──fresh──► serving ──link lost──► suspended ──RESUME──► serving
//                            │   └──RESUME──► the session that it names goes on over this link; this one is over
//                            └──refused──► ended

import { type MemoryAccount, type Permit, SluiceError } from "@sluice/core";
import { codecNames } from "../../payload/codecs.js";
import type { Settings } from "../../protocol/limits.js";
import { ProtocolError, type StreamFailure, streamFailure } from "../../protocol/protocol-error.js";
import type { GoawayOptions, Peer, ResumeRequest } from "../../protocol/session/session-api.js";
import { type Admission, admit, turnedAway } from "./admission.js";
import type { Authenticate, ConnectRequest } from "./authenticate.js";
import { refused } from "./authenticate.js";
import { CallResponder } from "./call-responder.js";
import { ChannelResponder } from "./channel-responder.js";
import { Connection } from "../connection/connection.js";
import type { ConnectionLog } from "./connection-log.js";
import type { ConnectionOwner, EventOf } from "../connection/connection-parts.js";
import type { RequestFacts } from "./request-context.js";
import { failureOf } from "../failure/failure.js";
import type { Link } from "../connection/link.js";
import { decodeMetadata } from "../connection/metadata.js";
import { didYouMean } from "../contract/nearest.js";
import { StreamResponder } from "./remote-subscriber.js";
import type { ServedRoute } from "./responder.js";
import type { Runtime } from "../connection/runtime.js";
import type { SessionStore, StoredSession } from "./session-store.js";
import { StreamLedger } from "./stream-ledger.js";

/** The server, as one of its connections sees it. */
export interface ServedOwner {
  readonly routes: ReadonlyMap<string, ServedRoute>;
  readonly runtime: Runtime;
  readonly limits: Partial<Settings> | undefined;
  readonly memory: MemoryAccount | undefined;
  readonly authenticate: Authenticate | undefined;
  readonly admission: Admission | undefined;
  readonly handshakeMs: number;
  readonly store: SessionStore<ServedConnection>;
  /** What is said to clients because the server is ending; undefined: it is not. */
  farewell(): GoawayOptions | undefined;
  onServedEnd(error: SluiceError | undefined): void;
  /** Nothing is left of it. Last call. */
  onServedGone(served: ServedConnection): void;
}

/** A connection of a server. */
export class ServedConnection implements ConnectionOwner, StoredSession {
  readonly connection: Connection;
  principal = "";
  private readonly owner: ServedOwner;
  private readonly request: ConnectRequest;
  private readonly token: Uint8Array;
  private readonly log: ConnectionLog | undefined;
  private readonly ledger: StreamLedger | undefined;
  private cancelWait: () => void = nothing;
  private isKnown = false;

  /** `log`: undefined where nobody listens. */
  constructor(link: Link, request: ConnectRequest, owner: ServedOwner, log: ConnectionLog | undefined) {
    this.owner = owner;
    this.request = request;
    this.log = log;
    this.token = owner.store.newToken();
    this.connection = new Connection(link, owner.runtime, this, {
      role: "server",
      codecs: codecNames,
      token: this.token,
      ...(owner.limits === undefined ? {} : { settings: owner.limits }),
      ...(owner.memory === undefined ? {} : { account: owner.memory }),
    });
    if (owner.admission !== undefined || log !== undefined) {
      this.ledger = new StreamLedger(this.connection, log);
      this.connection.watch = this.ledger;
    }
    // Not a word before it is known who it is: a stranger hears nothing of what this server can do.
    if (owner.authenticate !== undefined) this.connection.hold();
  }

  onReady(peer: Peer): void {
    const { authenticate, handshakeMs } = this.owner;
    if (authenticate === undefined) {
      const { authorized } = this.request;
      this.letIn(typeof authorized === "string" ? authorized : "");
      return;
    }
    this.cancelWait = this.connection.after(handshakeMs, () => {
      const text = `Cannot find out who this client is within ${handshakeMs} ms`;
      this.connection.refuse(new ProtocolError("HANDSHAKE_TIMEOUT", text, "§2.4", "us"));
    });
    askWho(authenticate, peer.auth, this.request).then(
      (principal) => this.letIn(principal),
      (error: unknown) => {
        this.cancelWait();
        this.connection.refuse(refused(error));
      },
    );
  }

  onOpened(event: EventOf<"opened">): void {
    const { method, interaction, codec } = event;
    const route = this.owner.routes.get(method);
    if (route === undefined) {
      this.reject(event, streamFailure("NOT_FOUND", notFound(method, this.owner.routes.keys())));
    } else if (route.interaction !== interaction) {
      const text = `Cannot open ${method} as a ${interaction}: it is a ${route.interaction}; bring both sides to the same contract`;
      this.reject(event, streamFailure("NOT_FOUND", text));
    } else if (route.codec.name !== codec) {
      const text = `Cannot open ${method} with the codec "${codec}": it is served as "${route.codec.name}"; bring both sides to the same contract`;
      this.reject(event, streamFailure("CODEC_UNSUPPORTED", text));
    } else {
      this.begin(route, event);
    }
  }

  /** A server opens no streams. */
  onSlots(): void {}

  onGoaway(): void {}

  onDrained(): void {
    this.connection.close();
  }

  maySuspend(): boolean {
    // A server that is ending takes no sockets: nobody could come back.
    return this.isKnown && this.owner.farewell() === undefined;
  }

  onSuspended(): void {
    if (this.maySuspend()) {
      this.log?.suspended();
      this.owner.store.suspend(this);
    } else this.connection.abandon("the server is ending");
  }

  onResume(request: ResumeRequest): void {
    const { store } = this.owner;
    const old = store.find(request.token, this.principal);
    // A session cannot go on with itself; nobody who got its token by HELLO alone can ask for that in good faith.
    if (old === undefined || old === this) {
      this.refuseResume("unknown");
      return;
    }
    const next = store.newToken();
    const answer = old.connection.resume(request, next);
    if (answer !== "resumed") {
      if (answer === "gap") old.connection.abandon("what the client has not got is not held any more");
      this.refuseResume(answer);
      return;
    }
    store.put(old, next, request.token);
    store.resume(old);
    store.remove(this);
    const link = this.connection.handOver();
    this.log?.disconnected(undefined);
    old.log?.resumed(this.request.address);
    if (link !== undefined) old.connection.adopt(link);
    this.owner.onServedGone(this);
  }

  /** Only a client asks. */
  onResumeRefused(): void {}

  onEnd(error: SluiceError | undefined): void {
    this.cancelWait();
    this.owner.store.remove(this);
    this.log?.disconnected(error);
    this.owner.onServedEnd(error);
  }

  onGone(): void {
    this.owner.onServedGone(this);
  }

  replayBytes(): number {
    return this.connection.session.replayBytes;
  }

  evict(why: string): void {
    this.connection.abandon(why);
  }

  private letIn(principal: string): void {
    this.cancelWait();
    // It may have gone while it was found out who it is: nobody would take it out of the store any more.
    if (this.connection.hasEnded()) return;
    this.principal = principal;
    this.isKnown = true;
    this.owner.store.put(this, this.token);
    this.log?.connected(principal);
    this.connection.release();
    const farewell = this.owner.farewell();
    if (farewell !== undefined) this.connection.drain(farewell);
  }

  private refuseResume(reason: "unknown" | "gap" | "stale"): void {
    this.connection.session.refuseResume(reason);
    this.connection.wake();
  }

  private begin(route: ServedRoute, event: EventOf<"opened">): void {
    const { streamId, deadlineMs, urgency, criticality } = event;
    const { connection, principal } = this;
    let facts: RequestFacts;
    try {
      facts = { deadlineMs, urgency, criticality, principal, ...decodeMetadata(event.metadata) };
      // Somebody who has had items would get them twice from a handler that begins anew.
      if (facts.offset > 0 && !route.restartable) throw notRestartable(route.method, facts.offset);
    } catch (error) {
      this.reject(event, failureOf(error));
      return;
    }
    const permit = this.admit(route, event, facts);
    if (permit === "refused") return;
    this.ledger?.opened(streamId, route, permit);
    this.log?.opened({ stream: streamId, method: route.method, interaction: route.interaction, criticality });
    new RESPONDERS[route.interaction](connection, streamId, route, facts).begin();
  }

  /** Asks the gate, if there is one, before anything of the input is read. */
  private admit(
    route: ServedRoute,
    event: EventOf<"opened">,
    facts: RequestFacts,
  ): Permit | undefined | "refused" {
    const { admission } = this.owner;
    if (admission === undefined) return undefined;
    const { method, interaction } = route;
    try {
      const answer = admit(admission, { ...facts, method, interaction, address: this.request.address });
      if (answer === undefined) return undefined;
      if (answer.granted) {
        if (!this.connection.hasEnded()) return answer;
        answer.release("ignored"); // by whoever was asked: nobody would hear of the end of this stream
      } else {
        this.reject(event, turnedAway(method, answer));
      }
    } catch (error) {
      this.reject(event, failureOf(error));
      route.onHandlerError(error, { method, streamId: event.streamId, during: "admission" });
    }
    return "refused";
  }

  private reject(event: EventOf<"opened">, failure: StreamFailure): void {
    this.connection.session.reject(event.streamId, failure);
    this.log?.rejected(event.streamId, event.method, failure);
    this.connection.wakeReply();
  }
}

async function askWho(
  authenticate: Authenticate,
  auth: Uint8Array,
  request: ConnectRequest,
): Promise<string> {
  // A copy: the bytes are a part of the message, and whoever keeps them would keep that.
  const principal = await authenticate(auth.slice(), request);
  if (typeof principal === "string") return principal;
  throw new TypeError(`Cannot take ${String(principal)} for a principal: authenticate must give a string`);
}

function notRestartable(method: string, offset: number): SluiceError {
  const text = `Cannot begin ${method} behind ${offset} items: it is not restartable here; bring both sides to the same contract`;
  return new SluiceError("INVALID_PAYLOAD", text);
}

function notFound(method: string, known: Iterable<string>): string {
  const name = JSON.stringify(method.slice(0, 100));
  return `Cannot open ${name}: this server has no such route${didYouMean(method, known)}`;
}

const RESPONDERS = {
  call: CallResponder,
  push: CallResponder,
  stream: StreamResponder,
  channel: ChannelResponder,
} as const;

function nothing(): void {}
