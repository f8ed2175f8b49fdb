// Who a client says that it is: opaque bytes in its HELLO, because browsers cannot set headers (protocol.md E).

import { SluiceError } from "@sluice/core";

/** Bytes, text (sent as UTF-8), or a function that gives either, asked at each connect so that a token may be fresh. */
export type Auth = AuthValue | (() => AuthValue | PromiseLike<AuthValue>);

/** At most 4,096 bytes. */
export type AuthValue = Uint8Array | string;

/** What gives the bytes for the next connection; empty when there is nothing to say. */
export function authSource(auth: Auth | undefined): () => Uint8Array | PromiseLike<Uint8Array> {
  if (auth === undefined) return () => NOTHING;
  if (typeof auth === "function") return async () => bytesOf(await auth());
  const bytes = bytesOf(auth);
  return () => bytes;
}

function bytesOf(value: AuthValue): Uint8Array {
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(`Cannot authenticate with ${String(value)}: auth must be text or a Uint8Array`);
  }
  if (bytes.byteLength > AUTH_BYTES) {
    throw new SluiceError(
      "AUTH_TOO_LARGE",
      `Cannot authenticate with ${bytes.byteLength} bytes: at most ${AUTH_BYTES} fit; send a token instead`,
    );
  }
  return bytes;
}

/** What HELLO takes: design of the protocol, docs/protocol.md §5.1. */
const AUTH_BYTES = 4096;

const NOTHING = new Uint8Array(0);
