// Two sessions in a simulated network, everything that may be done to them, and what must hold after each step. The
// session is seen from outside alone: what it was told, what it answered, its events, its figures, and the frames
// on the wire (wire-watch.ts). Long because it is the list of what is promised, one check after the other.
//
//   exactly once, in order          each event carries the very items that the sender was told are "sent", next in line
//   one end for each direction      and it is the one that the sender meant; nothing comes after it
//   credit is conserved             granted = consumed + held + unsent + returned, items and bytes, both as the session
//                                   says and as the frames say, to the byte
//   memory is bounded               held + unsent over all streams <= receiveBudget, loans <= pool
//   nothing waits for ever          when subscribers take all and time passes, everything ends and all slots are back

import { Simulation, type SimConnection, type SimLink, type SimRandom } from "@sluice/net/sim";
import type { Criticality } from "@sluice/core";
import { itemsLength } from "../../src/protocol/frame/items.js";
import {
  LARGEST_OVERHEAD,
  PIPELINED_ITEM,
  type Settings,
  settingsOf,
  SMALLEST_SHARE,
} from "../../src/protocol/limits.js";
import { errorName, streamFailure } from "../../src/protocol/protocol-error.js";
import { Session } from "../../src/protocol/session/session.js";
import type {
  Interaction,
  OpenOptions,
  OpenRefusal,
  ResumeRequest,
  SendResult,
  SessionEvent,
  SessionOptions,
  StreamFigures,
  TakeTurn,
  Turn,
} from "../../src/protocol/session/session-api.js";
import { type Group, Lane, type LaneEnd, otherSide, payloadOf, type Side } from "./lane.js";
import { ModelPeer, type PeerOwner, type Socket } from "./model-peer.js";
import type { Step } from "./script.js";
import { WireWatch } from "./wire-watch.js";

/** A rule is broken; the message says which, and what was seen. */
export class BrokenRule extends Error {}

/** What the model knows of a stream as a whole. */
interface StreamModel {
  readonly id: number;
  readonly opener: Side;
  readonly interaction: Interaction;
  /** Opened before the server's HELLO was heard. */
  readonly isPipelined: boolean;
  readonly metadataBytes: number;
  readonly urgency: number;
  readonly criticality: Criticality;
  /** It was sheddable at some time: a session may end it because it has no credit for too long. */
  maySuffer: boolean;
  /** The acceptor's handler. */
  handler: "not begun" | "running" | "over";
  /** No event of this stream may come at this side any more. */
  readonly silent: Record<Side, boolean>;
  /** Not open at this side any more. */
  readonly gone: Record<Side, boolean>;
}

const SIDES = ["client", "server"] as const;
/** Virtual time in which everything must end once nobody holds anything back. */
const PATIENCE_MS = 120_000;

export class World implements PeerOwner {
  readonly sim: Simulation;
  readonly settings: Readonly<Record<Side, Settings>>;
  readonly link: SimLink;
  /** What happened, by name: a model that tests nothing shows here. */
  readonly tally = new Map<string, number>();
  private readonly random: SimRandom;
  private watch: WireWatch;
  private peers: Record<Side, ModelPeer>;
  private readonly lanes = new Map<number, Lane>();
  /** Since when a side has no socket. */
  private suspendedSince: Record<Side, number | undefined> = { client: undefined, server: undefined };
  /** The network did something that may look like a dead peer. */
  private isFaulty = false;
  private isMuted = false;
  private isDown = false;
  private isLost = false;
  /** The client's attempt to resume that is under way; given up, it may still reach the server, late. */
  private attempt: Socket | undefined;
  private gaveUp = false;
  private isReconnecting = false;
  private streams: StreamModel[] = [];
  private closed: Record<Side, boolean> = { client: false, server: false };
  private ready: Record<Side, boolean> = { client: false, server: false };
  private saidGoaway = false;
  private connection: SimConnection;
  private sockets = 0;
  private generation = 0;
  private isSettling = false;

  constructor(seed: number, traceLines: number) {
    this.sim = new Simulation({ seed, traceLines });
    this.random = this.sim.random.fork();
    this.settings = randomSettings(this.random);
    this.link = this.sim.link(this.randomConditions());
    this.watch = new WireWatch(this);
    this.peers = this.newPeers();
    this.connection = this.connect();
  }

  // --- what a step does -------------------------------------------------------------------------------------------

  perform(step: Step): void {
    const [kind, sideNumber, a, b, c] = step;
    const side = SIDES[sideNumber];
    // Mostly one that lives: what is said of a stream that is over is answered in one way.
    const living = a % 16 === 0 ? this.streams : this.streams.filter(({ gone }) => !gone[side]);
    const stream = living.at(-1 - (a % Math.max(1, Math.min(8, living.length))));
    switch (kind) {
      case "open":
        this.openRandom(side, a, b, c);
        break;
      case "pass":
        for (let i = 1 + (a % 6); i > 0; i--) if (this.sim.nextAt() <= this.sim.now() + 200) this.sim.step();
        break;
      case "wait":
        this.sim.advance(WAITS[a % WAITS.length] as number);
        break;
      case "conditions":
        this.link.set(this.randomConditions());
        break;
      case "goaway":
        this.saidGoaway = true;
        this.peers[side].session.goaway({ reason: "the model says so" });
        this.peers[side].wake();
        break;
      case "hold":
        this.isFaulty = true;
        this.connection.hold(a % 3 === 0 ? {} : { from: side });
        break;
      case "release":
        for (const connection of this.link.connections) connection.release();
        break;
      case "cut":
        this.cut(a, b, c);
        break;
      case "reset":
        this.connection.reset({ from: side });
        break;
      case "mute":
        this.isFaulty = true;
        this.isMuted = true;
        this.connection.mute({ from: side });
        break;
      case "down":
        this.isDown = true;
        break;
      case "up":
        this.isDown = false;
        break;
      default:
        if (stream !== undefined) this.performOn(stream, kind, side, b, c);
    }
  }

