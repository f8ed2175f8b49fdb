// What the model knows of one direction of a stream, counted from outside: from what it told the sender, from the
// frames that it saw on the wire, and from what it took at the receiver.

export type Side = "client" | "server";

export function otherSide(side: Side): Side {
  return side === "client" ? "server" : "client";
}

/** Items of the same size that wait to be sent, or that were sent as one. */
export interface Group {
  readonly count: number;
  readonly size: number;
  /** One body for all of them, or one each. */
  readonly isBatch: boolean;
}

/** What was accepted by a session as "sent". */
export interface Sent extends Group {
  /** Number of its first item in its direction. */
  readonly first: number;
}

/** How a direction was ended by its sender. */
export type LaneEnd = "complete" | "error" | "reject";

/** One direction. Totals, never remainders. */
export class Lane {
  readonly streamId: number;
  readonly sender: Side;
  readonly receiver: Side;

  // The sender's application.
  backlog: Group[] = [];
  wantsEnd = false;
  /** The session was told that there is something: it gives turns until it hears that there is nothing more. */
  isOffered = false;
  itemsSent = 0;
  bytesSent = 0;
  /** Charge of the item that was sent last, if it goes in parts; 0: it does not. */
  inParts = 0;
  /** Sent, and not yet seen by the receiver's application. */
  readonly expected: Sent[] = [];
  expectedFrom = 0;
  /** Set when the sender's application ended it, or its session did. */
  end: LaneEnd | undefined = undefined;
  /** Completed, and ended by something else before all was on the wire: COMPLETE waits behind parts, or was said. */
  isTorn = false;
  /** The sender's application heard that nobody wants it. */
  heardCancel = false;

  // The wire: first transmissions only.
  wireItems = 0;
  wireBytes = 0;
  wireEnd: LaneEnd | undefined = undefined;
  /** Where the next part of the item in work begins; 0: none is. */
  partAt = 0;
  /** Limits that have reached the sender. */
  knownItems: number;
  knownBytes: number;
  /** Limits that the receiver has sent. */
  statedItems: number;
  statedBytes: number;

  // The receiver.
  gotItems = 0;
  gotBytes = 0;
  /** Bytes by which a DRAINED moved the position on. */
  skippedBytes = 0;
  gotEnd: LaneEnd | undefined = undefined;
  /** A CANCEL for this direction has reached its sender. */
  gotCancel = false;
  /** Frames that arrived and are not wholly consumed: items left, charge. */
  readonly held: { items: number; readonly charge: number }[] = [];
  /** The charge of an item whose parts are coming; 0: none is. */
  assembling = 0;
  /** Its charge, once an error came instead of its rest: it is nobody's. */
  tornBytes = 0;
  seenItems = 0;
  consumedItems = 0;
  consumedBytes = 0;
  demand: number;
  /** Takes everything as it comes, with demand without end. */
  isGreedy = false;
  /** The receiver's application said CANCEL before the end had come. */
  isCancelled = false;
  /** The receiver wants nothing of it any more: no event may come. */
  isDeaf = false;
  terminal: "completed" | "failed" | undefined = undefined;

  /** Charged for each item besides its length. */
  readonly overhead: number;

  constructor(
    streamId: number,
    sender: Side,
    receiver: Side,
    { items, bytes, overhead }: { items: number; bytes: number; overhead: number },
  ) {
    this.streamId = streamId;
    this.overhead = overhead;
    this.sender = sender;
    this.receiver = receiver;
    this.knownItems = items;
    this.knownBytes = bytes;
    this.statedItems = items;
    this.statedBytes = bytes;
    this.demand = items;
  }

  /** Whether it is completed and COMPLETE may still wait behind the parts of an item. */
  get mayStillFail(): boolean {
    const isBehind = this.wireItems < this.itemsSent || this.partAt > 0;
    return this.end === "complete" && this.wireEnd === undefined && isBehind;
  }

  /** The direction ends by an error that its application did not ask for. */
  endByError(): void {
    if (this.mayStillFail) this.isTorn = true;
    this.end ??= "error";
    this.backlog = [];
  }

  /** Items that the receiver's application has seen and not taken. */
  get untaken(): number {
    return this.seenItems - this.consumedItems;
  }

  /** The receiver's application takes `count` items; frames whose last item was taken give their bytes back. */
  consume(count: number): void {
    this.consumedItems += count;
    let left = count;
    let first = this.held[0];
    while (left > 0 && first !== undefined) {
      const taken = Math.min(left, first.items);
      first.items -= taken;
      left -= taken;
      if (first.items > 0) return;
      this.consumedBytes += first.charge;
      this.held.splice(0, 1);
      first = this.held[0];
    }
  }
}

/** Bytes that every item is cut out of: which bytes it has follows from its stream and number. */
const GROUND: Uint8Array = ground(1 << 18);

/** The payload of items `first` to `first + count - 1`, or of one of them. */
export function payloadOf(streamId: number, sender: Side, first: number, size: number): Uint8Array {
  const start = (streamId * 7919 + first * 104_729 + (sender === "client" ? 0 : 31)) % 60_013;
  return GROUND.subarray(start, start + size);
}

function ground(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = 12_345;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[i] = state >>> 16;
  }
  return bytes;
}
