// One session of a pair on the transport of the moment: bytes in, time, bytes out, in virtual time.

import type { Clock } from "@sluice/core";
import type { Session } from "../protocol/session/session.js";
import type { ResumeAnswer, ResumeRequest, SessionEvent, TakeTurn } from "../protocol/session/session-api.js";
import { CLOSE_GOING_AWAY, type Transport } from "../transport/transport.js";

/** A transport and whose messages it carries: a fresh session's until that hands it over. */
interface Socket {
  readonly transport: Transport;
  session: Session;
  epoch: number;
  hasRoom: boolean;
}

/**
 * A session in a simulation; made by `SessionPair`. Tell `session` what you like, then call `wake`: what follows from
 * it is sent at the same virtual time, behind what is due.
 */
export class SimSession {
  readonly session: Session;
  private readonly clock: Clock;
  private readonly onEvent: (event: SessionEvent) => void;
  private readonly takeTurn: TakeTurn;
  private socket: Socket | undefined;
  private cancelTick: () => void = nothing;

  constructor(
    clock: Clock,
    session: Session,
    {
      onEvent = nothing,
      takeTurn = () => "idle",
    }: { onEvent?: (event: SessionEvent) => void; takeTurn?: TakeTurn },
  ) {
    this.clock = clock;
    this.session = session;
    this.onEvent = onEvent;
    this.takeTurn = takeTurn;
  }

  /** Sends what is to be sent and hands out events; to be called after calls to `session`. */
  wake(): void {
    this.clock.schedule(0, () => this.proceed());
  }

  /** The session talks over this transport from now on. */
  attach(transport: Transport): void {
    const socket = { transport, session: this.session, epoch: this.session.epoch, hasRoom: true };
    this.socket = socket;
    this.listen(socket);
    this.wake();
  }

  /** `fresh` talks over this transport until `resume` has answered what it hears. */
  attachFresh(transport: Transport, fresh: Session, resume: (request: ResumeRequest) => ResumeAnswer): void {
    const socket = { transport, session: fresh, epoch: fresh.epoch, hasRoom: true };
    this.listen(socket, (event) => {
      if (event.kind === "resumeRefused") this.session.abandon(`the peer refused: ${event.reason}`);
      if (event.kind !== "resume") return;
      const answer = resume(event.request);
      if (answer === "resumed") this.takeOver(socket, fresh);
      else fresh.refuseResume(answer);
    });
    this.flush(socket);
  }

  private takeOver(socket: Socket, fresh: Session): void {
    fresh.handOver();
    const old = this.socket;
    socket.session = this.session;
    socket.epoch = this.session.epoch;
    this.socket = socket;
    old?.transport.close(CLOSE_GOING_AWAY, "The session goes on over another connection");
    this.wake();
  }

  private listen(socket: Socket, onFresh: (event: SessionEvent) => void = nothing): void {
    const { transport } = socket;
    transport.onClose(() => {
      if (socket !== this.socket) return;
      this.socket = undefined;
      this.session.suspend(this.clock.now());
      this.proceed();
    });
    transport.onRoom(() => {
      socket.hasRoom = true;
      this.flush(socket);
    });
    transport.onMessage((message) => {
      const { session } = socket;
      session.receive(message, this.clock.now(), socket.epoch);
      if (session === this.session) {
        this.wake();
        return;
      }
      for (let event = session.nextEvent(); event !== undefined; event = session.nextEvent()) onFresh(event);
      this.flush(socket);
      this.proceed();
    });
  }

  private proceed(): void {
    this.drainEvents();
    if (this.socket !== undefined) this.flush(this.socket);
    this.drainEvents();
    const at = this.session.nextTick();
    this.cancelTick();
    if (at === Number.POSITIVE_INFINITY) return;
    this.cancelTick = this.clock.schedule(Math.max(0, at - this.clock.now()), () => {
      this.session.tick(this.clock.now());
      this.proceed();
    });
  }

  private flush(socket: Socket): void {
    const { session, transport } = socket;
    const turn = session === this.session ? this.takeTurn : undefined;
    while (socket.hasRoom) {
      const message = session.transmit(this.clock.now(), turn);
      if (message === undefined) return;
      socket.hasRoom = transport.send(message) > 0;
    }
  }

  private drainEvents(): void {
    for (let event = this.session.nextEvent(); event !== undefined; event = this.session.nextEvent()) {
      // The heartbeat found out before the transport did.
      if (event.kind === "suspended" || event.kind === "closed") this.letGo();
      this.onEvent(event);
    }
  }

  private letGo(): void {
    const { socket } = this;
    if (socket === undefined) return;
    const last = this.session.transmit(this.clock.now());
    if (last !== undefined) socket.transport.send(last);
    this.socket = undefined;
    socket.transport.close(CLOSE_GOING_AWAY, "");
  }
}

function nothing(): void {}