  private performOn(stream: StreamModel, kind: string, side: Side, b: number, c: number): void {
    const peer = this.peers[side];
    const { session } = peer;
    const { id } = stream;
    const inbound = this.laneOf(id, otherSide(side));
    const outbound = this.laneOf(id, side);
    // The acceptor can speak of a stream only once it has heard of it.
    if (side !== stream.opener && stream.handler === "not begun") return;
    switch (kind) {
      case "produce":
        this.produce(stream, side, b, c);
        break;
      case "send":
        this.sendNow(stream, side, b, c);
        break;
      case "grant":
        this.grant(stream, side, c % 7 === 0 ? Number.POSITIVE_INFINITY : 1 + (b % 20));
        break;
      case "consume":
        this.consume(stream, side, 1 + (b % 12));
        break;
      case "greedy":
        inbound.isGreedy = true;
        this.takeAll(stream, side);
        break;
      case "complete":
        outbound.wantsEnd = true;
        this.finishIfDone(stream, side);
        break;
      case "fail":
        // Whether it comes too late cannot be seen from outside.
        if (outbound.mayStillFail && outbound.partAt === 0) return;
        session.fail(id, streamFailure("INTERNAL", "the model says so"));
        if (this.isOpenAt(stream, side, outbound)) this.endedByError(stream, side, "error");
        break;
      case "cancel":
        session.cancel(id);
        if (!stream.gone[side] && !this.closed[side]) this.cancelled(stream, side, inbound, outbound);
        break;
      case "reject":
        if (side === stream.opener || outbound.mayStillFail) return;
        session.reject(id, streamFailure("OVERLOADED", "the model says so", 5));
        if (outbound.itemsSent === 0) this.handlerEnded(stream, side);
        if (this.isOpenAt(stream, side, outbound))
          this.endedByError(stream, side, outbound.itemsSent === 0 ? "reject" : "error");
        break;
      case "released":
        this.release(stream, side);
        break;
      case "urgency":
        session.setUrgency(id, b % 8, CRITICALITIES[c % 4] as Criticality);
        if (c % 4 < 2) stream.maySuffer = true;
        break;
      default:
        return;
    }
    peer.wake();
  }

  private openRandom(side: Side, a: number, b: number, c: number): void {
    const interaction = INTERACTIONS[a % INTERACTIONS.length] as Interaction;
    const demand = interaction === "push" ? 0 : ([0, 1, 5, 40, Number.POSITIVE_INFINITY][b % 5] as number);
    const criticality = CRITICALITIES[(a >> 4) % 4] as Criticality;
    this.open(side, { interaction, demand, urgency: (a >> 6) % 8, criticality }, c % 5 === 0 ? c % 200 : 0);
  }

  private open(
    side: Side,
    options: Pick<OpenOptions, "interaction" | "demand" | "urgency" | "criticality">,
    metadataBytes: number,
  ): number | OpenRefusal {
    const { interaction, demand, urgency = 3, criticality = "critical" } = options;
    const metadata = new Uint8Array(metadataBytes);
    const { session } = this.peers[side];
    const id = session.open({ ...options, method: "m", codec: "raw", metadata });
    this.note(side, `open ${interaction} with a demand of ${demand}: ${id}`);
    this.count(`open ${typeof id === "string" ? id : interaction}`);
    if (typeof id === "string") {
      this.checkRefusal(side, id);
      return id;
    }
    const acceptor = otherSide(side);
    const isPipelined = !this.ready[side];
    const { shareBytes, itemOverhead } = this.settings[acceptor];
    const input = new Lane(id, side, acceptor, {
      items: interaction === "channel" ? 0 : 1,
      bytes: shareBytes,
      overhead: isPipelined ? LARGEST_OVERHEAD : itemOverhead,
    });
    if (isPipelined) input.knownBytes = SMALLEST_SHARE;
    const answer = new Lane(id, acceptor, side, {
      items: Math.min(demand, Number.MAX_SAFE_INTEGER),
      bytes: this.settings[side].shareBytes,
      overhead: this.settings[side].itemOverhead,
    });
    this.lanes.set(keyOf(id, side), input);
    this.lanes.set(keyOf(id, acceptor), answer);
    this.streams.push({
      id,
      opener: side,
      interaction,
      isPipelined,
      metadataBytes: metadata.length,
      urgency,
      criticality,
      maySuffer: criticality.startsWith("sheddable"),
      handler: "not begun",
      silent: { client: false, server: false },
      gone: { client: false, server: false },
    });
    this.peers[side].wake();
    return id;
  }

  private produce(stream: StreamModel, side: Side, b: number, c: number): void {
    const lane = this.laneOf(stream.id, side);
    if (lane.end !== undefined || lane.wantsEnd || lane.backlog.length >= 8) return;
    // Nothing comes back of a push. An input that is no channel has one item, which the first credit lets in.
    if (stream.interaction === "push" && side !== stream.opener) return;
    lane.backlog.push({
      count: side === stream.opener && stream.interaction !== "channel" ? 1 : 1 + (b % 9),
      size: this.sizeOf(lane, b, c),
      isBatch: c % 2 === 0,
    });
    this.offer(stream, side);
  }

  /** Once, however much there is. */
  private offer(stream: StreamModel, side: Side): void {
    const lane = this.laneOf(stream.id, side);
    if (lane.isOffered) return;
    lane.isOffered = lane.end === undefined;
    this.peers[side].session.offer(stream.id);
  }

  private sendNow(stream: StreamModel, side: Side, b: number, c: number): void {
    const lane = this.laneOf(stream.id, side);
    if (lane.backlog.length > 0) return;
    this.send(stream, side, { count: 1 + (b % 4), size: this.sizeOf(lane, b, c), isBatch: c % 2 === 0 });
  }

  /** What the sender's session may take the receiver for. */
  private largestItem(lane: Lane): number {
    const { itemBytes } = this.settings[lane.receiver];
    return this.ready[lane.sender] ? itemBytes : PIPELINED_ITEM;
  }

  /** Small, around an edge, and large ones that need a loan or parts, up to one byte too large. */
  private sizeOf(lane: Lane, b: number, c: number): number {
    const { shareBytes } = this.settings[lane.receiver];
    const itemBytes = this.largestItem(lane);
    switch (b % 11) {
      case 0:
        return 0;
      case 1:
        return Math.min(itemBytes, Math.floor(shareBytes / 2) - (c % 40));
      case 2:
        return Math.min(itemBytes, shareBytes - (c % 40));
      case 3:
        return c % (itemBytes + 1);
      case 4:
        return c % 8 === 0 ? itemBytes + 1 : itemBytes - (c % 3);
      default:
        return c % 120;
    }
  }

  private grant(stream: StreamModel, side: Side, more: number): void {
    const lane = this.laneOf(stream.id, otherSide(side));
    lane.demand = Math.min(Number.MAX_SAFE_INTEGER, lane.demand + more);
    this.peers[side].session.grantItems(
      stream.id,
      more === Number.POSITIVE_INFINITY ? Number.POSITIVE_INFINITY : lane.demand,
    );
  }

