// Every limit of the protocol: name, default, unit, why, source. Nothing else defines one. What can be set is
// a Settings; what is the same for everybody is a constant below. docs/protocol.md §9 is this file as a table.

/** The limits of one side of a connection: bytes, milliseconds and counts, all integers. */
export interface Settings {
  /** Largest message taken, bytes. 1 MiB: the 100 MiB that ws allows by default is no bound. In HELLO. */
  readonly messageBytes: number;
  /** Memory for items received and not consumed, the whole connection, bytes. 16 MiB: judgement, the bench decides. */
  readonly receiveBudget: number;
  /** Byte window of each stream, its own from OPEN on. Default: receiveBudget / (peerStreams + ownStreams), at most 256 KiB. In HELLO. */
  readonly shareBytes: number;
  /** Charged for each item besides its encoded length, bytes, so that empty items are not free (CVE-2019-9518). 16: an object costs more. In HELLO. */
  readonly itemOverhead: number;
  /** Largest encoded item taken, bytes. Default and maximum: what half a share covers, see `settingsOf`. In HELLO. */
  readonly itemBytes: number;
  /** Streams that the peer may have open at once. 64 for a server, 0 for a client: 64 shares of 256 KiB are the budget. In HELLO. */
  readonly peerStreams: number;
  /** Streams that this side has open at most at once. 64 for a client, 0 for a server. */
  readonly ownStreams: number;
  /** Largest metadata of an OPEN taken, bytes. 16 KiB: judgement. In HELLO. */
  readonly metadataBytes: number;
  /** A message is closed at so many bytes while one stream is alone. 32 KiB: knee of the measured curve. */
  readonly targetAlone: number;
  /** The same while another stream or a reply waits. 16 KiB: what a call waits behind a flood. */
  readonly targetShared: number;
  /** Time for the peer's HELLO, ms. 5 s: judgement. */
  readonly handshakeMs: number;
  /** Time between two PINGs, ms. 15 s: between the 5 s and 30 s of other libraries. */
  readonly heartbeatMs: number;
  /** Heartbeats without a frame of the peer after which it is dead. 2. */
  readonly heartbeatsMissed: number;
  /** Time a stream has items and no credit before BLOCKED is sent, ms. 100: shorter is ordinary flow control. */
  readonly blockedMs: number;
}

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

/** Largest reason in GOAWAY, bytes. */
export const REASON_BYTES = 1024;

/** Bytes by which a frame of one item can exceed the item: header (10), count (1), item length (8), and some. */
export const FRAME_BYTES = 64;

/** Bytes that the length of one item takes at most in the table of an ITEMS frame; part of its charge. */
export const LENGTH_BYTES = 8;

/** Least `messageBytes` that a side may announce: an ERROR with everything at its limit fits, and so does HELLO. */
export const SMALLEST_MESSAGE = 0x4000;

/** Smallest useful grant of bytes: an eighth of the window, or this if it is less. Against dribbled windows (CVE-2019-9511). */
export const SMALLEST_GRANT = 1024;

/**
 * The settings with their defaults, checked. Throws a RangeError that names the value and the way out.
 *
 * Two sums must hold. (peerStreams + ownStreams) x shareBytes <= receiveBudget: so the memory bound is hard.
 * 2 x (itemBytes + itemOverhead + 8) <= shareBytes: a receiver grants again when half a window is free. When
 * it holds nothing and has not granted, more than half the window is still unspent, so every item fits there:
 * no item can wait for ever, without the sender telling its size (docs/protocol.md §4.5).
 *
 * @example
 * ```ts
 * import { settingsOf } from "@sluice/net/protocol";
 *
 * console.log(settingsOf("server").itemBytes); // prints 131048
 * // Larger items: fewer streams, or a larger budget.
 * const large = settingsOf("server", { peerStreams: 8, shareBytes: 2_097_152, messageBytes: 2_097_152 });
 * console.log(large.itemBytes); // prints 1048552
 * ```
 */
