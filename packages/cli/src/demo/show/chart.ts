// Draws a row of values over time as bars of block characters, in as many lines as there is room for.

/** One value at one moment. */
export interface Point {
  readonly second: number;
  readonly value: number;
}

/** Where a chart's edges are. */
export interface ChartFrame {
  /** Characters. */
  readonly width: number;
  /** Lines. */
  readonly height: number;
  /** Seconds from the left edge to the right one. */
  readonly seconds: number;
  /** The value that fills the height. Two charts with one `top` can be compared by eye. */
  readonly top: number;
}

/**
 * The lines of a chart, from the top down, each `width` characters long. A column shows the last value
 * measured by then; a moment not reached yet is empty; a value above 0 is never invisible.
 */
export function chart(points: readonly Point[], { width, height, seconds, top }: ChartFrame): string[] {
  const last = points.at(-1)?.second ?? -1;
  const columns: number[] = [];
  for (let x = 0; x < width; x++) {
    const at = (x / width) * seconds;
    const point = points.findLast(({ second }) => second <= at);
    const reached = point !== undefined && at <= last;
    columns.push(reached ? eighths(point.value, top, height) : 0);
  }
  return Array.from({ length: height }, (_, line) => {
    const below = (height - 1 - line) * EIGHTHS;
    return columns.map((filled) => BLOCKS[Math.max(0, Math.min(EIGHTHS, filled - below))]).join("");
  });
}

/** A bar that fills from the left. */
export function progressBar(share: number, width: number): string {
  const full = Math.round(Math.max(0, Math.min(1, share)) * width);
  return "█".repeat(full) + "░".repeat(width - full);
}

/** Values side by side in one line, as high as they are; for a picture in a sentence. */
export function sparkline(values: readonly number[]): string {
  const lowest = Math.min(...values);
  const range = Math.max(...values) - lowest || 1;
  return values.map((value) => BLOCKS[1 + Math.round(((value - lowest) / range) * (EIGHTHS - 1))]).join("");
}

function eighths(value: number, top: number, height: number): number {
  if (top <= 0) return 1;
  return Math.max(1, Math.round((value / top) * height * EIGHTHS));
}

const BLOCKS = " ▁▂▃▄▅▆▇█";
/** Steps that a character cell can show. */
const EIGHTHS = 8;
