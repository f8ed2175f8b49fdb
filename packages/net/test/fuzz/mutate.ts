// Bytes that are nearly right: what a bug in another implementation, or somebody with a hex editor, would send.

import { Writer } from "../../src/protocol/byte/writer.js";
import { readMessage } from "../../src/protocol/frame/batch.js";
import { encodeFrame } from "../../src/protocol/frame/codec.js";
import type { Frame } from "../../src/protocol/frame/frame.js";
import type { Random } from "./random.js";

/** Changes a few bytes of one message: flipped, set, cut out, put in, cut off, or doubled. */
export function mutateBytes(message: Uint8Array, random: Random): Uint8Array {
  let bytes = Array.from(message.subarray(0, 1024));
  for (let i = 1 + random.int(3); i > 0; i -= 1) {
    const at = random.int(bytes.length + 1);
    switch (random.int(6)) {
      case 0:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random.int(8));
        break;
      case 1:
        bytes[at] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.int(256)]);
        break;
      case 2:
        bytes.splice(at, 1 + random.int(4));
        break;
      case 3:
        bytes.splice(at, 0, ...random.bytes(1 + random.int(4)));
        break;
      case 4:
        bytes = bytes.slice(0, at);
        break;
      default:
        bytes = bytes.concat(bytes.slice(at));
    }
  }
  return Uint8Array.from(bytes, (byte) => byte ?? 0);
}

/** Changes one field of one frame of a message, and writes it again: well-formed mostly, and wrong in what it says. */
export function mutateFields(message: Uint8Array, random: Random): Uint8Array {
  const frames = framesOf(message);
  if (frames.length === 0) return mutateBytes(message, random);
  const at = random.int(frames.length);
  const frame = { ...(frames[at] as Frame) } as Record<string, unknown> & { kind: string };
  const numbers = Object.keys(frame).filter((name) => typeof frame[name] === "number");
  const flags = Object.keys(frame).filter((name) => typeof frame[name] === "boolean");
  if (numbers.length > 0 && !(flags.length > 0 && random.once(5))) {
    const name = random.pick(numbers);
    const value = frame[name] as number;
    // The hex of the urgency and of versions is not any number; what the writer refuses is mutated as bytes.
    frame[name] = random.once(2) ? random.number() : Math.max(0, value + random.int(5) - 2);
  } else if (flags.length > 0) {
    const name = random.pick(flags);
    frame[name] = frame[name] !== true;
  }
  switch (random.int(5)) {
    case 0:
      frames.splice(at, 1);
      break;
    case 1:
      frames.splice(at, 0, frame as unknown as Frame);
      break;
    default:
      frames[at] = frame as unknown as Frame;
  }
  return messageOf(frames) ?? mutateBytes(message, random);
}

/** The frames of a message as far as it can be read. */
export function framesOf(message: Uint8Array): Frame[] {
  const frames: Frame[] = [];
  try {
    readMessage(message, (frame) => {
      frames.push(frame);
      return "more";
    });
  } catch {
    // What could be read is enough.
  }
  return frames;
}

/** Frames as one message; undefined when there is none, or one has a field that no writer takes. */
export function messageOf(frames: readonly Frame[]): Uint8Array | undefined {
  const writer = new Writer();
  try {
    for (const frame of frames) encodeFrame(writer, frame);
  } catch {
    return undefined;
  }
  return writer.length === 0 ? undefined : writer.take();
}
