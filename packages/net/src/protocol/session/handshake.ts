// HELLO: what this side says of itself, and what it makes of the other's.

import { type HelloFrame, MAJOR, MINOR } from "../frame/hello.js";
import { utf8Length } from "../byte/utf8.js";
import {
  CODEC_NAME_BYTES,
  CODEC_NAMES,
  infeasibility,
  LARGEST_TOKEN,
  type Settings,
  SMALLEST_TOKEN,
} from "../limits.js";
import { violation } from "../protocol-error.js";
import type { Role } from "../stream/stream-id.js";
import type { Peer } from "./session-api.js";

/** What a HELLO has besides settings and codecs: the server's token and epoch, the client's authentication. */
export interface HelloExtras {
  readonly token?: Uint8Array;
  readonly epoch?: number;
  readonly auth?: Uint8Array;
}

/** The HELLO of a side with these settings. */
export function helloOf(
  role: Role,
  settings: Settings,
  codecs: readonly string[],
  { token = NOTHING, epoch = 0, auth = NOTHING }: HelloExtras = {},
): HelloFrame {
  const { ownStreams: _, ...sizes } = settings;
  return {
    kind: "hello",
    server: role === "server",
    major: MAJOR,
    minor: MINOR,
    sizes,
    codecs,
    features: 0,
    token,
    epoch,
    auth,
  };
}

/**
 * What the two sides agree on. The major version is equal by now (decodeHello); the lower minor one counts.
 * Sizes bind their receiver one-sidedly, so there is nothing to negotiate, but they must be able to work.
 */
export function peerOf(frame: HelloFrame, role: Role): Peer {
  if (frame.server === (role === "server")) {
    throw violation(
      "SETTINGS_REFUSED",
      `Cannot talk to another ${role}: one side connects and one accepts; correct the role of one`,
      "§2.2",
    );
  }
  const infeasible = infeasibility(frame.sizes);
  if (infeasible !== undefined) {
    throw violation("SETTINGS_REFUSED", `Cannot work with the peer's settings: ${infeasible}`, "§2.3");
  }
  const { major, minor, codecs, token, auth, sizes } = frame;
  return { major, minor: Math.min(minor, MINOR), codecs, token, auth, ...sizes };
}

/** Throws a RangeError for a token that is guessed or does not fit. */
export function checkedToken(token: Uint8Array): Uint8Array {
  const { length } = token;
  if (length < SMALLEST_TOKEN || length > LARGEST_TOKEN) {
    throw new RangeError(
      `Cannot use a token of ${length} bytes: ${SMALLEST_TOKEN} to ${LARGEST_TOKEN} random ones are needed`,
    );
  }
  return token;
}

/** Throws a RangeError for names that HELLO cannot list. */
export function checkedCodecs(codecs: readonly string[]): readonly string[] {
  if (codecs.length === 0 || codecs.length > CODEC_NAMES || new Set(codecs).size !== codecs.length) {
    throw new RangeError(`Cannot offer ${codecs.length} codecs: give 1 to ${CODEC_NAMES} different names`);
  }
  for (const codec of codecs) {
    const length = utf8Length(codec);
    if (length === 0 || length > CODEC_NAME_BYTES) {
      throw new RangeError(
        `Cannot offer a codec name of ${length} bytes: 1 to ${CODEC_NAME_BYTES} are allowed`,
      );
    }
  }
  return [...codecs];
}

const NOTHING = new Uint8Array(0);
