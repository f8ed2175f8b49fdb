// Plays a sequence vector (docs/protocol.md §11.2) against our Session: what it receives, does, sends, reports.

import { expect } from "vitest";
import { Writer } from "../../src/protocol/byte/writer.js";
import { readMessage } from "../../src/protocol/frame/batch.js";
import { encodeFrame } from "../../src/protocol/frame/codec.js";
import type { Frame } from "../../src/protocol/frame/frame.js";
import type { Settings } from "../../src/protocol/limits.js";
import { Session } from "../../src/protocol/session/session.js";
import type {
  Interaction,
  ResumeRequest,
  Role,
  SessionEvent,
  SessionOptions,
} from "../../src/protocol/session/session-api.js";
import { streamFailure } from "../../src/protocol/protocol-error.js";
import { bytesOf, frameOf, hexOf, revive } from "./vector-files.js";

/** One sequence as it lies in a file. */
export interface Sequence {
  readonly name: string;
  /** The side that is checked. */
  readonly role: Role;
  readonly settings?: Partial<Settings>;
  readonly token?: unknown;
  readonly rows: readonly Row[];
}

/** One thing that happens, or is wanted. */
export type Row =
  | { readonly receives: readonly unknown[]; readonly hex: string }
  | { readonly receives?: undefined; readonly hex: string }
  | { readonly does: Deed }
  | { readonly sends: readonly unknown[] }
  | { readonly reports: readonly unknown[] }
  | { readonly waits: number }
  | { readonly loses: "transport" }
  | { readonly connects: { readonly token?: unknown; readonly next?: unknown } }
  | { readonly late: string }
  | { readonly ends: string };

/** What the local side does. */
export type Deed =
  | {
      readonly what: "open";
      readonly interaction: Interaction;
      readonly method: string;
      readonly demand: number;
    }
  | {
      readonly what: "send";
      readonly stream: number;
      readonly items: readonly string[];
      readonly answer?: string;
    }
  | { readonly what: "offer" | "complete" | "cancel" | "released"; readonly stream: number }
  | {
      readonly what: "fail" | "reject";
      readonly stream: number;
      readonly code: "INTERNAL" | "OVERLOADED";
    }
  | { readonly what: "demand"; readonly stream: number; readonly total: number }
  | { readonly what: "consume"; readonly stream: number; readonly count: number }
  | { readonly what: "goaway"; readonly reason: string };

/** Plays all rows; throws at the first one that is not as it should be. */
export function play(sequence: Sequence): void {
  const player = new Player(sequence);
  for (const row of sequence.rows) player.play(row);
  player.end();
}

/** An endpoint: its session, and the one that speaks on a new transport until it is known who goes on there. */
class Player {
  private readonly options: SessionOptions;
  private session: Session;
  private now = 0;
  /** Whose transport was lost, while another session speaks on a new one. */
  private old: Session | undefined = undefined;
  private next: Uint8Array | undefined = undefined;
  private readonly tokens: string[] = [];
  private readonly sent: Frame[] = [];
  private readonly reported: SessionEvent[] = [];

  constructor({ role, settings = {}, token }: Sequence) {
    this.options = { role, codecs: ["raw"], settings };
    this.session = new Session({ ...this.options, ...(token !== undefined && this.known(token)) }, 0);
  }

  play(row: Row): void {
    if ("does" in row) perform(this.session, row.does);
    else if ("sends" in row) this.sends(row.sends);
    else if ("reports" in row) this.expect(this.events(), row.reports);
    else if ("waits" in row) this.wait(row.waits);
    else if ("loses" in row) this.session.suspend(this.now);
    else if ("connects" in row) this.connect(row.connects);
    else if ("late" in row) this.session.receive(bytesOf(row.late), this.now, this.session.epoch - 1);
    else if ("ends" in row) {
      expect(this.transmitted().at(-1)).toMatchObject({
        kind: "error",
        streamId: 0,
        failure: { name: row.ends },
      });
      expect(this.events().at(-1)).toMatchObject({ kind: "closed", error: { codeName: row.ends } });
    } else {
      if (row.receives !== undefined) expect(hexOf(messageOf(row.receives.map(frameOf)))).toBe(row.hex);
      this.session.receive(bytesOf(row.hex), this.now);
    }
    // As a host does after every call: it hears what happened, and sets its timer.
    this.collect();
    this.session.nextTick();
  }