export function settingsOf(role: "client" | "server", given: Partial<Settings> = {}): Settings {
  const peerStreams = given.peerStreams ?? (role === "server" ? 64 : 0);
  const ownStreams = given.ownStreams ?? (role === "client" ? 64 : 0);
  const receiveBudget = given.receiveBudget ?? 16 * MIB;
  const itemOverhead = given.itemOverhead ?? 16;
  const streams = peerStreams + ownStreams;
  const shareBytes =
    given.shareBytes ?? Math.min(256 * KIB, Math.floor(receiveBudget / Math.max(1, streams)));
  const messageBytes = given.messageBytes ?? MIB;
  const largestItem = Math.floor(shareBytes / 2) - itemOverhead - LENGTH_BYTES;
  const settings: Settings = {
    messageBytes,
    receiveBudget,
    shareBytes,
    itemOverhead,
    itemBytes: given.itemBytes ?? Math.min(largestItem, messageBytes - FRAME_BYTES),
    peerStreams,
    ownStreams,
    metadataBytes: given.metadataBytes ?? Math.min(16 * KIB, Math.floor(messageBytes / 4)),
    targetAlone: given.targetAlone ?? 32 * KIB,
    targetShared: given.targetShared ?? 16 * KIB,
    handshakeMs: given.handshakeMs ?? 5_000,
    heartbeatMs: given.heartbeatMs ?? 15_000,
    heartbeatsMissed: given.heartbeatsMissed ?? 2,
    blockedMs: given.blockedMs ?? 100,
  };
  for (const name of NAMES) check(name, settings[name]);
  if (streams === 0) {
    throw new RangeError(
      "Cannot set peerStreams and ownStreams both to 0: no stream could be opened; give one of them",
    );
  }
  if (streams * shareBytes > receiveBudget) {
    throw new RangeError(
      `Cannot give ${streams} streams ${shareBytes} bytes each: receiveBudget is ${receiveBudget}; raise it, or lower shareBytes, peerStreams or ownStreams`,
    );
  }
  const infeasible = infeasibility(settings);
  if (infeasible !== undefined) throw new RangeError(`Cannot use these settings: ${infeasible}`);
  return settings;
}

/** What two sides must be able to rely on of a receiver's sizes: the reason they cannot work, or undefined. */
export function infeasibility(
  sizes: Pick<Settings, "messageBytes" | "shareBytes" | "itemOverhead" | "itemBytes" | "metadataBytes">,
): string | undefined {
  const { messageBytes, shareBytes, itemOverhead, itemBytes, metadataBytes } = sizes;
  if (itemBytes < 1 || 2 * (itemBytes + itemOverhead + LENGTH_BYTES) > shareBytes) {
    return `an item of ${itemBytes} bytes with its overhead of ${itemOverhead + LENGTH_BYTES} must fit half of shareBytes, ${shareBytes}; raise shareBytes or lower itemBytes`;
  }
  if (itemBytes + FRAME_BYTES > messageBytes) {
    return `an item of ${itemBytes} bytes in its frame must fit messageBytes, ${messageBytes}; raise messageBytes or lower itemBytes`;
  }
  if (metadataBytes + METHOD_BYTES + FRAME_BYTES > messageBytes || messageBytes < SMALLEST_MESSAGE) {
    return `messageBytes is ${messageBytes} and must be at least ${SMALLEST_MESSAGE} and hold an OPEN with ${metadataBytes} bytes of metadata; raise it`;
  }
  return undefined;
}

function check(name: keyof Settings, value: number): void {
  const least = LEAST[name] ?? 1;
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`Cannot set ${name} to ${value}: it must be an integer >= ${least}`);
  }
}

const KIB = 1024;
const MIB = 1024 * KIB;

// What may be zero; everything else is at least 1.
const LEAST: Partial<Record<keyof Settings, number>> = {
  peerStreams: 0,
  ownStreams: 0,
  metadataBytes: 0,
  itemOverhead: 1,
};

const NAMES: readonly (keyof Settings)[] = [
  "messageBytes",
  "receiveBudget",
  "shareBytes",
  "itemOverhead",
  "itemBytes",
  "peerStreams",
  "ownStreams",
  "metadataBytes",
  "targetAlone",
  "targetShared",
  "handshakeMs",
  "heartbeatMs",
  "heartbeatsMissed",
  "blockedMs",
];
