// Every limit of the protocol: name, default, unit, why, source. Nothing else defines one. What can be set is
// a Settings; what is the same for everybody is a constant below. docs/protocol.md §9 is this file as a table.
// Long because it is a table: a line for each limit, and what must hold between them.

/** The limits of one side of a connection: bytes, milliseconds and counts, all integers. All but `ownStreams` travel in HELLO. */
export interface Settings {
  /** Largest message taken, bytes. 1 MiB: the 100 MiB that ws allows by default is no bound. */
  readonly messageBytes: number;
  /** Largest encoded item taken, bytes. Default 4 MiB, or what the pool covers if that is less, see `settingsOf`. */
  readonly itemBytes: number;
  /** Charged for each item besides its encoded length, bytes, so that empty items are not free (CVE-2019-9518). 16, at most 64: an object costs more. */
  readonly itemOverhead: number;
  /** Exclusive share of each stream, bytes: its own from OPEN on, whatever the others do. Default min(16 KiB, receiveBudget / 4 / streams), at least 256. */
  readonly shareBytes: number;
  /** Largest metadata of an OPEN taken, bytes. 16 KiB: judgement. */
  readonly metadataBytes: number;
  /** Streams that the peer may have open at once. 256 for a server, 0 for a client: what yamux allows. */
  readonly peerStreams: number;
  /** Streams that this side has open at most at once. 256 for a client, 0 for a server. */
  readonly ownStreams: number;
  /** Time for which a session without a transport waits to be resumed, ms. 30 s: judgement. 0: never resumed. */
  readonly resumeMs: number;
  /** Frames sent and not acknowledged that are kept for a resume, bytes. 1 MiB: judgement. */
  readonly replayBytes: number;
  /** Memory for items received and not consumed, the whole connection, bytes. 16 MiB: judgement, the bench decides. */
  readonly receiveBudget: number;
  /** Time for the peer's HELLO, ms. 5 s: judgement. */
  readonly handshakeMs: number;
  /** Time between two PINGs, ms. 15 s: between the 5 s and 30 s of other libraries. */
  readonly heartbeatMs: number;
  /** Heartbeats without a frame of the peer after which it is dead. 2. */
  readonly heartbeatsMissed: number;
  /** Time a stream has items and no credit before BLOCKED is sent, ms. 100: shorter is ordinary flow control. */
  readonly blockedMs: number;
  /** A message is closed at so many bytes while one stream is alone. 32 KiB: knee of the measured curve. */
  readonly targetAlone: number;
  /** The same while another stream or a reply waits, and the quantum of the turns. 16 KiB: what a call waits behind a flood. */
  readonly targetShared: number;
  /** Time for which a loan is not used before it is taken back by DRAIN, ms. 5 s: judgement. */
  readonly idleMs: number;
  /** Time for the parts of one item, ms, plus 1 ms for every 64 bytes of it. 30 s: against half items kept for ever. */
  readonly itemMs: number;
  /** Cancelled streams whose handlers have not ended; with more, OPEN is rejected. 20: what h2 allows. */
  readonly unfinishedHandlers: number;
  /** Stream errors caused by the peer before GOAWAY. 1,024: what h2 allows. */
  readonly peerErrors: number;
  /** Streams ended by the peer's CANCEL or by an error it caused: as many at once, then so many a second. 1,000 and 100: node http2. */
  readonly churnBurst: number;
  readonly churnPerSecond: number;
  /** Frames of the peer that cost work and bring nothing: as many at once, then so many a second. 1,000 and 200: judgement. */
  readonly controlBurst: number;
  readonly controlPerSecond: number;
  /** Time for which something waits to be written and nothing can be, ms. 30 s: yamux has 10 s. */
  readonly writeStallMs: number;
  /** Time for which a sheddable stream has items and no credit before it is ended, ms; x 5 for sheddablePlus. 60 s: judgement. 0: never. */
  readonly stallMs: number;
}

/** What travels in HELLO, in the order of the ids, from 1. The first eight are required, the others tell only. */
export const HELLO_NAMES: readonly (keyof Settings)[] = [
  "messageBytes",
  "itemBytes",
  "itemOverhead",
  "shareBytes",
  "metadataBytes",
  "peerStreams",
  "resumeMs",
  "replayBytes",
  "receiveBudget",
  "handshakeMs",
  "heartbeatMs",
  "heartbeatsMissed",
  "blockedMs",
  "targetAlone",
  "targetShared",
  "idleMs",
  "itemMs",
  "unfinishedHandlers",
  "peerErrors",
  "churnBurst",
  "churnPerSecond",
  "controlBurst",
  "controlPerSecond",
  "writeStallMs",
  "stallMs",
];

/** How many of them every HELLO must have. */
export const HELLO_REQUIRED = 8;

/** Largest position or limit of anything counted; as item demand it means unbounded. JavaScript counts exactly up to here. */
export const MAX_POSITION: number = Number.MAX_SAFE_INTEGER;