  /** Nothing more than what the rows name. */
  end(): void {
    this.sends([]);
    expect(this.events()).toEqual([]);
  }

  // A PING that no row names is passed over: each side asks when it wants to know.
  private sends(rows: readonly unknown[]): void {
    const wanted = rows.map(revive) as Frame[];
    const asks = wanted.some(({ kind }) => kind === "ping");
    const actual = this.transmitted().filter(({ kind }) => asks || kind !== "ping");
    this.expect(actual, rows);
  }

  private wait(ms: number): void {
    this.now += ms;
    this.session.tick(this.now);
  }

  private expect(actual: readonly object[], wanted: readonly unknown[]): void {
    expect(actual).toMatchObject(wanted.map(revive) as object[]);
  }

  private connect({ token, next }: { readonly token?: unknown; readonly next?: unknown }): void {
    const request = this.options.role === "client" ? this.session.resumption() : undefined;
    this.old = this.session;
    this.next = next === undefined ? undefined : this.known(next).token;
    this.session = new Session(
      { ...this.options, ...(token !== undefined && this.known(token)), ...(request && { resume: request }) },
      this.now,
    );
  }

  private known(token: unknown): { readonly token: Uint8Array } {
    const bytes = revive(token) as Uint8Array;
    this.tokens.push(hexOf(bytes));
    return { token: bytes };
  }

  private transmitted(): Frame[] {
    this.drain();
    return this.sent.splice(0);
  }

  private drain(): void {
    for (let m = this.session.transmit(this.now); m !== undefined; m = this.session.transmit(this.now)) {
      readMessage(m, (frame) => {
        this.sent.push(frame);
        return "more";
      });
    }
  }

  private events(): SessionEvent[] {
    this.collect();
    return this.reported.splice(0);
  }

  private collect(): void {
    const { session } = this;
    for (let event = session.nextEvent(); event !== undefined; event = session.nextEvent()) {
      if (event.kind === "resume") this.handOver(event.request);
      else this.reported.push(event);
    }
  }

  // What the layer above does: finds the session by its token, and lets it go on here or not.
  private handOver(request: ResumeRequest): void {
    const { session: fresh, old } = this;
    this.drain();
    const found = this.options.role === "client" || this.tokens.includes(hexOf(request.token));
    const with_ = { now: this.now, ...(this.next && { token: this.next }) };
    const answer = found ? (old as Session).resume(request, with_) : "unknown";
    if (answer !== "resumed") {
      fresh.refuseResume(answer);
      return;
    }
    // What was reported on this transport was of a session that does not go on.
    this.reported.length = 0;
    fresh.handOver();
    this.session = old as Session;
  }
}

/** These frames as one message. */
export function messageOf(frames: readonly Frame[]): Uint8Array {
  const writer = new Writer();
  for (const frame of frames) encodeFrame(writer, frame);
  return writer.take();
}

function perform(session: Session, deed: Deed): void {
  switch (deed.what) {
    case "open": {
      const { interaction, method, demand } = deed;
      expect(session.open({ interaction, method, codec: "raw", demand })).toBeTypeOf("number");
      break;
    }
    case "send":
      expect(session.sendItems(deed.stream, deed.items.map(bytesOf))).toBe(deed.answer ?? "sent");
      break;
    case "offer":
    case "complete":
    case "cancel":
    case "released":
      session[deed.what](deed.stream);
      break;
    case "fail":
    case "reject":
      session[deed.what](deed.stream, streamFailure(deed.code, "on purpose"));
      break;
    case "demand":
      session.grantItems(deed.stream, deed.total);
      break;
    case "consume":
      session.consumed(deed.stream, deed.count);
      break;
    case "goaway":
      session.goaway({ reason: deed.reason });
      break;
    default:
      throw new TypeError(`unknown deed ${JSON.stringify(deed satisfies never)}`);
  }
}
