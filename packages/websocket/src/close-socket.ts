// How this side closes, and which codes of the other side say that all is well.

import { dropError } from "@sluice/core/kit";
import type { SocketLike } from "./socket-like.js";

/** RFC 6455 §7.4.1: normal, and no code at all, which is what a bare `close()` comes to. */
export const CLEAN_CODES: readonly number[] = [1000, 1005];

/** Closes a socket, well or because something failed. */
export function closeSocket(socket: SocketLike, how: "well" | "failed"): void {
  try {
    if (how === "well") socket.close(1000);
    else closeFailed(socket);
  } catch (thrown) {
    dropError(thrown);
  }
}

/** 1011, internal error. Of a page the platform takes 1000 and 3000 to 4999 only, and throws otherwise. */
function closeFailed(socket: SocketLike): void {
  try {
    socket.close(1011);
  } catch {
    socket.close(4011);
  }
}
