// Plays a sequence vector (docs/protocol.md §11.2) against our Session: what it receives, does, sends, reports.

import { expect } from "vitest";
import { Writer } from "../../src/protocol/byte/writer.js";
import { readMessage } from "../../src/protocol/frame/batch.js";
import { encodeFrame } from "../../src/protocol/frame/codec.js";
import type { Frame } from "../../src/protocol/frame/frame.js";
import type { Settings } from "../../src/protocol/limits.js";
import { Session } from "../../src/protocol/session/session.js";
import type { Interaction, Role, SessionEvent } from "../../src/protocol/session/session-api.js";
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
      readonly code: "HANDLER_FAILED" | "OVERLOADED";
    }
  | { readonly what: "demand"; readonly stream: number; readonly total: number }
  | { readonly what: "consume"; readonly stream: number; readonly count: number }
  | { readonly what: "goaway"; readonly reason: string };

/** Plays all rows; throws at the first one that is not as it should be. */
export function play({ role, settings = {}, token, rows }: Sequence): void {
  const options = {
    role,
    codecs: ["raw"],
    settings,
    ...(token !== undefined && { token: revive(token) as Uint8Array }),
  };
  const session = new Session(options, 0);
  let now = 0;
  for (const row of rows) {
    if ("does" in row) perform(session, row.does);
    else if ("sends" in row) expect(framesOf(session, now)).toMatchObject(row.sends.map(revive) as object[]);
    else if ("reports" in row) expect(eventsOf(session)).toMatchObject(row.reports.map(revive) as object[]);
    else if ("waits" in row) {
      now += row.waits;
      session.tick(now);
    } else if ("ends" in row) {
      expect(framesOf(session, now).at(-1)).toMatchObject({
        kind: "error",
        streamId: 0,
        failure: { name: row.ends },
      });
      expect(eventsOf(session).at(-1)).toMatchObject({ kind: "closed", error: { codeName: row.ends } });
    } else {
      if (row.receives !== undefined) expect(hexOf(messageOf(row.receives.map(frameOf)))).toBe(row.hex);
      session.receive(bytesOf(row.hex), now);
    }
    // As a host does after every call: it sets its timer.
    session.nextTick();
  }
  // Nothing more than what the rows name.
  expect(framesOf(session, now)).toEqual([]);
  expect(eventsOf(session)).toEqual([]);
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

function framesOf(session: Session, now: number): Frame[] {
  const frames: Frame[] = [];
  for (let m = session.transmit(now); m !== undefined; m = session.transmit(now)) {
    readMessage(m, (frame) => {
      frames.push(frame);
      return "more";
    });
  }
  return frames;
}

function eventsOf(session: Session): SessionEvent[] {
  const events: SessionEvent[] = [];
  for (let e = session.nextEvent(); e !== undefined; e = session.nextEvent()) events.push(e);
  return events;
}
