// Opens streams as the server has slots for them (protocol.md B1: streams are credit too). Who comes while all
// are taken, or while there is no connection, waits in line.

import { SluiceError } from "@sluice/core";
import { backoffMs, checkBackoff, Ring } from "@sluice/core/kit";
import type { OpenOptions, OpenRefusal } from "../../protocol/session/session-api.js";
import type { Connection } from "../connection/connection.js";
import { ConnectionLostError } from "../failure/failure.js";
import { type Runtime, randomOf } from "../connection/runtime.js";
import type { Retries } from "./retries.js";

/** One who wants a stream. */
export interface StreamRequest {
  /** False once it was cancelled while waiting: it is passed over. */
  isWanted(): boolean;
  /** Asked when its turn has come, so that the deadline that travels is what is left of it. */
  openOptions(): OpenOptions;
  onOpen(connection: Connection, streamId: number): void;
  onRefused(error: SluiceError): void;
}

/** Who gives the opener its connections. */
export interface OpenerOwner {
  /** Whether another connection will come: then requests wait for it instead of being refused. */
  mayWait(): boolean;
  /** The connection opens no more streams; only told when they may wait. */
  onSpent(): void;
  /** Somebody waits for a connection, and there is none. */
  onWanted(): void;
  /** The last request that had begun has ended. */
  onUnused(): void;
}

/**
 * Opens streams in the order in which they were asked for.
 *
 * *Buffers:* at most 1,024 requests that wait for a slot or a connection; one more is refused with `OVERLOADED`, because a
 * line that only grows answers nobody in time.
 */
export class StreamOpener {
  /** Who is asked before anything is tried again. */
  readonly retries: Retries;
  /** Requests that have begun and not ended: in line, open, or waiting to be opened again. */
  running = 0;
  private readonly runtime: Runtime;
  private readonly owner: OpenerOwner;
  /** Where streams are opened; undefined while there is no connection. */
  private connection: Connection | undefined = undefined;
  private readonly waiting = new Ring<StreamRequest>(MAX_WAITING);
  /** The first in line: taken out of the ring, refused once by the server's slots. */
  private first: StreamRequest | undefined = undefined;
  /** Why no connection will come any more. */
  private end: SluiceError | undefined = undefined;
  /** It was closed as wished: nothing new begins, though what runs may go on. */
  private isClosed = false;

  constructor(runtime: Runtime, owner: OpenerOwner, retries: Retries) {
    this.retries = retries;
    this.runtime = runtime;
    this.owner = owner;
  }

  /** Opens streams over this connection from here on, those in line first; undefined: they wait. */
  use(connection: Connection | undefined): void {
    this.connection = connection;
    if (connection !== undefined) this.onSlots();
  }

  /** Milliseconds on the client's clock. */
  now(): number {
    return this.runtime.clock.now();
  }

  /** Runs `task` after `delayMs`; returns what cancels it. */
  after(delayMs: number, task: () => void): () => void {
    return this.runtime.clock.schedule(delayMs, task);
  }

  /** How long a request waits before it is opened again for the nth time, when the server refused it. */
  backoffMs(attempt: number): number {
    return backoffMs(BACKOFF, attempt, 0, randomOf(this.runtime));
  }

  /** A request begins. */
  began(): void {
    this.running += 1;
    this.retries.first();
  }

  /** A request that had begun has ended. */
  ended(): void {
    this.running -= 1;
    if (this.running === 0) this.owner.onUnused();
  }

  /** Nothing new begins from here on. */
  close(): void {
    this.isClosed = true;
  }

  /** Why nothing new begins; undefined: it does. */
  closed(method: string): SluiceError | undefined {
    if (!this.isClosed) return undefined;
    const text = `Cannot ask for ${method}: this client was closed, nothing was begun; connect again, or close it later`;
    return new ConnectionLostError("CLOSED", text, { notStarted: true, delivered: 0 });
  }

  /** Whether a request that lost its connection may wait for another one. */
  mayWait(): boolean {
    return this.end === undefined && this.owner.mayWait();
  }

  /** Whether a request that failed may be tried again, here or elsewhere. */
  mayRepeat(): boolean {
    return this.end === undefined && (this.connection !== undefined || this.owner.mayWait());
  }