  private consume(stream: StreamModel, side: Side, most: number): void {
    const lane = this.laneOf(stream.id, otherSide(side));
    const held = this.figures(stream.id, side)?.receiveItems.held ?? 0;
    const count = Math.min(most, lane.untaken, held);
    if (count === 0 || lane.isDeaf) return;
    lane.consume(count);
    this.peers[side].session.consumed(stream.id, count);
  }

  private takeAll(stream: StreamModel, side: Side): void {
    if (this.laneOf(stream.id, otherSide(side)).demand < Number.MAX_SAFE_INTEGER) {
      this.grant(stream, side, Number.POSITIVE_INFINITY);
    }
    this.consume(stream, side, Number.MAX_SAFE_INTEGER);
  }

  private release(stream: StreamModel, side: Side): void {
    if (side === stream.opener) return;
    this.peers[side].session.released(stream.id);
    if (this.laneOf(stream.id, side).end !== undefined) this.handlerEnded(stream, side);
  }

  /** What is left of the input concerns nobody. */
  private handlerEnded(stream: StreamModel, side: Side): void {
    const inbound = this.laneOf(stream.id, otherSide(side));
    // Nobody reads the input of a channel any more: its sender is told.
    if (stream.interaction === "channel" && !stream.silent[side] && inbound.gotEnd === undefined) {
      inbound.isCancelled = true;
    }
    stream.handler = "over";
    stream.silent[side] = true;
    this.deafen(inbound);
  }

  /** The sender's application ends its direction when it has sent all that it has. */
  private finishIfDone(stream: StreamModel, side: Side): void {
    const lane = this.laneOf(stream.id, side);
    if (!lane.wantsEnd || lane.backlog.length > 0) return;
    this.peers[side].session.complete(stream.id);
    if (lane.end === undefined && this.isOpenAt(stream, side, lane)) lane.end = "complete";
    // The handler of a channel may go on receiving.
    if (side !== stream.opener && stream.interaction !== "channel") this.handlerEnded(stream, side);
  }

  private endedByError(stream: StreamModel, side: Side, how: LaneEnd): void {
    const outbound = this.laneOf(stream.id, side);
    outbound.end = how;
    outbound.backlog = [];
    this.deafen(this.laneOf(stream.id, otherSide(side)));
    stream.silent[side] = true;
  }

  private cancelled(stream: StreamModel, side: Side, inbound: Lane, outbound: Lane): void {
    this.deafen(inbound);
    if (inbound.gotEnd === undefined) inbound.isCancelled = true;
    if (side !== stream.opener || stream.interaction === "channel") return;
    stream.silent[side] = true;
    outbound.endByError();
  }

  private deafen(lane: Lane): void {
    lane.isDeaf = true;
    lane.held.length = 0;
  }

  private cut(a: number, b: number, c: number): void {
    const { client, server } = {
      client: this.connection.bytesUnderWay("client"),
      server: this.connection.bytesUnderWay("server"),
    };
    // Everywhere: nothing arrives, all arrives, or the cut goes through the middle of what is under way.
    this.connection.cut({
      arrives: {
        client: (client * (a % 5)) / 4,
        server: b % 3 === 0 ? c % (server + 1) : (server * (b % 5)) / 4,
      },
    });
  }

  // --- sending ----------------------------------------------------------------------------------------------------

  takeTurn(side: Side): TakeTurn {
    return (id, turn) => {
      const stream = this.streams.find((one) => one.id === id);
      if (stream === undefined) this.fail(`${side} gives a turn to stream ${id}, which is not open`);
      const answer = this.onTurn(stream, side, turn);
      if (answer === "idle") this.laneOf(id, side).isOffered = false;
      return answer;
    };
  }

  private onTurn(stream: StreamModel, side: Side, turn: Turn): "more" | "idle" {
    const lane = this.laneOf(stream.id, side);
    if (turn.items < 1 || turn.bytes < 0)
      this.fail(`${side} gives stream ${stream.id} a turn without credit`);
    let bytes = 0;
    let items = turn.items;
    for (let group = lane.backlog[0]; group !== undefined; group = lane.backlog[0]) {
      if (items < 1 || bytes >= turn.target) return "more";
      let count = Math.min(group.count, items);
      let answer = this.send(stream, side, { ...group, count });
      while (answer === "over-credit" && count > 1) {
        count >>= 1;
        answer = this.send(stream, side, { ...group, count });
      }
      if (answer === "over-credit" || answer === "message-full") return "more";
      if (answer === "ended") {
        lane.backlog = [];
        return "idle";
      }
      if (answer === "sent") {
        bytes += count * group.size;
        items -= count;
      }
      // Too large: it never fits, the application lets it go.
      const left = group.count - count;
      lane.backlog.splice(0, 1, ...(left > 0 ? [{ ...group, count: left }] : []));
    }
    this.finishIfDone(stream, side);
    return "idle";
  }

  private send(stream: StreamModel, side: Side, { count, size, isBatch }: Group): SendResult {
    const lane = this.laneOf(stream.id, side);
    const { session } = this.peers[side];
    const itemBytes = this.largestItem(lane);
    const before = this.figures(stream.id, side);
    const payload = payloadOf(stream.id, side, lane.itemsSent, size);
    const items = isBatch
      ? []
      : Array.from({ length: count }, (_, i) => payloadOf(stream.id, side, lane.itemsSent + i, size));
    const length = isBatch ? size : itemsLength(items);
    const answer = isBatch
      ? session.sendBatch(stream.id, count, payload)
      : session.sendItems(stream.id, items);
    this.count(`send ${answer}`);
    const isOver = this.closed[side] || before === undefined || lane.end !== undefined;
    if (isOver) {
      if (answer !== "ended")
        this.fail(`${side} answers a send on stream ${stream.id}, which has ended, by ${answer}`);
      return answer;
    }
    if (answer === "ended") this.fail(`${side} says that stream ${stream.id} has ended, and nobody ended it`);
    const tooLarge = size > itemBytes && (!isBatch || count === 1);
    if (tooLarge !== (answer === "too-large")) {
      this.fail(
        `${side} answers ${answer} to ${count} items of ${size} bytes, at most ${itemBytes} are allowed`,
      );
    }
    const { sendItems, sendBytes } = before;
    const charge = length + count * lane.overhead;
    const partCharge = size + lane.overhead;
    const isCovered =
      count <= sendItems.granted - sendItems.sent && charge <= sendBytes.granted - sendBytes.sent;
    if (answer === "sent") {
      const after = this.figures(stream.id, side);
      const spent = (after?.sendBytes.sent ?? 0) - sendBytes.sent;
      // What goes in parts is charged, without a length, when its first part goes.
      const isInParts = count === 1 && spent === 0;
      if (spent !== charge && !isInParts) {
        this.fail(`${side} charges ${spent} bytes for ${count} items of ${size} bytes: ${charge} are right`);
      }
      lane.expected.push({ count, size, isBatch, first: lane.itemsSent });
      lane.itemsSent += count;
      lane.bytesSent += isInParts ? partCharge : spent;
      lane.inParts = isInParts ? partCharge : 0;
    } else if (answer === "over-credit" && isCovered && !this.mayBeTooMany(side, count, length)) {
      this.fail(
        `${side} says over-credit to ${charge} bytes on stream ${stream.id}: ${sendBytes.granted - sendBytes.sent} bytes and ${sendItems.granted - sendItems.sent} items are left`,
      );
    }
    return answer;
  }

