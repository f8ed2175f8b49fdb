// One side of the model: a session on the socket of the moment, driven as a connection drives it. What is decided
// here is only mechanics; what is right and wrong stands in world.ts.

import { Session } from "../../src/protocol/session/session.js";
import type { SessionEvent, SessionOptions, TakeTurn } from "../../src/protocol/session/session-api.js";
import type { Transport } from "../../src/transport/transport.js";
import type { Side } from "./lane.js";
import type { WatchedSocket } from "./wire-watch.js";

/** A socket at one side: the session that it belongs to, which changes when a resume hands it over. */
export interface Socket extends WatchedSocket {
  readonly transport: Transport;
  session: Session;
  /** Generation of the session's sockets: messages of an older one are fenced off (docs/protocol.md §10.5). */
  epoch: number;
  hasRoom: boolean;
  isOver: boolean;
}

/** What the driver reports. */
export interface PeerOwner {
  now(): number;
  /** Runs `task` so many milliseconds later. */
  after(ms: number, task: () => void): () => void;
  onSent(side: Side, socket: Socket, message: Uint8Array): void;
  /** A message is about to be taken in by the main session of this side. */
  onTaking(side: Side, message: Uint8Array): void;
  onEvent(side: Side, event: SessionEvent): void;
  /** An event of a session that was made to resume the main one. */
  onFreshEvent(side: Side, event: SessionEvent, socket: Socket): void;
  /** The socket of the moment has ended. */
  onLost(side: Side): void;
  takeTurn(side: Side): TakeTurn;
}

export class ModelPeer {
  readonly side: Side;
  /** The session whose streams the model knows. */
  session: Session;
  /** The socket of `session`; undefined while it is suspended. */
  socket: Socket | undefined;
  private readonly owner: PeerOwner;
  private readonly takeTurn: TakeTurn;
  private wakeAt = Number.POSITIVE_INFINITY;
  private cancelWake: () => void = () => {};
  private isFlushing = false;
  private isStopped = false;

  constructor(side: Side, options: SessionOptions, owner: PeerOwner) {
    this.side = side;
    this.session = new Session(options, owner.now());
    this.owner = owner;
    this.takeTurn = owner.takeTurn(side);
  }

  /** Makes a socket for `session`, which may be a fresh one that is about to resume the main one. */
  attach(socket: Socket): void {
    const { transport } = socket;
    transport.onClose(() => {
      socket.isOver = true;
      if (socket === this.socket && !this.isStopped) this.lose();
    });
    transport.onRoom(() => {
      socket.hasRoom = true;
      this.flush(socket);
    });
    transport.onMessage((message) => this.take(socket, message));
    this.flush(socket);
  }

  /** The session goes on over this socket: a resume was agreed on it. */
  adopt(socket: Socket): void {
    socket.session = this.session;
    socket.epoch = this.session.epoch;
    this.socket = socket;
    this.owner.after(0, () => this.flush(socket));
  }

  /** The socket of the moment is of no use any more; what still comes on it is old news. */
  lose(): void {
    this.socket = undefined;
    this.session.suspend(this.owner.now());
    this.drainEvents(this.session, undefined);
    this.plan();
  }

  /** Something was said to the session: what follows goes later, with everything else of this moment. */
  wake(): void {
    this.drainEvents(this.session, this.socket);
    const { socket } = this;
    if (socket !== undefined) this.owner.after(0, () => this.flush(socket));
    this.plan();
  }

  /** Lets go of the socket and its timer: this world is over. */
  stop(): void {
    this.isStopped = true;
    this.cancelWake();
    this.wakeAt = Number.NEGATIVE_INFINITY;
  }

  /** Everything that may go on this socket now. */
  flush(socket: Socket): void {
    const { session } = socket;
    const isMain = session === this.session;
    if (socket.isOver || this.isFlushing || this.isStopped || (isMain && socket !== this.socket)) return;
    this.isFlushing = true;
    const turn = isMain ? this.takeTurn : undefined;
    while (socket.hasRoom && !socket.isOver && session === socket.session) {
      const message = session.transmit(this.owner.now(), turn);
      if (message === undefined) break;
      this.owner.onSent(this.side, socket, message);
      socket.hasRoom = socket.transport.send(message) > 0;
    }
    this.isFlushing = false;
    this.drainEvents(session, socket);
    this.plan();
  }

  drainEvents(session: Session, socket: Socket | undefined): void {
    for (let event = session.nextEvent(); event !== undefined; event = session.nextEvent()) {
      if (session === this.session) this.owner.onEvent(this.side, event);
      else if (socket !== undefined) this.owner.onFreshEvent(this.side, event, socket);
    }
  }

  private take(socket: Socket, message: Uint8Array): void {
    if (this.isStopped) return;
    const { session } = socket;
    const isMain = session === this.session;
    if (isMain && socket === this.socket) this.owner.onTaking(this.side, message);
    session.receive(message, this.owner.now(), socket.epoch);
    this.drainEvents(session, socket);
    // A resume may have handed the socket over meanwhile.
    this.owner.after(0, () => this.flush(socket));
    this.plan();
  }

  /** One timer, at the earliest moment that the session names. */
  private plan(): void {
    const at = this.session.nextTick();
    if (at >= this.wakeAt || at === Number.POSITIVE_INFINITY) return;
    this.cancelWake();
    this.wakeAt = at;
    this.cancelWake = this.owner.after(Math.max(0, at - this.owner.now()), () => {
      this.wakeAt = Number.POSITIVE_INFINITY;
      this.session.tick(this.owner.now());
      this.drainEvents(this.session, this.socket);
      if (this.socket !== undefined) this.flush(this.socket);
      this.plan();
    });
  }
}
