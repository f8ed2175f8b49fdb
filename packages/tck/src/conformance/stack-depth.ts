// How deep the stack is. A recursion shows after a thousand items as surely as after ten million, so no time and no
// overflow decides.

/** What V8 lets a program do with the frames of an error; other engines ignore it. */
interface V8Error {
  stackTraceLimit?: number;
  prepareStackTrace?: unknown;
}

/** The number of frames on the stack, or nothing where the host does not tell (V8 does). */
export function stackDepth(): number | undefined {
  const host = Error as V8Error;
  const { stackTraceLimit, prepareStackTrace } = host;
  if (stackTraceLimit === undefined) return undefined;
  host.stackTraceLimit = Number.POSITIVE_INFINITY;
  host.prepareStackTrace = (_: Error, frames: readonly unknown[]) => frames.length;
  try {
    const depth: unknown = new Error("for its frames").stack;
    return typeof depth === "number" ? depth : undefined;
  } finally {
    host.stackTraceLimit = stackTraceLimit;
    if (prepareStackTrace === undefined) delete host.prepareStackTrace;
    else host.prepareStackTrace = prepareStackTrace;
  }
}

/** Compares how deep the stack is at the first items of a stream and at later ones. */
export class DepthGauge {
  /** The deepest at an early item and at a late one, in frames. */
  early = 0;
  late = 0;

  /** To be told from within each `onNext`, with the number of items so far. */
  note(count: number): void {
    const early = count <= EARLY;
    if (count % (count <= EARLY * 2 ? STEP : RARE_STEP) !== 0) return;
    const depth = stackDepth() ?? 0;
    if (early && depth > this.early) this.early = depth;
    if (!early && depth > this.late) this.late = depth;
  }

  /** Whether the stack was deeper at late items than where a bound would have shown. */
  get grows(): boolean {
    return this.late > this.early + TOLERANCE;
  }
}

/** As many items of each kind are looked at; a recursion may have any bound below this. */
export const EARLY = 150;
/** A prime: the depth may go up and down with a period. */
const STEP = 5;
const RARE_STEP = 65_537;
/** Frames: what a step of 5 items may miss of a recursion that has its bound. */
const TOLERANCE = 64;