  /** Several items together of more than twice the smaller target go in smaller batches, whatever credit there is (§6.2). */
  private mayBeTooMany(side: Side, count: number, length: number): boolean {
    const { targetAlone, targetShared } = this.settings[side];
    return count > 1 && length > 2 * Math.min(targetAlone, targetShared);
  }

  // --- what a session says ----------------------------------------------------------------------------------------

  onEvent(side: Side, event: SessionEvent): void {
    if (this.closed[side]) this.fail(`${side} says ${event.kind} after closed`);
    this.count(`event ${event.kind}`);
    switch (event.kind) {
      case "ready":
        if (this.ready[side]) this.fail(`${side} is ready twice`);
        this.ready[side] = true;
        // What was opened before may use the whole share from here on.
        for (const stream of this.streams) {
          if (!stream.isPipelined || stream.opener !== side) continue;
          const input = this.laneOf(stream.id, side);
          input.knownBytes = Math.max(input.knownBytes, this.settings[otherSide(side)].shareBytes);
        }
        return;
      case "closed":
        this.closed[side] = true;
        this.onClosed(
          side,
          event.error === undefined ? "nothing" : String(errorName(event.error.code)),
          event.error?.message ?? "",
        );
        return;
      case "suspended":
        this.onSuspended(side, String(errorName(event.error.code)), event.error.message);
        return;
      case "goaway":
        if (!this.saidGoaway) this.fail(`${side} hears GOAWAY, and nobody said it`);
        return;
      case "drained":
        for (const stream of this.streams) {
          if (this.figures(stream.id, side) !== undefined) {
            this.fail(`${side} says drained while stream ${stream.id} is open`);
          }
        }
        return;
      case "opened":
        this.onOpened(side, event);
        return;
      case "batch":
      case "items":
        this.onItems(side, event);
        return;
      case "completed":
        this.onCompleted(side, event.streamId);
        return;
      case "failed":
        this.onFailed(side, event);
        return;
      case "cancelled":
        this.onCancelled(side, event.streamId);
        return;
      case "credit": {
        const lane = this.speaking(side, event.streamId, event.kind, side);
        if (lane.end !== undefined)
          this.fail(`${side} hears of credit for stream ${event.streamId}, which it ended`);
        return;
      }
      default:
        return;
    }
  }

  private onOpened(side: Side, event: Extract<SessionEvent, { kind: "opened" }>): void {
    const stream = this.streams.find(({ id }) => id === event.streamId);
    if (stream === undefined || stream.opener === side || stream.handler !== "not begun") {
      this.fail(`${side} says that stream ${event.streamId} was opened: ${JSON.stringify(stream)}`);
    }
    const { interaction, metadata, urgency, criticality } = event;
    const isSame =
      interaction === stream.interaction &&
      metadata.length === stream.metadataBytes &&
      urgency === stream.urgency &&
      criticality === stream.criticality;
    if (!isSame) {
      this.fail(
        `${side} says that a ${criticality} ${interaction} of urgency ${urgency} with ${metadata.length} bytes of metadata was opened: ${JSON.stringify(stream)}`,
      );
    }
    stream.handler = "running";
  }

  private onItems(side: Side, event: Extract<SessionEvent, { kind: "items" | "batch" }>): void {
    const { streamId } = event;
    const lane = this.speaking(side, streamId, event.kind, otherSide(side));
    if (lane.terminal !== undefined)
      this.fail(`${side} gets items of stream ${streamId} after ${lane.terminal}`);
    const sent = lane.expected[lane.expectedFrom];
    const count = event.kind === "batch" ? event.count : event.items.length;
    if (sent === undefined)
      this.fail(`${side} gets ${count} items of stream ${streamId} that were never sent`);
    if (sent.first !== lane.seenItems || sent.count !== count || sent.isBatch !== (event.kind === "batch")) {
      this.fail(
        `${side} gets ${count} items (${event.kind}) of stream ${streamId} as number ${lane.seenItems}: next are ${JSON.stringify(sent)}`,
      );
    }
    const bodies = event.kind === "batch" ? [event.payload] : event.items;
    for (const [index, body] of bodies.entries()) {
      if (Buffer.compare(body, payloadOf(streamId, lane.sender, sent.first + index, sent.size)) !== 0) {
        this.fail(
          `${side} gets item ${sent.first + index} of stream ${streamId} changed: ${body.length} bytes`,
        );
      }
    }
    lane.seenItems += count;
    lane.expectedFrom += 1;
    if (lane.expectedFrom > 64)
      lane.expected.splice(0, lane.expectedFrom, ...lane.expected.slice(lane.expectedFrom));
    if (lane.expectedFrom > 64) lane.expectedFrom = 0;
    const stream = this.streams.find(({ id }) => id === streamId);
    if (lane.isGreedy && stream !== undefined) this.takeAll(stream, side);
  }

  private onCompleted(side: Side, streamId: number): void {
    const lane = this.speaking(side, streamId, "completed", otherSide(side));
    if (lane.end !== "complete" || lane.terminal !== undefined || lane.seenItems !== lane.itemsSent) {
      this.fail(
        `${side} says that stream ${streamId} completed after ${lane.seenItems} items: its sender said ${lane.end ?? "nothing"} after ${lane.itemsSent}, before that came ${lane.terminal ?? "no end"}`,
      );
    }
    lane.terminal = "completed";
  }

