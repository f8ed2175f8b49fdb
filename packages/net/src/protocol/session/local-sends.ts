// Items of this side on their way into the message being assembled (outbox.ts): whether credit, sizes and room let them
// go now, whole or in parts.
//
//   item or batch ── covered, fits ──► the message
//        │   └───── one item above the target ──► in parts, on the turns of its stream (stream/large-item.ts)
//        └── otherwise the answer says what is missing, and nothing was taken

import { itemsLength } from "../frame/items.js";
import { type SharedItems, sharedLength } from "../frame/shared-items.js";
import { LargeItem } from "../stream/large-item.js";
import type { Stream } from "../stream/stream.js";
import { localOpen } from "../stream/stream-state.js";
import type { Conversation } from "./conversation.js";
import type { Sendable, SendResult } from "./session-api.js";

/** Sends items. */
export class LocalSends {
  private readonly conversation: Conversation;

  constructor(conversation: Conversation) {
    this.conversation = conversation;
  }

  offer(streamId: number, now: number): void {
    const stream = this.conversation.table.running(streamId);
    if (stream !== undefined && isSending(stream)) this.conversation.turns.offer(stream, now);
  }

  sendBatch(streamId: number, count: number, payload: Uint8Array, now: number): SendResult {
    if (!Number.isSafeInteger(count) || count < 1) throw countError("send", count);
    if (count === 1 && this.goesInParts(payload)) return this.sendInParts(streamId, "batch", payload, now);
    const answer = this.admit(streamId, count, payload.length, count === 1 ? payload.length : 0, now);
    if (answer === "sent") this.conversation.outbox.addBatch(streamId, count, payload);
    return answer;
  }

  sendItems(streamId: number, items: readonly Uint8Array[], now: number, moves = false): SendResult {
    if (items.length === 0) throw countError("send", 0);
    const [first] = items;
    if (items.length === 1 && first !== undefined && this.goesInParts(first, moves)) {
      return this.sendInParts(streamId, "items", first, now);
    }
    let largest = 0;
    for (const item of items) largest = Math.max(largest, item.length);
    const bytes = itemsLength(items);
    const answer = this.admit(streamId, items.length, bytes, largest, now);
    if (answer === "sent") this.conversation.outbox.addItems(streamId, items, bytes);
    return answer;
  }

  /** As the two above, for items that go to others too: their bytes are not copied for each. */
  sendShared(streamId: number, items: SharedItems, now: number): SendResult {
    const { count, bytes, lengths } = items;
    if (!Number.isSafeInteger(count) || count < 1) throw countError("send", count);
    if (count === 1 && this.goesInParts(bytes)) {
      return this.sendInParts(streamId, lengths === undefined ? "batch" : "items", bytes, now);
    }
    let largest = count === 1 ? bytes.length : 0;
    if (lengths !== undefined) for (const length of lengths) largest = Math.max(largest, length);
    const length = sharedLength(items);
    const answer = this.admit(streamId, count, length, largest, now);
    if (answer === "sent") this.conversation.outbox.addShared(streamId, items, length);
    return answer;
  }

  sendable(streamId: number): Sendable {
    const stream = this.conversation.table.running(streamId);
    if (stream === undefined || !isSending(stream)) return NOTHING_SENDABLE;
    return { items: stream.outbound.askable(), bytes: stream.outbound.bytes.available };
  }

  // One item is cut where it would make a message longer than its target, and with it the wait of everybody else. What
  // moves keeps nobody waiting: it is cut where the peer takes no longer message.
  private goesInParts({ length }: Uint8Array, moves = false): boolean {
    const { conversation } = this;
    return length > (moves ? conversation.mostOfMessage() : conversation.mostOf(1));
  }

  // Credit covers the whole item and is for nothing else; its parts go on the turns of its stream.
  private sendInParts(
    streamId: number,
    body: "items" | "batch",
    payload: Uint8Array,
    now: number,
  ): SendResult {
    const { conversation } = this;
    const { peer } = conversation;
    const stream = conversation.table.running(streamId);
    if (stream === undefined || !isSending(stream)) return "ended";
    if (payload.length > peer.itemBytes) return "too-large";
    const { outbound } = stream;
    if (outbound.large !== undefined) return "message-full";
    const charge = outbound.charge(1, payload.length);
    if (!outbound.covers(1, charge)) {
      // What it is charged if it goes whole after all, when others wait no more: a need that is met must do then too.
      const whole = body === "items" ? outbound.charge(1, itemsLength([payload])) : charge;
      conversation.wants(stream, whole, now);
      return "over-credit";
    }
    outbound.large = new LargeItem(body, payload, charge);
    conversation.turns.begin(stream);
    return "sent";
  }

  // Credit, sizes and room for a frame of items; spends the credit when it may go.
  private admit(streamId: number, count: number, bytes: number, largest: number, now: number): SendResult {
    const { conversation } = this;
    const { peer, outbox } = conversation;
    const stream = conversation.table.running(streamId);
    if (stream === undefined || !isSending(stream)) return "ended";
    if (largest > peer.itemBytes) return "too-large";
    const { outbound } = stream;
    // What goes in parts goes first.
    if (outbound.large !== undefined) return "message-full";
    const charge = outbound.charge(count, bytes);
    if (!outbound.covers(count, charge)) {
      if (count === 1) conversation.wants(stream, charge, now);
      return "over-credit";
    }
    if (count > 1 && bytes > conversation.mostOf(count)) return "over-credit";
    if (outbox.isReplayFull() || outbox.isFull(conversation.target()) || outbox.makeRoom(bytes) === "closed")
      return "message-full";
    outbound.spend(count, charge);
    return "sent";
  }
}

/** Whether the local side may send: its direction is open, and nothing stands behind its last part. */
function isSending({ state, outbound }: Stream): boolean {
  return localOpen(state) && !outbound.isCompleting;
}

/** What is said of a count of items that can never be right. */
export function countError(action: string, count: number): RangeError {
  return new RangeError(`Cannot ${action} ${count} items: the count must be an integer >= 1`);
}

const NOTHING_SENDABLE: Sendable = { items: 0, bytes: 0 };
