// What a hostile or broken client does, beyond broken bytes: rules of docs/protocol.md broken with good frames. Long
// because it is a list; each case says which section it is about.

import type { ErrorName, Frame } from "@sluice/net/protocol";
import { batchOf, completeOf, helloOf, NOTHING, openOf, partOf, pingOf } from "./frames.js";
import type { WireCase } from "./wire-case.js";
import type { WirePeer } from "./wire-peer.js";

/** All of them. */
export function hostileCases(): WireCase[] {
  return [...handshakeCases(), ...streamCases(), ...creditCases(), ...connectionCases(), ...floodCases()];
}

function handshakeCases(): WireCase[] {
  const first = (name: string, wanted: ErrorName, ...frames: Frame[]): WireCase => ({
    ...says(name, wanted, ...frames),
    greets: false,
  });
  return [
    first("§2.1 PING before HELLO", "HELLO_EXPECTED", pingOf()),
    first("§2.1 OPEN before HELLO", "HELLO_EXPECTED", openOf(1)),
    first("§2.1 HELLO twice", "HELLO_REPEATED", helloOf(), helloOf()),
    first("§2.2 HELLO of a server", "SETTINGS_REFUSED", helloOf({ server: true })),
    first("§2.3 a share of 255 bytes", "SETTINGS_REFUSED", helloOf({}, { shareBytes: 255 })),
    first("§2.3 an overhead of 65 bytes", "SETTINGS_REFUSED", helloOf({}, { itemOverhead: 65 })),
    first("§2.3 items of no size", "SETTINGS_REFUSED", helloOf({}, { itemBytes: 0 })),
    first("§2.3 messages below 16 KiB", "SETTINGS_REFUSED", helloOf({}, { messageBytes: 16_383 })),
    first(
      "§2.3 metadata that no message holds",
      "SETTINGS_REFUSED",
      helloOf({}, { messageBytes: 20_000, metadataBytes: 20_000 }),
    ),
    {
      group: "hostile",
      name: "§2.4 no HELLO at all",
      wanted: ["HANDSHAKE_TIMEOUT"],
      greets: false,
      patienceMs: (peer) => peer.setting("handshakeMs", 5_000),
      play: async (peer) => {
        await peer.hello();
      },
    },
    says("§2.5 a ninth pipelined stream", "FRAME_UNEXPECTED", ...nine()),
    says(
      "§2.5 too much metadata in pipelined streams",
      "MALFORMED",
      openOf(1, { pipelined: true, metadata: new Uint8Array(1_025) }),
    ),
  ];
}

function streamCases(): WireCase[] {
  const gone = { streamId: 9, items: 0, bytes: 0 };
  const unknown: [string, Frame][] = [
    ["ITEMS", batchOf(9, 1, 1)],
    ["a part", partOf(9, 2_000, 0, 1_024)],
    ["COMPLETE", completeOf(9)],
    ["ERROR", { kind: "error", ...gone, failure: failure() }],
    ["REJECT", { kind: "reject", streamId: 9, failure: failure() }],
    ["CANCEL", { kind: "cancel", streamId: 9 }],
    ["CREDIT", { kind: "credit", streams: undefined, entries: [{ streamId: 9, items: 1, bytes: 1 }] }],
    ["BLOCKED", { kind: "blocked", streamId: 9, limit: "items", value: 0, backlog: 0, needed: 0 }],
    ["DRAIN", { kind: "drain", streamId: 9, bytes: 1 }],
    ["DRAINED", { kind: "drained", streamId: 9, bytes: 1 }],
    ["URGENCY", { kind: "urgency", streamId: 9, urgency: 0, criticality: "critical" }],
  ];
  return [
    ...unknown.map(([name, frame]) => says(`§3.3 ${name} of a stream never opened`, "STREAM_UNKNOWN", frame)),
    says("§3.1 a stream id that leaves a gap", "FRAME_UNEXPECTED", openOf(3)),
    says("§3.1 a stream id of the server", "FRAME_UNEXPECTED", openOf(2)),
    says("§3.1 the same stream twice", "FRAME_UNEXPECTED", openOf(1), openOf(1)),
    says("§3.3 items after COMPLETE", "STREAM_CLOSED", openOf(1), completeOf(1), batchOf(1, 1, 1)),
    says("§3.3 COMPLETE twice", "STREAM_CLOSED", openOf(1), completeOf(1), completeOf(1)),
    says("§3.3 REJECT of a stream that the client opened itself", "FRAME_UNEXPECTED", openOf(1), {
      kind: "reject",
      streamId: 1,
      failure: failure(),
    }),
    says("§5.2 a codec that HELLO did not list", "MALFORMED", openOf(1, { codec: 3 })),
    plays("§5.2 metadata above metadataBytes", ["MALFORMED"], async (peer) => {
      const { sizes } = await peer.hello();
      peer.send(openOf(1, { metadata: new Uint8Array(sizes.metadataBytes + 1) }));
    }),
    plays("§4.7 a stream more than there are slots", ["STREAM_LIMIT"], async (peer) => {
      const { sizes } = await peer.hello();
      peer.send(...Array.from({ length: sizes.peerStreams + 1 }, (_, i) => openOf(2 * i + 1)));
    }),
  ];
}

