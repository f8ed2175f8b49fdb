// Which streams are due a grant: because their subscriber took something, or because they were lent what their next
// item needs (lending.ts). Collected over a turn, said in one CREDIT frame in front of its data.

import type { StreamCredit } from "../frame/credit.js";
import type { Stream } from "../stream/stream.js";
import type { StreamTable } from "../stream/stream-table.js";
import { isCancelling, remoteOpen } from "../stream/stream-state.js";
import type { Lending } from "./lending.js";
import type { Outbox } from "./outbox.js";

/** Grants of this side that are worth a frame. Bound: the running streams. */
export class Grants {
  private readonly table: StreamTable;
  private readonly lending: Lending;
  private readonly due = new Set<Stream>();
  /** No slot is given back for now: the peer does not acknowledge what ended its streams (protocol.md §10.2). */
  holdSlots = false;
  private slotsAsked = false;

  constructor(table: StreamTable, lending: Lending) {
    this.table = table;
    this.lending = lending;
  }

  /** Demand rose or items were taken: looks whether that is worth a frame. */
  consider(stream: Stream): void {
    this.lending.reconsider(stream.inbound.window);
    if (stream.inbound.isGrantDue()) this.due.add(stream);
  }

  /** The peer stands at an older limit: it is stated again, whatever it is worth (protocol.md §5.9). */
  restate(stream: Stream): void {
    this.due.add(stream);
  }

  /** The same for the limit on streams. */
  restateSlots(): void {
    this.slotsAsked = true;
  }

  /** Lends what can be lent, and answers whether a CREDIT frame would go now. */
  isDue(): boolean {
    for (let window = this.lending.serveNext(); window !== undefined; window = this.lending.serveNext()) {
      const stream = this.table.find(window.streamId);
      if (typeof stream !== "string") this.due.add(stream);
    }
    return this.due.size > 0 || this.areSlotsDue();
  }

  /** States everything again: the peer may have missed any of it. */
  restateAll(): void {
    for (const stream of this.table.all()) this.due.add(stream);
    this.slotsAsked = true;
  }

  /** Raises the limits and writes them. `roundTripMs`: undefined while not measured. */
  write(outbox: Outbox, now: number, roundTripMs: number | undefined): void {
    const saysSlots = this.areSlotsDue();
    let streams = saysSlots ? this.table.grantSlots() : undefined;
    if (saysSlots) this.slotsAsked = false;
    let entries: StreamCredit[] = [];
    // Of streams whose OPEN is not taken yet: it must not overtake that.
    const behind: StreamCredit[] = [];
    for (const stream of this.due) {
      // It may have ended or been cancelled since it became due.
      if (!remoteOpen(stream.state) || isCancelling(stream.state)) continue;
      const { inbound } = stream;
      // What is for nobody was lent its need, so that the peer comes to its end, and gets nothing else.
      if (!stream.silent) inbound.grant(now, roundTripMs);
      this.lending.granted(inbound.window, now);
      stream.blockedFree += 2;
      const entry = { streamId: stream.id, items: inbound.items.granted, bytes: inbound.bytes.granted };
      if (stream.openNumber > outbox.taken) {
        behind.push(entry);
        continue;
      }
      entries.push(entry);
      if (entries.length < ENTRIES) continue;
      addCredit(outbox, streams, entries);
      streams = undefined;
      entries = [];
    }
    this.due.clear();
    if (streams !== undefined || entries.length > 0) addCredit(outbox, streams, entries);
    for (let i = 0; i < behind.length; i += ENTRIES) {
      const some = behind.slice(i, i + ENTRIES);
      outbox.addNote({ kind: "credit", streams: undefined, entries: some }, creditBytes(some));
    }
  }

  private areSlotsDue(): boolean {
    return !this.holdSlots && (this.slotsAsked || this.table.areSlotsDue());
  }
}

function addCredit(outbox: Outbox, streams: number | undefined, entries: readonly StreamCredit[]): void {
  outbox.addControl({ kind: "credit", streams, entries }, creditBytes(entries));
}

function creditBytes(entries: readonly StreamCredit[]): number {
  return (entries.length + 1) * ENTRY_BYTES;
}

// Entries of one frame: at most 6 KiB, below the smallest message that a peer may announce.
const ENTRIES = 256;

// Three integers of 8 bytes; one more entry stands for header and slots.
const ENTRY_BYTES = 24;