  open(request: StreamRequest): void {
    if (this.waiting.isFull) this.dropUnwanted();
    if (this.end !== undefined) {
      request.onRefused(notBegun(this.end));
    } else if (this.first === undefined) {
      if (!this.tryOpen(request)) this.first = request;
    } else if (this.waiting.isFull) {
      request.onRefused(
        new SluiceError(
          "OVERLOADED",
          `Cannot open another stream: ${MAX_WAITING + 1} already wait for ${this.connection === undefined ? "a connection" : "one of the server's slots"}; end some, or connect twice`,
        ),
      );
    } else {
      this.waiting.push(request);
    }
    if (this.connection === undefined && this.end === undefined) this.owner.onWanted();
  }

  /** The server has slots again. */
  onSlots(): void {
    while (this.first !== undefined && this.tryOpen(this.first)) this.advance();
  }

  /** No stream will ever be opened again. */
  onEnd(error: SluiceError): void {
    this.end = error;
    while (this.first !== undefined) {
      const { first } = this;
      this.advance();
      first.onRefused(notBegun(error));
    }
  }

  // Whoever left the line is let go as late as here: when somebody else needs the place.
  private dropUnwanted(): void {
    for (let left = this.waiting.size; left > 0; left -= 1) {
      const request = this.waiting.shift();
      if (request?.isWanted() === true) this.waiting.push(request);
    }
    if (this.first?.isWanted() === false) this.advance();
  }

  private advance(): void {
    this.first = this.waiting.isEmpty ? undefined : this.waiting.shift();
  }

  /** False: all slots are taken or there is no connection, wait for `slots`. */
  private tryOpen(request: StreamRequest): boolean {
    if (!request.isWanted()) return true;
    const { connection } = this;
    if (connection === undefined) return false;
    const options = request.openOptions();
    const most = connection.peer?.metadataBytes ?? Number.POSITIVE_INFINITY;
    if (options.metadata !== undefined && options.metadata.length > most) {
      request.onRefused(metadataTooLarge(options, options.metadata.length, most));
      return true;
    }
    const opened = connection.session.open(options);
    if (typeof opened === "number") {
      request.onOpen(connection, opened);
      return true;
    }
    if (opened === "no-slot") return false;
    // This process has no room, whatever connection it has.
    if (opened === "no-memory" || !this.mayWait()) {
      request.onRefused(refusal(opened));
      return true;
    }
    // The owner may already have given another connection, or none, when this one's end is on its way.
    if (connection === this.connection) {
      this.connection = undefined;
      this.owner.onSpent();
    }
    return false;
  }
}

/** For streams that a server refuses with "not now". Judgement. */
const BACKOFF = checkBackoff("open a stream again", { baseMs: 100, capMs: 5000 });

/** Requests behind the first in line, 1,024 with it: sixteen times the slots of a server of ours; judgement. */
const MAX_WAITING = 1023;

/** Whoever was not let in any more can be told more than those whose work was under way: it is safe to repeat. */
function notBegun(cause: SluiceError | undefined): SluiceError {
  const text = "Cannot open a stream: the connection has ended, nothing was begun; connect again";
  return new ConnectionLostError("CONNECTION_LOST", text, { notStarted: true, delivered: 0, cause });
}

function metadataTooLarge({ method }: OpenOptions, length: number, most: number): SluiceError {
  return new SluiceError(
    "METADATA_TOO_LARGE",
    `Cannot ask for ${method} with ${length} bytes of metadata: the server takes at most ${most}; say less, or raise limits.metadataBytes there`,
  );
}

function refusal(reason: Exclude<OpenRefusal, "no-slot">): SluiceError {
  switch (reason) {
    case "going-away":
      return new SluiceError(
        "GOING_AWAY",
        "Cannot open a stream: the server is ending, nothing was begun; connect again",
      );
    case "exhausted":
      return new SluiceError(
        "EXHAUSTED",
        "Cannot open a stream: this connection has used all ids; connect again",
      );
    case "no-memory":
      return new SluiceError(
        "OVERLOADED",
        "Cannot open a stream: the memory account of this process has no room for its share; try again later, or give it a larger budget",
      );
    case "closed":
    case "not-ready":
      return notBegun(undefined);
    default:
      return reason satisfies never;
  }
}