function creditCases(): WireCase[] {
  return [
    says("§4.3 two items of input where one is granted", "ITEM_CREDIT_EXCEEDED", openOf(1), batchOf(1, 2, 2)),
    says("§4.3 credit is checked before the body is looked at", "ITEM_CREDIT_EXCEEDED", openOf(1), {
      kind: "items",
      streamId: 1,
      body: "items",
      count: 9,
      payload: new Uint8Array([255, 255]),
    }),
    says(
      "§3.6 an item on a channel that nobody asked for",
      "ITEM_CREDIT_EXCEEDED",
      openOf(1, { interaction: "channel" }),
      batchOf(1, 1, 1),
    ),
    plays("§4.3 a byte more than the share", ["BYTE_CREDIT_EXCEEDED"], async (peer) => {
      const { sizes } = await peer.hello();
      const length = sizes.shareBytes - sizes.itemOverhead + 1;
      const fits = length + 64 <= sizes.messageBytes;
      peer.send(openOf(1), fits ? batchOf(1, 1, length) : partOf(1, length, 0, 1_024));
    }),
    says("§4.6 final items that did not arrive", "POSITION_MISMATCH", openOf(1), completeOf(1, 1, 0)),
    says("§4.6 final bytes that did not arrive", "POSITION_MISMATCH", openOf(1), completeOf(1, 0, 17)),
    plays("§4.9 a need that no item can have", ["FRAME_UNEXPECTED"], async (peer) => {
      const { sizes } = await peer.hello();
      const needed = sizes.shareBytes + sizes.itemBytes + 73;
      const blocked = { kind: "blocked", streamId: 1, limit: "bytes", value: 0, backlog: 0, needed } as const;
      peer.send(openOf(1), blocked);
    }),
    says("§4.10 DRAINED that nobody asked for", "FRAME_UNEXPECTED", openOf(1), {
      kind: "drained",
      streamId: 1,
      bytes: 256,
    }),
    says("§4.10 DRAIN below the limit", "FRAME_UNEXPECTED", openOf(1), drain(4_095)),
    says(
      "§4.10 DRAIN before the last one is answered",
      "FRAME_UNEXPECTED",
      openOf(1),
      drain(4_096),
      drain(4_096),
    ),
    says(
      "§4.11 a part that is not the first one",
      "FRAME_UNEXPECTED",
      openOf(1),
      partOf(1, 2_000, 1_024, 976),
    ),
    plays("§4.11 another item between the parts of one", ["FRAME_UNEXPECTED"], async (peer) => {
      const total = await partialItem(peer);
      peer.send(openOf(1), partOf(1, total, 0, total - 1), batchOf(1, 1, 1));
    }),
    plays("§4.11 COMPLETE between the parts of an item", ["FRAME_UNEXPECTED"], async (peer) => {
      const total = await partialItem(peer);
      peer.send(openOf(1), partOf(1, total, 0, total - 1), completeOf(1, 1, 0));
    }),
    plays("§4.11 an item above itemBytes in parts", ["BYTE_CREDIT_EXCEEDED"], async (peer) => {
      const { sizes } = await peer.hello();
      peer.send(openOf(1), partOf(1, sizes.itemBytes + 1, 0, 1_024));
    }),
  ];
}

