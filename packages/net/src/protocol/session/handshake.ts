// HELLO: what this side says of itself, and what it makes of the other's.

import { type HelloFrame, MAJOR, MINOR } from "../frame/hello.js";
import { infeasibility, type Settings } from "../limits.js";
import { violation } from "../protocol-error.js";
import type { Role } from "../stream/stream-id.js";
import type { Peer } from "./session-api.js";

/** The HELLO of a side with these settings. */
export function helloOf(role: Role, settings: Settings, codecs: readonly string[]): HelloFrame {
  const { messageBytes, itemBytes, itemOverhead, shareBytes, metadataBytes, peerStreams } = settings;
  return {
    kind: "hello",
    server: role === "server",
    major: MAJOR,
    minor: MINOR,
    sizes: { messageBytes, itemBytes, itemOverhead, shareBytes, metadataBytes, peerStreams },
    codecs,
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
  return { major: frame.major, minor: Math.min(frame.minor, MINOR), codecs: frame.codecs, ...frame.sizes };
}