/** Largest method name in OPEN, bytes of UTF-8. */
export const METHOD_BYTES = 256;

/** Largest codec name in HELLO, bytes; most codec names in HELLO; most settings in HELLO. */
export const CODEC_NAME_BYTES = 32;
export const CODEC_NAMES = 16;
export const HELLO_SETTINGS = 64;

/** Largest error name, message and details in ERROR and REJECT, bytes. Longer messages are cut by the sender. */
export const ERROR_NAME_BYTES = 128;
export const ERROR_MESSAGE_BYTES = 4096;
export const ERROR_DETAILS_BYTES = 8192;

/** Largest reason in GOAWAY and message in RESUME_REJECT, bytes. */
export const REASON_BYTES = 1024;

/** Length of a resume token, bytes. 16 random bytes are the 128 bits that cannot be guessed. */
export const SMALLEST_TOKEN = 16;
export const LARGEST_TOKEN = 64;

/** Largest authentication in a client's HELLO, bytes. */
export const AUTH_BYTES = 4096;

/** Urgencies run from 0, first, to this, last. */
export const LAST_URGENCY = 7;

/** Least `shareBytes`; largest `itemOverhead`. */
export const SMALLEST_SHARE = 256;
export const LARGEST_OVERHEAD = 64;

/** What a client that has not heard the server may open: streams, bytes of metadata over all of them, bytes of an item. */
export const PIPELINED_STREAMS = 8;
export const PIPELINED_METADATA = 1024;
export const PIPELINED_ITEM: number = SMALLEST_SHARE - LARGEST_OVERHEAD;

/** Bytes by which a frame of one item can exceed the item: header (10), count (1), item length (8), and some. */
export const FRAME_BYTES = 64;

/** Bytes that the length of one item takes at most in the table of an ITEMS frame; part of its charge. */
export const LENGTH_BYTES = 8;

/** Least `messageBytes` that a side may announce: an ERROR with everything at its limit fits, and so does HELLO. */
export const SMALLEST_MESSAGE = 0x4000;

/** Least bytes of a part that is not the last of its item: against items in crumbs (CVE-2019-9511). */
export const SMALLEST_PART = 1024;

/** Smallest useful grant of bytes: an eighth of the window, or this if it is less. Against dribbled windows (CVE-2019-9511). */
export const SMALLEST_GRANT = 1024;

/**
 * The settings with their defaults, checked. Throws a RangeError that names the value and the way out.
 *
 * Two sums must hold. (peerStreams + ownStreams) x shareBytes <= receiveBudget; what is left of the budget is
 * the pool. itemBytes + 64 + 8 <= the pool, or <= shareBytes: so one item can always be lent for, also one of a
 * stream that was opened before HELLO, whose overhead is 64 (docs/protocol.md §4.5).
 *
 * @example
 * ```ts
 * import { settingsOf } from "@sluice/net/protocol";
 *
 * console.log(settingsOf("server").itemBytes); // prints 4194304
 * // Items go in parts, whatever a message takes; a smaller budget means smaller items.
 * console.log(settingsOf("server", { messageBytes: 65_536 }).itemBytes); // prints 4194304
 * console.log(settingsOf("server", { receiveBudget: 1_048_576 }).itemBytes); // prints 786360
 * ```
 */
export function settingsOf(role: "client" | "server", given: Partial<Settings> = {}): Settings {
  const peerStreams = given.peerStreams ?? (role === "server" ? SLOTS : 0);
  const ownStreams = given.ownStreams ?? (role === "client" ? SLOTS : 0);
  const receiveBudget = given.receiveBudget ?? 16 * MIB;
  const itemOverhead = given.itemOverhead ?? 16;
  const streams = peerStreams + ownStreams;
  const shareBytes = given.shareBytes ?? defaultShare(receiveBudget, Math.max(1, streams));
  const messageBytes = given.messageBytes ?? MIB;
  const pool = receiveBudget - streams * shareBytes;
  const settings: Settings = {
    messageBytes,
    itemBytes: given.itemBytes ?? defaultItem(pool, shareBytes),
    itemOverhead,
    shareBytes,
    metadataBytes: given.metadataBytes ?? Math.min(16 * KIB, Math.floor(messageBytes / 4)),
    peerStreams,
    ownStreams,
    resumeMs: given.resumeMs ?? 30_000,
    replayBytes: given.replayBytes ?? MIB,
    receiveBudget,
    handshakeMs: given.handshakeMs ?? 5_000,
    heartbeatMs: given.heartbeatMs ?? 15_000,
    heartbeatsMissed: given.heartbeatsMissed ?? 2,
    blockedMs: given.blockedMs ?? 100,
    targetAlone: given.targetAlone ?? 32 * KIB,
    targetShared: given.targetShared ?? 16 * KIB,
    idleMs: given.idleMs ?? 5_000,
    itemMs: given.itemMs ?? 30_000,
    unfinishedHandlers: given.unfinishedHandlers ?? 20,
    peerErrors: given.peerErrors ?? 1_024,
    churnBurst: given.churnBurst ?? 1_000,
    churnPerSecond: given.churnPerSecond ?? 100,
    controlBurst: given.controlBurst ?? 1_000,
    controlPerSecond: given.controlPerSecond ?? 200,
    writeStallMs: given.writeStallMs ?? 30_000,
    stallMs: given.stallMs ?? 60_000,
  };
  for (const name of [...HELLO_NAMES, "ownStreams" as const]) check(name, settings[name]);
  if (streams === 0) {
    throw new RangeError(
      "Cannot set peerStreams and ownStreams both to 0: no stream could be opened; give one of them",
    );
  }
  if (pool < 0) {
    throw new RangeError(
      `Cannot give ${streams} streams ${shareBytes} bytes each: receiveBudget is ${receiveBudget}; raise it, or lower shareBytes, peerStreams or ownStreams`,
    );
  }
  const infeasible = infeasibility(settings) ?? unlendable(settings, pool);
  if (infeasible !== undefined) throw new RangeError(`Cannot use these settings: ${infeasible}`);
  return settings;
}