function connectionCases(): WireCase[] {
  const token = new Uint8Array(16).fill(0x5a);
  const resume: Frame = { kind: "resume", token, epoch: 0, received: 0 };
  return [
    plays("§1.4 a text message", ["NOT_BINARY", "close 1003"], (peer) => peer.sendText("hello")),
    plays("§1.2 an empty message", ["MALFORMED"], (peer) => peer.sendBytes(NOTHING)),
    plays("§1.4 a message above messageBytes", ["MESSAGE_TOO_LARGE", "close 1009"], async (peer) => {
      const { sizes } = await peer.hello();
      peer.sendBytes(new Uint8Array(sizes.messageBytes + 1));
    }),
    says("§7.1 PING before the last one is answered", "FRAME_UNEXPECTED", pingOf(), pingOf()),
    says("§7.1 a PONG that nobody asked for", "FRAME_UNEXPECTED", {
      kind: "pong",
      opaque: new Uint8Array(8),
    }),
    says("§10.1 an ACK of more than was sent", "FRAME_UNEXPECTED", { kind: "ack", received: 1_000_000 }),
    says("§10.4 RESUME in the middle of a session", "FRAME_UNEXPECTED", { kind: "ack", received: 0 }, resume),
    says("§10.4 a RESUME_REJECT of a client", "FRAME_UNEXPECTED", {
      kind: "resume-reject",
      reason: "gap",
      message: "",
    }),
    {
      ...plays("§10.6 a guessed token is refused, and the connection lives", ["lives"], async (peer) => {
        peer.send(helloOf(), resume);
        await peer.frame("resume-reject");
      }),
      greets: false,
    },
    {
      ...says("§10.4 a frame behind RESUME", "FRAME_UNEXPECTED", helloOf(), resume, pingOf()),
      greets: false,
    },
    says("§7.1 PING is answered, and nothing else", "lives"),
  ];
}

function floodCases(): WireCase[] {
  return [
    plays("§7.4 a flood of frames that are skipped", ["FLOODED"], async (peer) => {
      await peer.hello();
      // What comes back while they are on their way is a second's worth or two.
      const frames = peer.setting("controlBurst", 1_000) + 3 * peer.setting("controlPerSecond", 200);
      peer.sendBytes(new Uint8Array(3 * frames).map((_, i) => (i % 3 === 0 ? 0x93 : 0)));
    }),
    plays("§7.4 a flood of CREDIT that raises nothing", ["FLOODED"], async (peer) => {
      await peer.hello();
      const entries = peer.setting("controlBurst", 1_000) + 3 * peer.setting("controlPerSecond", 200);
      const entry = { streamId: 1, items: 1, bytes: 1 };
      const credit: Frame = { kind: "credit", streams: undefined, entries: new Array(entries).fill(entry) };
      peer.send(openOf(1), credit);
    }),
    {
      ...plays(
        "§7.4 streams opened and thrown away as fast as slots allow",
        ["goaway", "FLOODED"],
        rapidReset,
      ),
      patienceMs: () => 5_000,
    },
  ];
}

// OPEN and CANCEL, as many as there are slots, again and again as they return (CVE-2023-44487).
async function rapidReset(peer: WirePeer): Promise<void> {
  const { sizes } = await peer.hello();
  let limit = sizes.peerStreams;
  let opened = 0;
  while (peer.count("goaway") === 0 && opened < MOST_RESETS) {
    const frames: Frame[] = [];
    for (; opened < limit; opened++) {
      const streamId = 2 * opened + 1;
      frames.push(openOf(streamId), completeOf(streamId), { kind: "cancel", streamId });
    }
    if (frames.length > 0) peer.send(...frames);
    try {
      const credit = await peer.frame("credit");
      if (credit.kind === "credit") limit = Math.max(limit, credit.streams ?? 0);
    } catch {
      // It ended, or grants no more: the outcome says which.
      return;
    }
  }
}

function says(name: string, wanted: ErrorName | "lives", ...frames: readonly Frame[]): WireCase {
  return plays(name, [wanted], (peer) => {
    if (frames.length > 0) peer.send(...frames);
  });
}

function plays(name: string, wanted: WireCase["wanted"], play: WireCase["play"]): WireCase {
  return { group: "hostile", name, wanted, greets: true, play };
}

function nine(): Frame[] {
  return Array.from({ length: 9 }, (_, i) => openOf(2 * i + 1, { pipelined: true }));
}

// Length of an item that the share covers and that may come in two parts.
async function partialItem(peer: WirePeer): Promise<number> {
  const { sizes } = await peer.hello();
  return Math.min(sizes.itemBytes, sizes.shareBytes - sizes.itemOverhead);
}

function drain(bytes: number): Frame {
  return { kind: "drain", streamId: 1, bytes };
}

function failure(): Extract<Frame, { kind: "reject" }>["failure"] {
  return { code: 0x4b, name: "INTERNAL", message: "on purpose", notStarted: false, doNotRetry: false };
}

/** A server that lets so many be thrown away has no bound. */
const MOST_RESETS = 20_000;