  private onFailed(side: Side, event: Extract<SessionEvent, { kind: "failed" }>): void {
    const { streamId, failure } = event;
    // Also when this side has cancelled: an ERROR that crossed it ends both directions (docs/protocol.md §3.4).
    this.speaking(side, streamId, "failed", side);
    const lane = this.laneOf(streamId, otherSide(side));
    if (this.wasGivenUp(side, streamId, String(errorName(failure.code)))) return;
    const isGoaway = this.watch.goneAway[side] && event.rejected;
    if (lane.terminal !== undefined && !isGoaway) {
      this.fail(`${side} says that stream ${streamId} failed after it had ${lane.terminal}`);
    }
    const isMeant = lane.end === "error" || lane.end === "reject" || isGoaway;
    if (!isMeant)
      this.fail(`${side} says that stream ${streamId} failed (${failure.name}): its sender said ${lane.end}`);
    lane.terminal = "failed";
    const stream = this.streamOf(streamId);
    stream.silent[side] = true;
    const own = this.laneOf(streamId, side);
    own.endByError();
    // What is held of a stream that this side opened stays until it is taken.
    if (stream.opener !== side || event.rejected) this.deafen(lane);
  }

  /** This side's own session has ended the stream: it waited too long for credit, or for the rest of an item. */
  private wasGivenUp(side: Side, streamId: number, name: string): boolean {
    const stream = this.streamOf(streamId);
    const inbound = this.laneOf(streamId, otherSide(side));
    const own = this.laneOf(streamId, side);
    const isStalled = name === "STALLED" && stream.maySuffer && own.end === undefined;
    const isHalf = name === "ITEM_TIMEOUT" && inbound.assembling > 0;
    // The peer may have given up for the same reason: its ERROR came then.
    if ((!isStalled && !isHalf) || inbound.gotEnd === "error") return false;
    this.count(`gave up ${name}`);
    // Said by ERROR, or by CANCEL if this direction had ended before.
    const isOpen = own.end === undefined || own.mayStillFail;
    if (!isOpen && inbound.gotEnd === undefined) inbound.isCancelled = true;
    own.endByError();
    stream.silent[side] = true;
    inbound.terminal ??= "failed";
    this.deafen(inbound);
    return true;
  }

  private onCancelled(side: Side, streamId: number): void {
    const lane = this.speaking(side, streamId, "cancelled", side);
    if (!lane.isCancelled || (lane.end !== undefined && !lane.mayStillFail) || lane.heardCancel) {
      this.fail(`${side} says that stream ${streamId} was cancelled: ${JSON.stringify(lane)}`);
    }
    lane.heardCancel = true;
    lane.end = "error";
    lane.backlog = [];
    const stream = this.streamOf(streamId);
    if (stream.opener === side || stream.interaction === "channel") return;
    stream.silent[side] = true;
    this.deafen(this.laneOf(streamId, otherSide(side)));
  }

  /** The lane that `sender` fills, of a stream whose events this side may still get. */
  private speaking(side: Side, streamId: number, kind: string, sender: Side): Lane {
    const lane = this.lane(streamId, sender);
    const stream = this.streams.find(({ id }) => id === streamId);
    if (lane === undefined || stream === undefined)
      this.fail(`${side} says ${kind} of stream ${streamId}, which never was`);
    if (stream.silent[side]) this.fail(`${side} says ${kind} of stream ${streamId} after it had ended here`);
    if (sender !== side && lane.isDeaf)
      this.fail(`${side} says ${kind} of stream ${streamId}, which it cancelled`);
    return lane;
  }

  private checkRefusal(side: Side, refusal: string): void {
    if (refusal === "not-ready" && this.ready[side]) this.fail(`${side} refuses to open: ${refusal}`);
    if (refusal === "going-away" && !this.saidGoaway) this.fail(`${side} refuses to open: ${refusal}`);
    if (refusal === "closed" && !this.closed[side]) this.fail(`${side} refuses to open: ${refusal}`);
  }

  // --- sockets ----------------------------------------------------------------------------------------------------

  now(): number {
    return this.sim.now();
  }

  after(ms: number, task: () => void): () => void {
    const { generation } = this;
    return this.sim.clock.schedule(ms, () => {
      if (generation === this.generation) task();
    });
  }

  onSent(side: Side, socket: Socket, message: Uint8Array): void {
    this.watch.sent(side, socket, message);
    for (const kind of this.watch.kindsOf(message)) this.count(`frame ${kind}`);
  }

  onTaking(side: Side, message: Uint8Array): void {
    this.watch.delivered(side, message);
  }

  onFreshEvent(side: Side, event: SessionEvent, socket: Socket): void {
    const peer = this.peers[side];
    if (side === "client" && socket !== this.attempt) return;
    switch (event.kind) {
      case "ready":
        return;
      case "resume": {
        const old = peer.socket;
        const { request } = event;
        const now = this.now();
        const answer =
          side === "server"
            ? peer.session.resume(request, { token: this.newToken(), now })
            : peer.session.resume(request, { now });
        this.count(`resume ${answer}`);
        this.sim.log(`${side}: resume in epoch ${request.epoch}: ${answer}`);
        if (answer !== "resumed") {
          this.checkRefusedResume(side, answer);
          if (side === "server") socket.session.refuseResume(answer);
          peer.drainEvents(peer.session, undefined);
          return;
        }
        if (side === "server") socket.session.handOver();
        this.suspendedSince[side] = undefined;
        peer.adopt(socket);
        if (old !== undefined) this.letGo(old);
        return;
      }
      case "resumeRefused":
        this.checkRefusedResume(side, event.reason);
        peer.session.abandon("the model was refused");
        peer.drainEvents(peer.session, undefined);
        return;
      case "closed":
        return;
      default:
        this.fail(`${side} has a fresh session that says ${event.kind}`);
    }
  }

  /** A session that is there and was not given up in time can always be resumed. */
  private checkRefusedResume(side: Side, reason: string): void {
    // A token that an attempt given up has used is used.
    const isUsed = reason === "stale" && this.gaveUp;
    // A server that never got HELLO has no session to resume.
    if (!this.closed.client && !this.closed.server && !isUsed && this.ready.server) {
      this.fail(`${side} cannot resume: ${reason}`);
    }
    this.gaveUp = true;
  }

  private onSuspended(side: Side, name: string, message: string): void {
    this.sim.log(`${side}: suspended, ${name}`);
    if (name !== "TRANSPORT_LOST" && !this.isFaulty) this.fail(`${side} suspended: ${message}`);
    this.suspendedSince[side] = this.now();
    const { socket } = this.peers[side];
    this.peers[side].socket = undefined;
    if (socket !== undefined) this.letGo(socket);
    if (side === "client") this.reconnectSoon();
  }