/** The sizes that bind a sender; its peer's HELLO always has them. */
export type RequiredSizes = Pick<
  Settings,
  | "messageBytes"
  | "itemBytes"
  | "itemOverhead"
  | "shareBytes"
  | "metadataBytes"
  | "peerStreams"
  | "resumeMs"
  | "replayBytes"
>;

/**
 * What two sides must be able to rely on of a receiver's sizes: the reason they cannot work, or undefined. Its
 * pool is known only where `receiveBudget` is, and then without the streams that it opens itself.
 */
export function infeasibility(
  sizes: RequiredSizes & { readonly receiveBudget?: number | undefined },
): string | undefined {
  const { messageBytes, shareBytes, itemOverhead, itemBytes, metadataBytes, peerStreams } = sizes;
  if (shareBytes < SMALLEST_SHARE) {
    return `shareBytes is ${shareBytes} and must be at least ${SMALLEST_SHARE}; raise receiveBudget or shareBytes, or lower the number of streams`;
  }
  if (itemOverhead < 1 || itemOverhead > LARGEST_OVERHEAD) {
    return `itemOverhead is ${itemOverhead} and must be 1 to ${LARGEST_OVERHEAD}`;
  }
  if (metadataBytes + METHOD_BYTES + FRAME_BYTES > messageBytes || messageBytes < SMALLEST_MESSAGE) {
    return `messageBytes is ${messageBytes} and must be at least ${SMALLEST_MESSAGE} and hold an OPEN with ${metadataBytes} bytes of metadata; raise it`;
  }
  if (itemBytes < 1) return `itemBytes is ${itemBytes} and must be at least 1; raise it`;
  if (sizes.receiveBudget === undefined) return undefined;
  return unlendable(sizes, sizes.receiveBudget - peerStreams * shareBytes);
}

// An item that neither its stream's share nor the whole pool covers could never be let in.
function unlendable(sizes: Pick<Settings, "itemBytes" | "shareBytes">, pool: number): string | undefined {
  // Of a stream that was opened before HELLO each item is charged the largest overhead (docs/protocol.md §2.5).
  const charge = sizes.itemBytes + LARGEST_OVERHEAD + LENGTH_BYTES;
  if (charge <= Math.max(pool, sizes.shareBytes)) return undefined;
  return `an item of ${sizes.itemBytes} bytes with an overhead of at most ${LARGEST_OVERHEAD + LENGTH_BYTES} must fit what receiveBudget leaves beside the shares, ${pool} bytes, or shareBytes, ${sizes.shareBytes}; raise receiveBudget, or lower itemBytes, shareBytes or the number of streams`;
}

function defaultShare(receiveBudget: number, streams: number): number {
  return Math.max(SMALLEST_SHARE, Math.min(16 * KIB, Math.floor(receiveBudget / 4 / streams)));
}

function defaultItem(pool: number, shareBytes: number): number {
  return Math.min(4 * MIB, Math.max(pool, shareBytes) - LARGEST_OVERHEAD - LENGTH_BYTES);
}

function check(name: keyof Settings, value: number): void {
  const least = LEAST[name] ?? 1;
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`Cannot set ${name} to ${value}: it must be an integer >= ${least}`);
  }
}

const KIB = 1024;
const MIB = 1024 * KIB;

// Streams of one side at once.
const SLOTS = 256;

// What may be zero; everything else is at least 1.
const LEAST: Partial<Record<keyof Settings, number>> = {
  peerStreams: 0,
  ownStreams: 0,
  metadataBytes: 0,
  resumeMs: 0,
  stallMs: 0,
};
