// Shows the demo live: redraws the same lines of the terminal. Drawn by log-update, which hides the cursor
// while it draws and gives it back on every exit.

import type { WriteStream } from "node:tty";
import { createLogUpdate } from "log-update";
import type { View } from "./demo-state.js";
import { paintFor } from "./paint.js";
import { screen } from "./screen.js";

/** A view that keeps one picture in place; for a terminal of at least the size that the picture needs. */
export function liveScreen(stream: WriteStream): View {
  const draw = createLogUpdate(stream);
  const paint = paintFor(stream);
  return {
    update(state) {
      const { columns, rows } = stream;
      draw(screen(state, { columns, rows }, paint));
    },
    close() {
      draw.done();
    },
  };
}

/**
 * Whether a live picture has room here. A pipe, a file or a tiny terminal gets plain lines, and so does one that
 * calls itself dumb: it cannot move its cursor up.
 */
export function canBeLive(stream: WriteStream, terminal: string | undefined = process.env["TERM"]): boolean {
  if (stream.isTTY !== true || terminal === "dumb") return false;
  return stream.columns >= LEAST_COLUMNS && stream.rows >= LEAST_ROWS;
}

const LEAST_COLUMNS = 77;
const LEAST_ROWS = 18;
