// From nothing to a conversation: the peer's HELLO, and what a client opens before it has come (docs/protocol.md §2.1,
// §2.5). The frame itself is in handshake.ts, what fits before HELLO in pipelining.ts.

import type { MemoryAccount } from "@sluice/core";
import type { HelloFrame } from "../frame/hello.js";
import { type ProtocolError, violation } from "../protocol-error.js";
import { Conversation } from "./conversation.js";
import type { GoingAway } from "./going-away.js";
import { peerOf } from "./handshake.js";
import type { Life } from "./life.js";
import { LocalSignals } from "./local-signals.js";
import { beyondReplayBytes } from "./memory-bound.js";
import { PeerSignals } from "./peer-signals.js";
import { UNHEARD } from "./pipelining.js";
import type { OpenOptions, OpenRefusal, Peer } from "./session-api.js";
import { agree } from "./session-state.js";

/** Begins the conversation. */
export class Opening {
  private readonly life: Life;
  private readonly goingAway: GoingAway;
  private readonly codecs: readonly string[];
  private readonly account: MemoryAccount | undefined;
  // Streams opened before HELLO came; from then on it is the one of the state.
  private early: Conversation | undefined = undefined;

  constructor(
    life: Life,
    goingAway: GoingAway,
    codecs: readonly string[],
    account: MemoryAccount | undefined,
  ) {
    this.life = life;
    this.goingAway = goingAway;
    this.codecs = codecs;
    this.account = account;
  }

  /** The peer said who it is. */
  hello(frame: HelloFrame): void {
    const { life } = this;
    const { role, settings, hasAsked } = life;
    if (life.state.kind !== "opening") {
      throw violation("HELLO_REPEATED", "Cannot take a second HELLO: it comes first, once", "§2.1");
    }
    const peer = peerOf(frame, role);
    const conversation = this.early ?? this.conversationWith(peer);
    this.early?.heard(peer);
    this.early = undefined;
    conversation.now = life.now;
    life.become(agree(life.state, conversation, hasAsked));
    const streams = settings.peerStreams + Math.min(settings.ownStreams, peer.peerStreams);
    life.resumes.agree(peer, role, beyondReplayBytes(streams, peer.messageBytes));
    life.fromPeer = new PeerSignals(conversation);
    life.fromHere ??= new LocalSignals(conversation);
    life.outbox.messageBytes = peer.messageBytes;
    if (!hasAsked) life.events.add({ kind: "ready", peer });
  }

  /** Before the server's HELLO a client opens what any server takes. */
  open(options: OpenOptions): number | OpenRefusal {
    const { life } = this;
    if (life.role === "server" || life.hasAsked) return "not-ready";
    this.early ??= this.conversationWith(UNHEARD);
    life.fromHere ??= new LocalSignals(this.early);
    const answer = life.fromHere.opens.open(options, true);
    return answer === "no-slot" ? "not-ready" : answer;
  }

  private conversationWith(peer: Peer): Conversation {
    const { role, settings, outbox, events, abuse } = this.life;
    const { codecs, account } = this;
    const onVerdict = (verdict: "enough" | ProtocolError): void => {
      if (verdict === "enough") this.goingAway.sayEnough();
      else this.life.end(verdict, "tell");
    };
    return new Conversation({ role, settings, codecs, peer, outbox, events, abuse, onVerdict, account });
  }
}