  private onClosed(side: Side, name: string, message: string): void {
    this.count(`closed ${name}`);
    this.sim.log(`${side}: closed, ${name}`);
    const since = this.suspendedSince[side];
    const { resumeMs } = this.settings[side];
    const other = otherSide(side);
    const isTimeOver =
      since !== undefined && this.now() - since >= Math.min(resumeMs, this.settings[other].resumeMs) - 0.001;
    const isExpected =
      name === "TRANSPORT_LOST" ||
      (name === "SESSION_LOST" && (isTimeOver || this.closed[other] || this.gaveUp)) ||
      ((name === "HEARTBEAT_LOST" || name === "WRITE_STALLED" || name === "HANDSHAKE_TIMEOUT") &&
        this.isFaulty);
    if (!isExpected) this.fail(`${side} closed: ${message}`);
    this.loseSession();
  }

  /** One of the sessions is over for good: the other one hears that by and by, and two new ones begin. */
  private loseSession(): void {
    if (this.isLost) return;
    this.isLost = true;
    this.after(0, () => this.restart());
  }

  /** An old socket is closed, or forgotten and alive: what comes on it late must not matter. */
  private letGo(socket: Socket): void {
    if (this.random.chance(0.5)) socket.transport.close(1001, "");
  }

  onLost(side: Side): void {
    if (side === "client" && this.suspendedSince.client !== undefined) this.reconnectSoon();
  }

  private reconnectSoon(): void {
    if (this.isReconnecting) return;
    this.isReconnecting = true;
    this.after(this.random.int(0, 300), () => {
      this.isReconnecting = false;
      if (this.peers.client.socket !== undefined || this.closed.client) return;
      const request = this.peers.client.session.resumption();
      if (this.isDown || request === undefined) this.reconnectSoon();
      else this.reconnect(request);
    });
  }

  private reconnect(request: ResumeRequest): void {
    const { client, server } = this.peers;
    const connection = this.link.pair();
    this.connection = connection;
    this.sockets += 1;
    const id = this.sockets;
    const next = { client: Number.NaN, server: Number.NaN };
    const socket = (session: Session, transport: Socket["transport"]): Socket => ({
      ...{ id, transport, session, epoch: session.epoch, hasRoom: true, isOver: false, next },
    });
    const attempt = socket(
      new Session({ ...this.optionsOf("client"), resume: request }, this.now()),
      connection.near,
    );
    this.attempt = attempt;
    client.attach(attempt);
    server.attach(socket(new Session(this.optionsOf("server"), this.now()), connection.far));
    const giveUp = (): void => {
      if (this.attempt !== attempt || client.socket === attempt || this.closed.client) return;
      this.attempt = undefined;
      if (!attempt.isOver) this.gaveUp = true;
      this.letGo(attempt);
      this.reconnectSoon();
    };
    // An attempt that is broken off, or leads to nothing, is given up.
    const watch = (): void => {
      if (attempt.isOver) giveUp();
      else if (this.attempt === attempt && client.socket !== attempt) this.after(100, watch);
    };
    this.after(100, watch);
    this.after(3000, giveUp);
  }

  private newToken(): Uint8Array {
    return Uint8Array.from({ length: 16 }, () => this.random.int(0, 255));
  }

  private optionsOf(side: Side): SessionOptions {
    const options = { role: side, codecs: ["raw"], settings: this.settings[side] };
    return side === "server" ? { ...options, token: this.newToken() } : options;
  }

  private restart(): void {
    for (const side of SIDES) this.peers[side].stop();
    this.count("frames sent again", this.watch.replayed);
    this.generation += 1;
    this.link.cut();
    this.lanes.clear();
    this.streams = [];
    this.closed = { client: false, server: false };
    this.ready = { client: false, server: false };
    this.suspendedSince = { client: undefined, server: undefined };
    this.saidGoaway = false;
    this.isFaulty = false;
    this.isLost = false;
    this.attempt = undefined;
    this.gaveUp = false;
    this.isReconnecting = false;
    this.watch = new WireWatch(this);
    this.peers = this.newPeers();
    this.connection = this.connect();
  }

  private newPeers(): Record<Side, ModelPeer> {
    const peer = (side: Side): ModelPeer => new ModelPeer(side, this.optionsOf(side), this);
    return { client: peer("client"), server: peer("server") };
  }

  private connect(): SimConnection {
    const connection = this.link.pair();
    this.sockets += 1;
    const next = { client: 1, server: 1 };
    for (const side of SIDES) {
      const peer = this.peers[side];
      const socket: Socket = {
        id: this.sockets,
        transport: side === "client" ? connection.near : connection.far,
        session: peer.session,
        epoch: 0,
        hasRoom: true,
        isOver: false,
        next,
      };
      peer.socket = socket;
      peer.attach(socket);
    }
    return connection;
  }

  private randomConditions(): { delayMs: number; jitterMs: number; bytesPerMs: number; capacity: number } {
    const { random } = this;
    return {
      delayMs: random.pick([0, 0, 1, 20, 100]),
      jitterMs: random.pick([0, 0, 5]),
      bytesPerMs: random.pick([Number.POSITIVE_INFINITY, 1000, 100]),
      capacity: random.pick([65_536, 20_000, 1]),
    };
  }

  // --- what must hold after each step -----------------------------------------------------------------------------

  check(): void {
    for (const side of SIDES) {
      if (this.closed[side]) continue;
      const { receiveBudget, shareBytes, peerStreams, ownStreams } = this.settings[side];
      let committed = 0;
      let stated = 0;
      let loans = 0;
      for (const stream of this.streams) {
        if (stream.gone[side]) continue;
        const figures = this.figures(stream.id, side);
        if (figures === undefined) {
          this.checkGone(stream, side);
          continue;
        }
        if (side !== stream.opener && stream.handler === "not begun") continue;
        const inbound = this.laneOf(stream.id, otherSide(side));
        this.checkReceiving(stream, inbound, figures);
        this.checkSending(stream, this.laneOf(stream.id, side), figures);
        const { granted, consumed, returned } = figures.receiveBytes;
        committed += granted - consumed - returned;
        loans += Math.max(0, granted - consumed - returned - shareBytes);
        stated += this.committedOutside(inbound);
      }
      const { replayBytes: kept } = this.peers[side].session;
      if (kept > this.settings[side].replayBytes + BEYOND_REPLAY) {
        this.fail(
          `${side} keeps ${kept} bytes to send again: replayBytes is ${this.settings[side].replayBytes}`,
        );
      }
      const pool = receiveBudget - (peerStreams + ownStreams) * shareBytes;
      if (committed > receiveBudget || stated > receiveBudget || loans > pool) {
        this.fail(
          `${side} has committed ${committed} bytes by its figures, ${stated} by its frames, ${loans} of them lent: its budget is ${receiveBudget}, its pool ${pool}`,
        );
      }
    }
    this.forget();
  }

