// Puts one input to a session, with a service that does whatever a service may do, and throws what is wrong: an
// exception, a message that is no message or larger than the peer takes, an account that does not close, more held
// than allowed, an end that is none, or talk without end.

import { readMessage } from "../../src/protocol/frame/batch.js";
import { SMALLEST_MESSAGE, settingsOf } from "../../src/protocol/limits.js";
import { Session } from "../../src/protocol/session/session.js";
import type { SessionEvent } from "../../src/protocol/session/session-api.js";
import type { FuzzInput } from "./fuzz-input.js";
import { LocalSide } from "./local-side.js";
import { Random } from "./random.js";
import { SETTINGS } from "./settings.js";

/** What a run came to, for the statistics of the fuzz. */
export interface Outcome {
  /** Code that ended the session, or "alive". */
  readonly end: string;
  readonly events: number;
  /** Largest number of streams that were open at once. */
  readonly streams: number;
}

export function probeSession(input: FuzzInput): Outcome {
  const role = input.target === "client" ? "client" : "server";
  const probe = new Probe(input, role);
  for (const message of input.messages) probe.hear(message);
  return probe.end();
}

class Probe {
  private readonly session: Session;
  private readonly side: LocalSide;
  private readonly random: Random;
  private readonly receiveBudget: number;
  private peerTakes = SMALLEST_MESSAGE;
  private ended = "alive";
  private events = 0;
  private streams = 0;
  private now = 0;

  constructor(input: FuzzInput, role: "client" | "server") {
    const given = SETTINGS[input.settings]?.[role] ?? {};
    this.random = new Random(input.local);
    this.session = new Session({ role, codecs: ["msgpack", "raw"], settings: given }, 0);
    this.side = new LocalSide(this.session, role, this.random);
    this.receiveBudget = settingsOf(role, given).receiveBudget;
    this.speak();
  }

  hear(message: Uint8Array): void {
    this.session.receive(message, this.now);
    const events = this.listen();
    // A frame has three bytes at least; a GOAWAY tells of every stream of ours, and slots and drained come late.
    if (events > message.length / 3 + this.side.held.size + 8) {
      throw new Error(`${events} events of a message of ${message.length} bytes`);
    }
    this.checkAccounts();
    if (!this.side.isClosed) this.side.act();
    this.speak();
    this.now += this.random.once(40) ? 20_000 : this.random.int(100);
    this.session.tick(this.now);
    this.listen();
    if (Number.isNaN(this.session.nextTick())) throw new Error("nextTick answers NaN");
    this.speak();
    this.checkAccounts();
  }

  end(): Outcome {
    const { session, side } = this;
    if (!side.isClosed) session.close();
    this.listen();
    this.speak();
    if (!side.isClosed) throw new Error("The session does not say that it is closed");
    if (session.nextTick() !== Number.POSITIVE_INFINITY)
      throw new Error("A closed session wants to be called");
    return { end: this.ended, events: this.events, streams: this.streams };
  }

  private listen(): number {
    let count = 0;
    for (let event = this.session.nextEvent(); event !== undefined; event = this.session.nextEvent()) {
      this.note(event);
      this.side.react(event);
      count += 1;
    }
    this.events += count;
    return count;
  }

  private note(event: SessionEvent): void {
    if (event.kind === "ready") this.peerTakes = event.peer.messageBytes;
    if (event.kind === "closed") this.ended = event.error?.codeName ?? "closed";
  }

  // A few messages with turns, as a transport with little room would take them; then what is said already, which
  // must come to an end by itself.
  private speak(): void {
    for (let i = this.random.int(4); i > 0; i -= 1) {
      if (this.say(this.session.transmit(this.now, this.side.turn)) === "silent") break;
      this.listen();
    }
    if (this.random.once(3)) return;
    let messages = 0;
    while (this.say(this.session.transmit(this.now)) === "said") {
      messages += 1;
      if (messages > LONGEST_SPEECH) throw new Error("It talks without end");
    }
  }

  private say(message: Uint8Array | undefined): "said" | "silent" {
    if (message === undefined) return "silent";
    if (message.length > this.peerTakes) {
      throw new Error(`A message of ${message.length} bytes, and the peer takes ${this.peerTakes}`);
    }
    readMessage(message, () => "more");
    return "said";
  }

  private checkAccounts(): void {
    let committed = 0;
    let streams = 0;
    for (const streamId of this.side.held.keys()) {
      const figures = this.session.figures(streamId);
      if (figures === undefined) continue;
      streams += 1;
      for (const { granted, received, consumed, held, returned } of [
        figures.receiveItems,
        figures.receiveBytes,
      ]) {
        const unsent = granted - consumed - held - returned;
        if (unsent < 0 || held < 0 || received > granted) {
          throw new Error(`The account of stream ${streamId} does not close: ${JSON.stringify(figures)}`);
        }
      }
      const { granted, consumed, returned } = figures.receiveBytes;
      committed += granted - consumed - returned;
      const { sendItems, sendBytes } = figures;
      if (sendItems.sent > sendItems.granted || sendBytes.sent > sendBytes.granted) {
        throw new Error(`More was sent on stream ${streamId} than granted: ${JSON.stringify(figures)}`);
      }
    }
    this.streams = Math.max(this.streams, streams);
    if (committed > this.receiveBudget) {
      throw new Error(`${committed} bytes are granted or held, and receiveBudget is ${this.receiveBudget}`);
    }
  }
}

// Control of 256 streams and their ends, in messages of 16 KiB at least.
const LONGEST_SPEECH = 1000;
