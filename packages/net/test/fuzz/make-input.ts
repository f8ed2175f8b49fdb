// Inputs by number: the same seed and number make the same input, whatever came before.
//
//   bytes       anything at all
//   vectors     frames of vectors/*.json, good and broken, mutated
//   recorded    what an honest peer said in a conversation, a little changed: bytes, fields, order
//   frames      frames that are well-formed and know the state of things: legal and illegal sequences

import { readdirSync, readFileSync } from "node:fs";
import { bytesOf, type FuzzInput, type Target } from "./fuzz-input.js";
import type { Frame } from "../../src/protocol/frame/frame.js";
import { framesOf, messageOf, mutateBytes, mutateFields } from "./mutate.js";
import { Random } from "./random.js";
import { type Recording, record } from "./recordings.js";
import { SETTINGS } from "./settings.js";
import { someFrames } from "./some-frames.js";

/** Makes the inputs of one seed; `vectors` is the folder with the golden vectors. */
export class InputMaker {
  private readonly seed: number;
  private readonly vectors: readonly Uint8Array[];
  private readonly recordings: readonly Recording[];

  constructor(seed: number, vectors: URL) {
    this.seed = seed;
    this.vectors = readVectors(vectors);
    this.recordings = Array.from({ length: RECORDINGS }, (_, i) =>
      record(seed * 1000 + i, 24, i % SETTINGS.length),
    );
  }

  /** Input number `index`. */
  make(index: number): FuzzInput {
    const random = new Random(Math.imul(this.seed, 0x9e3779b1) + index);
    const kind = random.int(100);
    const target = index % SERVICE_EVERY === 0 ? "service" : random.once(2) ? "client" : "server";
    const local = random.int(2 ** 31);
    if (kind < 50) {
      const recording = random.pick(this.recordings);
      const said = target === "client" ? recording.server : recording.client;
      return { target, settings: recording.settings, local, messages: this.changed(said, random) };
    }
    const settings = random.int(SETTINGS.length);
    const greeting = this.greeting(target, settings, random);
    return { target, settings, local, messages: [...greeting, ...this.unheard(target, kind, random)] };
  }

  private unheard(target: Target, kind: number, random: Random): Uint8Array[] {
    if (kind >= 70) return someFrames(peerRole(target), random);
    const count = 1 + random.int(6);
    if (kind >= 55) return Array.from({ length: count }, () => this.ofVectors(random));
    return Array.from({ length: count }, () => random.bytes(random.int(60)));
  }

  // HELLO as an honest peer says it; at times none, so that what comes before it is met too.
  private greeting(target: Target, settings: number, random: Random): readonly Uint8Array[] {
    if (random.once(12)) return [];
    const recording = this.recordings[settings] as Recording;
    return (target === "client" ? recording.server : recording.client).slice(0, 1);
  }

  private ofVectors(random: Random): Uint8Array {
    const frames = Array.from({ length: 1 + random.int(4) }, () => [...random.pick(this.vectors)]);
    const message = Uint8Array.from(frames.flat());
    return random.once(2) ? message : mutateBytes(message, random);
  }

  private changed(said: readonly Uint8Array[], random: Random): readonly Uint8Array[] {
    const messages = said.slice(0, 1 + random.int(said.length));
    for (let i = random.int(4); i > 0; i -= 1) {
      // HELLO is changed seldom, or most conversations would not get beyond it.
      const at = random.once(10) ? 0 : random.int(messages.length);
      const message = messages[at] as Uint8Array;
      switch (random.int(6)) {
        case 0:
          messages[at] = mutateBytes(message, random);
          break;
        case 1:
          messages.splice(at + 1, 0, message);
          break;
        case 2:
          if (at > 0) messages.splice(at, 1);
          break;
        case 3:
          messages[at] = shuffled(message, random);
          break;
        default:
          messages[at] = mutateFields(message, random);
      }
    }
    return messages;
  }
}

function shuffled(message: Uint8Array, random: Random): Uint8Array {
  const frames: Frame[] = framesOf(message);
  const from = random.int(frames.length + 1);
  frames.splice(random.int(frames.length + 1), 0, ...frames.splice(from, 1 + random.int(3)));
  return messageOf(frames) ?? message;
}

function peerRole(target: Target): "client" | "server" {
  return target === "client" ? "server" : "client";
}

function readVectors(folder: URL): Uint8Array[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => {
      const file = JSON.parse(readFileSync(new URL(name, folder), "utf8")) as {
        vectors?: { hex?: string }[];
      };
      return (file.vectors ?? []).flatMap(({ hex }) => (hex === undefined ? [] : [bytesOf(hex)]));
    });
}

const RECORDINGS = 60;
const SERVICE_EVERY = 40;