  private checkReceiving(
    stream: StreamModel,
    lane: Lane,
    { receiveItems, receiveBytes }: StreamFigures,
  ): void {
    const who = `${lane.receiver}, stream ${stream.id}`;
    for (const [what, account, got, consumed, stated] of [
      ["items", receiveItems, lane.gotItems, lane.consumedItems, lane.statedItems],
      ["bytes", receiveBytes, lane.gotBytes, lane.consumedBytes, lane.statedBytes],
    ] as const) {
      const skipped = what === "bytes" ? lane.skippedBytes : 0;
      const torn = what === "bytes" ? lane.tornBytes : Math.sign(lane.tornBytes);
      const complain = (rule: string): never =>
        this.fail(
          `${who}: ${rule}: ${what} ${JSON.stringify(account)}, seen got ${got}, consumed ${consumed}, stated ${stated}, skipped ${skipped}`,
        );
      if (account.received !== got) complain("received is not what came");
      if (account.granted < stated) complain("granted is less than was stated");
      const unsent = lane.gotEnd === undefined ? account.granted - got : 0;
      if (account.granted !== account.consumed + account.held + account.returned + unsent) {
        complain("granted is not consumed + held + unsent + returned");
      }
      if (Math.min(account.held, account.returned, unsent) < 0) complain("less than nothing");
      if (lane.isDeaf) {
        if (account.held !== 0) complain("holds what nobody wants");
      } else if (account.consumed !== consumed) complain("consumed is not what was taken");
      else if (
        account.held !== got - skipped - consumed - torn &&
        !(lane.terminal === "failed" && account.held === 0)
      ) {
        complain("held is not what came and was not taken");
      }
    }
  }

  private checkSending(stream: StreamModel, lane: Lane, { sendItems, sendBytes }: StreamFigures): void {
    const complain = (rule: string): never =>
      this.fail(
        `${lane.sender}, stream ${stream.id}: ${rule}: items ${JSON.stringify(sendItems)}, bytes ${JSON.stringify(sendBytes)}, seen sent ${lane.itemsSent} and ${lane.bytesSent}, limits ${lane.knownItems} and ${lane.knownBytes}`,
      );
    if (sendBytes.sent > sendBytes.granted || sendItems.sent > sendItems.granted)
      complain("sent beyond its limit");
    // A direction that failed may have let go an item of which nothing had been sent.
    if (lane.end === "error" || lane.end === "reject" || lane.isTorn) return;
    const isBegun = sendItems.sent === lane.itemsSent;
    if (!isBegun && (lane.inParts === 0 || sendItems.sent !== lane.itemsSent - 1)) {
      complain("sent is not what was taken to be sent");
    }
    if (sendBytes.sent < lane.bytesSent - (isBegun ? 0 : lane.inParts)) {
      complain("sent is less than was taken to be sent");
    }
    if (lane.end !== undefined) return;
    if (sendItems.granted !== lane.knownItems || sendBytes.granted !== lane.knownBytes) {
      complain("its limits are not those that came");
    }
  }

  /** Bytes that the peer can make this side hold, by the frames alone. */
  private committedOutside(lane: Lane): number {
    const held = lane.isDeaf ? 0 : lane.gotBytes - lane.skippedBytes - lane.consumedBytes - lane.tornBytes;
    return held + (lane.gotEnd === undefined ? lane.statedBytes - lane.gotBytes : 0);
  }

  /** A stream that is not open here any more had every right to go. */
  private checkGone(stream: StreamModel, side: Side): void {
    const inbound = this.laneOf(stream.id, otherSide(side));
    const outbound = this.laneOf(stream.id, side);
    // Before its OPEN has come there is nothing to see.
    const isUnseen = side !== stream.opener && stream.handler === "not begun";
    // Turned away by the session itself, the application never hears of it.
    if (isUnseen && outbound.wireEnd === undefined) return;
    stream.gone[side] = true;
    if (isUnseen) return;
    if (outbound.end === undefined || inbound.gotEnd === undefined) {
      this.fail(
        `${side} has no stream ${stream.id} any more: ended ${outbound.end ?? "not"} here, ${inbound.gotEnd ?? "not"} there`,
      );
    }
    if (side !== stream.opener && stream.handler === "running") {
      this.fail(`${side} gave the slot of stream ${stream.id} back while its handler runs`);
    }
    if (!inbound.isDeaf && inbound.terminal === undefined) {
      this.fail(`${side} ended stream ${stream.id} without a word`);
    }
    if (!inbound.isDeaf && inbound.terminal === "completed" && inbound.consumedItems !== inbound.gotItems) {
      this.fail(
        `${side} let go ${inbound.gotItems - inbound.consumedItems} items of stream ${stream.id} unread`,
      );
    }
  }

  private forget(): void {
    if (this.streams.length <= 16) return;
    const over = this.streams.filter(({ gone }) => gone.client && gone.server);
    for (const { id } of over.slice(0, -4)) {
      this.lanes.delete(keyOf(id, "client"));
      this.lanes.delete(keyOf(id, "server"));
      this.streams.splice(
        this.streams.findIndex((stream) => stream.id === id),
        1,
      );
    }
  }

  // --- the end: nobody holds anything back ------------------------------------------------------------------------

  settle(): void {
    this.isSettling = true;
    this.link.set({ delayMs: 1, jitterMs: 0, bytesPerMs: Number.POSITIVE_INFINITY, capacity: 65_536 });
    for (const connection of this.link.connections) connection.release();
    // A direction that died in silence stays dead: it takes a new connection.
    if (this.isMuted) this.link.cut();
    this.isDown = false;
    this.isFaulty = true;
    // First only what waits to be sent, while streams that have nothing stay open and keep what they were lent; then
    // everything ends.
    this.passUntil(() => this.streams.every((stream) => this.hasSentAll(stream)), false);
    for (const stream of this.streams) {
      if (!this.hasSentAll(stream)) this.failWaiting(stream, "did not send all that it had");
    }
    this.passUntil(() => this.streams.every(({ gone }) => gone.client && gone.server), true);
    for (const stream of this.streams) {
      if (!stream.gone.client || !stream.gone.server) this.failWaiting(stream, "did not end");
    }
    for (const lane of this.lanes.values()) {
      if (this.isUnseen(lane.streamId)) continue;
      if (lane.end === "complete" && !lane.isDeaf && lane.seenItems !== lane.itemsSent) {
        this.fail(
          `${lane.receiver} saw ${lane.seenItems} of ${lane.itemsSent} items of stream ${lane.streamId}`,
        );
      }
    }
    this.checkSlots();
    this.count("frames sent again", this.watch.replayed);
  }

