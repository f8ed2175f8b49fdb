// One connection over a link, and what can happen to it. All of it is exact: the caller, or a seeded random, says
// when and how much.

import type { Transport, TransportEnd } from "../transport/transport.js";
import { describeMessage } from "./describe-message.js";
import type { LinkDirection, Pipe } from "./pipe.js";
import type { SimTrace } from "./sim-trace.js";
import { broken, SimTransport, type SimTransportOwner } from "./sim-transport.js";
import type { Transmitter } from "./transmitter.js";

/** Which direction is meant, by the node that sends; left out: both. */
export interface FromNode {
  readonly from?: string;
}

/** How a connection is cut. */
export interface CutOptions {
  /**
   * Bytes under way that still arrive, by the node that sent them; default 0. A message that is torn, because not
   * all of its bytes are among them, is never delivered.
   */
  readonly arrives?: { readonly [from: string]: number };
  /** Nodes that hear of it at once; default both. A node that does not hear of it finds out by its heartbeat. */
  readonly tell?: readonly string[];
}

/** What a connection needs of its link. */
export interface ConnectionPlace {
  readonly clock: LinkDirection["clock"];
  readonly trace: SimTrace | undefined;
  readonly directions: readonly [LinkDirection, LinkDirection];
  readonly transmitters: readonly [Transmitter, Transmitter];
  readonly nodes: readonly [string, string];
  over(connection: SimConnection): void;
}

/**
 * One connection between two nodes; made by `SimLink`.
 *
 * *Buffers:* for each direction what waits in front of the link (the capacity, and at most 2 MiB beyond it for a
 * sender that ignores "no room"; then the connection ends) and what flies (what the bandwidth lets through in the
 * time of the delay, or 2^20 messages).
 */
export class SimConnection implements SimTransportOwner {
  /** Counts the connections of a link, from 1. */
  readonly id: number;
  /** The transport of the link's first node. */
  readonly near: Transport;
  /** The transport of the link's second node. */
  readonly far: Transport;
  private readonly place: ConnectionPlace;
  private readonly sides: readonly [SimTransport, SimTransport];
  private readonly pipes: readonly [Pipe, Pipe];

  constructor(id: number, place: ConnectionPlace) {
    this.id = id;
    this.place = place;
    const { nodes, directions, transmitters } = place;
    const near = new SimTransport(nodes[0], directions[0], transmitters[0], this);
    const far = new SimTransport(nodes[1], directions[1], transmitters[1], this);
    this.sides = [near, far];
    this.pipes = [near.join(far), far.join(near)];
    this.near = near;
    this.far = far;
  }

  /** Whether both sides have heard the end. */
  get isOver(): boolean {
    return this.sides[0].isOver && this.sides[1].isOver;
  }

  /** Bytes that `from` has sent and that have not arrived. */
  bytesUnderWay(from: string): number {
    return this.pipes[this.index(from)]?.bytesUnderWay ?? 0;
  }

  /** Bytes from `from` that were delivered since the connection began. */
  bytesDelivered(from: string): number {
    return this.pipes[this.index(from)]?.deliveredBytes ?? 0;
  }

  /** Breaks the connection: both sides hear `onClose` with code 1006, or those that `tell` names. */
  cut({ arrives = {}, tell = this.place.nodes }: CutOptions = {}): void {
    for (const node of [...Object.keys(arrives), ...tell]) this.index(node);
    const lost: string[] = [];
    for (const [index, from] of this.place.nodes.entries()) {
      const pipe = this.pipes[index] as Pipe;
      const to = this.place.nodes[1 - index] as string;
      const bytes = arrives[from] ?? 0;
      lost.push(`${Math.max(0, pipe.bytesUnderWay - bytes)} B of ${from} lost`);
      pipe.cut(bytes, tell.includes(to) ? broken("The connection was cut") : undefined);
      this.place.transmitters[index]?.remove(pipe);
    }
    this.log(`cut, ${lost.join(", ")}, told ${tell.join(" and ") || "nobody"}`);
  }

  /**
   * Ends the connection as a process does that dies: `from` hears it now, the other side when the news arrives.
   * What is under way is lost.
   */
  reset({ from }: { readonly from: string }): void {
    const index = this.index(from);
    const to = this.place.nodes[1 - index] as string;
    this.cut({ tell: [from] });
    const { clock, directions } = this.place;
    const delay = directions[index]?.conditions.delayMs ?? 0;
    clock.schedule(delay, () => this.sides[1 - index]?.end(broken(`The connection was reset by ${from}`)));
    this.log(`reset by ${from}, ${to} hears it in ${delay} ms`);
  }

  /** Holds everything where it is, or one direction; nobody is told. Room runs out. */
  hold({ from }: FromNode = {}): void {
    for (const pipe of this.chosen(from)) pipe.hold();
    this.log(`held ${from ?? "both ways"}`);
  }

  /**
   * Lets go on what was held. After a new connection was made this is the old socket that comes back: what it still
   * carries arrives late.
   */
  release({ from }: FromNode = {}): void {
    this.log(`released ${from ?? "both ways"}`);
    for (const pipe of this.chosen(from)) pipe.release();
  }

  /** Half-open: loses in silence what is under way in a direction, and all that comes. It never goes on. */
  mute({ from }: FromNode = {}): void {
    for (const pipe of this.chosen(from)) pipe.die();
    this.log(`muted ${from ?? "both ways"}`);
  }

  /**
   * Cuts the connection when `from` has got exactly `bytes` across: for a cut at each boundary of a frame, and in
   * the middle of each.
   */
  cutAfter({ from, bytes, ...how }: { readonly from: string; readonly bytes: number } & CutOptions): void {
    if (!Number.isSafeInteger(bytes) || bytes < 0) {
      throw new RangeError(`Cannot cut after ${String(bytes)} bytes: it must be an integer >= 0`);
    }
    this.pipes[this.index(from)]?.cutAfter(bytes, () => this.cut(how));
  }

  /** Looks again for what may go on: a partition healed. */
  retry(): void {
    for (const pipe of this.pipes) pipe.retry();
  }

  sent(message: Uint8Array, from: string): void {
    this.note(message, from, "sends");
  }

  delivered(message: Uint8Array, to: string): void {
    this.note(message, to, "gets");
  }

  ended(end: TransportEnd, at: string): void {
    this.log(`${at} hears the end: ${end.code} by ${end.by} ${JSON.stringify(end.reason)}`);
    if (this.isOver) this.place.over(this);
  }

  aborted(by: string): void {
    this.log(`${by} gives up`);
    this.cut();
  }

  private chosen(from: string | undefined): readonly Pipe[] {
    return from === undefined ? this.pipes : [this.pipes[this.index(from)] as Pipe];
  }

  private index(node: string): 0 | 1 {
    const index = this.place.nodes.indexOf(node);
    if (index === 0 || index === 1) return index;
    throw new RangeError(`Cannot find ${node} on this link: it joins ${this.place.nodes.join(" and ")}`);
  }

  private note(message: Uint8Array, node: string, verb: string): void {
    if (this.place.trace === undefined) return;
    this.log(`${node} ${verb} ${message.byteLength} B: ${describeMessage(message)}`);
  }

  private log(text: string): void {
    const { trace, clock, nodes } = this.place;
    trace?.add(`${clock.now().toFixed(3).padStart(12)} ${nodes[0]}-${nodes[1]}#${this.id} ${text}`);
  }
}
