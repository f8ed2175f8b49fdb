// HELLO: what this side says of itself, and what it makes of the other's.

import { type HelloFrame, MAJOR, MINOR } from "../frame/hello.js";
import { infeasibility, type Settings } from "../limits.js";
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

const NOTHING = new Uint8Array(0);