  private passUntil(isDone: () => boolean, areEnding: boolean): void {
    const until = this.sim.now() + PATIENCE_MS;
    for (let wait = 1; this.sim.now() < until; wait = Math.min(1000, wait * 2)) {
      this.finishAll(areEnding);
      this.sim.advance(wait);
      this.check();
      if (isDone()) return;
    }
  }

  /** Whether everything that its applications gave to its sessions is on the wire, or will never be taken. */
  private hasSentAll(stream: StreamModel): boolean {
    return SIDES.every((side) => {
      const lane = this.laneOf(stream.id, side);
      if (lane.end !== undefined && !lane.mayStillFail) return true;
      if (side === stream.opener && stream.handler === "over") return true;
      return lane.backlog.length === 0 && lane.wireItems === lane.itemsSent && lane.partAt === 0;
    });
  }

  private failWaiting(stream: StreamModel, complaint: string): never {
    const text = SIDES.map(
      (side) =>
        `${side} has ${JSON.stringify(this.figures(stream.id, side))} and sends ${JSON.stringify(this.laneOf(stream.id, side))}`,
    );
    this.fail(
      `Stream ${stream.id} ${complaint} within ${PATIENCE_MS} ms though everything was taken: ${text.join("; ")}`,
    );
  }

  private finishAll(areEnding: boolean): void {
    for (const stream of this.streams) {
      for (const side of SIDES) {
        if (side !== stream.opener && stream.handler === "not begun") continue;
        const inbound = this.laneOf(stream.id, otherSide(side));
        const outbound = this.laneOf(stream.id, side);
        inbound.isGreedy = true;
        this.takeAll(stream, side);
        if (!areEnding) continue;
        // A handler reads its input to the end; when it is over, nobody takes what is left of it.
        if (side !== stream.opener && inbound.terminal === undefined && !inbound.isDeaf) continue;
        if (side === stream.opener && stream.handler === "over") outbound.backlog = [];
        outbound.wantsEnd = true;
        this.finishIfDone(stream, side);
        if (outbound.end !== undefined) this.release(stream, side);
      }
    }
    for (const side of SIDES) this.peers[side].wake();
  }

  /** All slots are back: as many streams as allowed can be opened. */
  private checkSlots(): void {
    if (this.saidGoaway || !this.ready.client || !this.ready.server) return;
    this.sim.advance(500);
    for (const side of SIDES) {
      const slots = Math.min(this.settings[side].ownStreams, this.settings[otherSide(side)].peerStreams);
      for (let i = 0; i < slots; i++) {
        let id = this.openCall(side);
        // Slots are granted when half of them are free, or when the peer has none; and what is not acknowledged yet
        // may stand in the way.
        for (let tries = 0; tries < 3 && id === "no-slot"; tries++) {
          this.peers[side].wake();
          this.sim.advance(500);
          id = this.openCall(side);
        }
        if (typeof id !== "number") this.fail(`${side} has ${i} of ${slots} slots when all is over: ${id}`);
      }
    }
  }

  private openCall(side: Side): number | OpenRefusal {
    return this.open(side, { interaction: "call", demand: 1 }, 0);
  }

  // --- helpers ----------------------------------------------------------------------------------------------------

  lane(streamId: number, sender: Side): Lane | undefined {
    return this.lanes.get(keyOf(streamId, sender));
  }

  hasGivenUp(): boolean {
    return this.gaveUp;
  }

  isUnseen(streamId: number): boolean {
    return this.streamOf(streamId).handler === "not begun";
  }

  fail(complaint: string): never {
    throw new BrokenRule(`${complaint} (at ${this.sim.now()} ms)`);
  }

  private laneOf(streamId: number, sender: Side): Lane {
    return this.lane(streamId, sender) ?? this.fail(`Stream ${streamId} is not in the books`);
  }

  private streamOf(streamId: number): StreamModel {
    return (
      this.streams.find(({ id }) => id === streamId) ?? this.fail(`Stream ${streamId} is not in the books`)
    );
  }

  private figures(streamId: number, side: Side): StreamFigures | undefined {
    return this.peers[side].session.figures(streamId);
  }

  /** The stream is there at this side, and its direction from here is open. */
  private isOpenAt(stream: StreamModel, side: Side, lane: Lane): boolean {
    return !stream.gone[side] && !this.closed[side] && (lane.end === undefined || lane.mayStillFail);
  }

  private count(what: string, by = 1): void {
    this.tally.set(what, (this.tally.get(what) ?? 0) + by);
  }

  private note(side: Side, text: string): void {
    if (!this.isSettling) this.sim.log(`${side}: ${text}`);
  }
}

function keyOf(streamId: number, sender: Side): number {
  return streamId * 2 + (sender === "client" ? 0 : 1);
}

/** Small everything, so that every bound is reached in a few steps. */
function randomSettings(random: SimRandom): Record<Side, Settings> {
  const [clientSlots, serverSlots] = [random.int(1, 4), random.int(0, 2)];
  const settings = (role: Side): Settings => {
    const [own, peers] = role === "client" ? [clientSlots, serverSlots] : [serverSlots, clientSlots];
    const shareBytes = random.pick([512, 2048]);
    return settingsOf(role, {
      ownStreams: own,
      peerStreams: peers,
      shareBytes,
      receiveBudget: (own + peers) * shareBytes + random.pick([0, 3000, 10_000, 40_000]),
      itemOverhead: random.pick([1, 16]),
      messageBytes: random.pick([16_384, 1 << 20]),
      targetAlone: random.pick([300, 32_768]),
      targetShared: random.pick([300, 16_384]),
      unfinishedHandlers: random.pick([1, 20]),
      stallMs: random.pick([1000, 60_000]),
      idleMs: random.pick([1000, 3_600_000]),
      itemMs: random.pick([500, 30_000]),
      resumeMs: random.pick([0, 2000, 30_000]),
      replayBytes: random.pick([6000, 20_000, 1 << 20]),
      heartbeatMs: random.pick([500, 15_000]),
      churnBurst: 1_000_000,
      controlBurst: 1_000_000,
    });
  };
  return { client: settings("client"), server: settings("server") };
}

const CRITICALITIES: readonly Criticality[] = ["sheddable", "sheddablePlus", "critical", "criticalPlus"];
const INTERACTIONS: readonly Interaction[] = ["call", "stream", "stream", "channel", "channel", "push"];
/** One message, and the ends of all streams, which go without room: each costs what a message costs. */
const BEYOND_REPLAY = 33_000 + 24 * 1400;
const WAITS = [1, 10, 100, 100, 500, 3000, 20_000];
