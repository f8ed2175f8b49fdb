// A peer that does exactly what the test says, frame by frame, also what no honest peer would do: conversations
// as tests. `gets` takes what the session has sent so far, `sends` puts frames into one message for it.

import { Writer } from "../src/protocol/byte/writer.js";
import { readMessage } from "../src/protocol/frame/batch.js";
import { encodeFrame } from "../src/protocol/frame/codec.js";
import type { Frame } from "../src/protocol/frame/frame.js";
import type { OpenFrame } from "../src/protocol/frame/open.js";
import { MAJOR, MINOR } from "../src/protocol/frame/hello.js";
import { type Settings, settingsOf } from "../src/protocol/limits.js";
import { Session } from "../src/protocol/session/session.js";
import type { Role, SessionEvent, SessionOptions } from "../src/protocol/session/session-api.js";

/** A session and the scripted other side of its connection. */
export class ScriptPeer {
  readonly session: Session;
  now = 0;
  private readonly peerRole: Role;

  /** `role` is the session's own. */
  constructor(role: Role, settings: Partial<Settings> = {}, more: Partial<SessionOptions> = {}) {
    this.session = new Session({ role, codecs: ["msgpack", "raw"], settings, ...more }, 0);
    this.peerRole = role === "client" ? "server" : "client";
  }

  /** A session that has said and heard HELLO, with nothing left to report. */
  static ready(
    role: Role,
    settings: Partial<Settings> = {},
    peer: Partial<Settings> = {},
    more: Partial<SessionOptions> = {},
  ): ScriptPeer {
    const script = new ScriptPeer(role, settings, more);
    script.gets();
    script.sends(script.hello(peer));
    script.events();
    return script;
  }

  /** The HELLO of a peer with these settings. */
  hello(settings: Partial<Settings> = {}): Frame {
    const { ownStreams: _, ...sizes } = settingsOf(this.peerRole, settings);
    return {
      kind: "hello",
      server: this.peerRole === "server",
      major: MAJOR,
      minor: MINOR,
      sizes,
      codecs: ["raw"],
      features: 0,
      token: new Uint8Array(0),
      epoch: 0,
      auth: new Uint8Array(0),
    };
  }

  /** An OPEN of a stream, with what matters to the test. */
  static open(
    streamId: number,
    given: Partial<
      Pick<OpenFrame, "items" | "bytes" | "codec" | "metadata" | "interaction" | "pipelined">
    > = {},
  ): Frame {
    const { interaction = "stream", pipelined = false, bytes = 262_144, codec = 0 } = given;
    const { items = interaction === "push" ? 0 : 256, metadata = new Uint8Array(0) } = given;
    return {
      kind: "open",
      streamId,
      interaction,
      pipelined,
      urgency: 3,
      criticality: "critical",
      items,
      bytes,
      deadlineMs: undefined,
      codec,
      method: "numbers",
      metadata,
    };
  }

  /** A batch of `count` items that takes `length` bytes. */
  static batch(streamId: number, count: number, length: number): Frame {
    return { kind: "items", streamId, body: "batch", count, payload: new Uint8Array(length) };
  }

  /** Sends these frames as one message. */
  sends(...frames: Frame[]): void {
    const writer = new Writer();
    for (const frame of frames) encodeFrame(writer, frame);
    this.session.receive(writer.take(), this.now);
  }

  /** Sends bytes as they are. */
  sendsBytes(...bytes: number[]): void {
    this.session.receive(new Uint8Array(bytes), this.now);
  }

  /** What the session has sent since the last call, as frames in order. */
  gets(): Frame[] {
    const frames: Frame[] = [];
    for (let m = this.session.transmit(this.now); m !== undefined; m = this.session.transmit(this.now)) {
      readMessage(m, (frame) => {
        frames.push(frame);
        return "more";
      });
    }
    return frames;
  }

  /** The kinds of these frames. */
  getsKinds(): string[] {
    return this.gets().map((frame) => frame.kind);
  }

  /** What the session has reported since the last call. */
  events(): SessionEvent[] {
    const events: SessionEvent[] = [];
    for (let e = this.session.nextEvent(); e !== undefined; e = this.session.nextEvent()) events.push(e);
    return events;
  }

  /** The name of the error that ended the session, and what it told the peer; undefined while it lives. */
  ended(): { readonly error: string; readonly told: string; readonly rule: string } | undefined {
    const last = this.events().at(-1);
    if (last?.kind !== "closed") return undefined;
    const told = this.gets().at(-1);
    return {
      error: last.error?.codeName ?? "none",
      told: told?.kind === "error" ? told.failure.name : "nothing",
      rule: last.error?.rule ?? "",
    };
  }
}
