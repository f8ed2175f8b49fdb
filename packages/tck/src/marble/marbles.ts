// A test drawn as marbles: lines for the sources, and a line for what comes out, with requests and cancels on them.

import type { Publisher, Subscription } from "@sluice/core";
import { sameItem } from "../conformance/same-item.js";
import { until } from "../settle.js";
import { VirtualClock } from "../virtual-clock.js";
import { MarblePublisher } from "./marble-publisher.js";
import { type MarbleValues, Recorder } from "./recorder.js";
import { drawMarbles, type Frame, parseMarbles } from "./tokens.js";

/**
 * Draws a test in virtual time: a frame is a millisecond of `clock`.
 *
 * On the line of a source, items `a`, the end `|` or `#` are sent at their frame, or as soon after as they are asked
 * for; requests `+2` and a cancel `!` are what is expected of whoever subscribes to it (a line that draws neither
 * expects nothing). On the line of what comes out it is the other way about: `+2`, `+*` (unbounded) and `!` are done,
 * items and ends expected. `-` is a frame, `10ms` ten of them, `(+1 a)` one frame together.
 *
 * Between frames all promises that are settled call back, so asynchronous work of the pipeline has its frame too.
 * Marbles are played once: their clock does not go back.
 *
 * *Errors:* `source` and `expect` throw a `SyntaxError` that shows the place in a line which cannot be read; `expect`
 * rejects when lines differ, with the lines as wanted and as seen. `#` is `error`.
 *
 * @example
 * ```ts
 * import { fromPublisher, map } from "@sluice/core";
 * import { Marbles } from "@sluice/tck";
 * const marbles = new Marbles();
 * const source = marbles.source<number>("(+1 a)-(+1 b)|", { a: 1, b: 2 });
 * const flow = fromPublisher(source).pipe(map((n) => n * 10));
 * await marbles.expect(flow, "(+1 x)-(+1 y)|", { x: 10, y: 20 });
 * console.log("as drawn"); // prints as drawn
 * ```
 */
export class Marbles {
  /** To be given to operators of time. */
  readonly clock: VirtualClock = new VirtualClock();
  /** What `#` stands for. */
  readonly error: unknown;
  private readonly sources: MarblePublisher<unknown>[] = [];
  private isPlayed = false;

  /** @param error what `#` stands for on all lines; default: an `Error` that says so */
  constructor(error: unknown = new Error("the # of the marbles")) {
    this.error = error;
  }

  /** A source that follows `line`; `values` gives what marks stand for, by default themselves. */
  source<T = string>(line: string, values: MarbleValues = {}): Publisher<T> {
    const recorder = new Recorder(() => this.clock.now(), values, sameItem);
    const source = new MarblePublisher<T>(parseMarbles(line), values, this.error, recorder);
    this.sources.push(source as MarblePublisher<unknown>);
    return source;
  }

  /** Subscribes at frame 0, plays all lines, and rejects if they are not as drawn. */
  async expect(publisher: Publisher<unknown>, line: string, values: MarbleValues = {}): Promise<void> {
    if (this.isPlayed) throw new Error("Cannot play marbles twice, their time is over: make other Marbles");
    const seen = new Recorder(() => this.clock.now(), values, sameItem);
    const wanted = seen.read(parseMarbles(line));
    this.isPlayed = true;
    const lines = [wanted, ...this.sources.map((source) => source.wanted)];
    const frames = new Set([0, ...lines.flat().map(({ at }) => at)]);
    const subscription = this.subscribe(publisher, seen);
    try {
      await until(() => subscription.current !== undefined, "onSubscribe");
      for (const at of [...frames].sort((a, b) => a - b)) {
        await this.clock.advanceSettled(at - this.clock.now());
        play(wanted, at, subscription, seen);
        for (const source of this.sources) {
          for (const frame of source.wanted) if (frame.at === at) source.play(frame);
        }
      }
      await this.clock.advanceSettled(0);
      this.compare(wanted, seen);
    } finally {
      subscription.current?.cancel();
    }
  }

  private subscribe(publisher: Publisher<unknown>, seen: Recorder): { current: Subscription | undefined } {
    const subscription: { current: Subscription | undefined } = { current: undefined };
    publisher.subscribe({
      onSubscribe: (given) => {
        subscription.current = given;
      },
      onNext: (item) => seen.noteItem(item),
      onError: (error) => seen.noteError(error, this.error),
      onComplete: () => seen.note({ kind: "complete" }),
    });
    return subscription;
  }

  private compare(wanted: readonly Frame[], seen: Recorder): void {
    const pairs = [
      ["what comes out", drawMarbles(wanted), drawMarbles(seen.frames)],
      ...this.sources.map((source, index) => {
        const asked = onlyAsked(source.wanted);
        const isDrawn = asked.length > 0;
        return [
          `source ${index + 1}`,
          drawMarbles(isDrawn ? asked : []),
          drawMarbles(isDrawn ? onlyAsked(source.seen.frames) : []),
        ];
      }),
    ];
    if (pairs.every(([, line, drawn]) => line === drawn)) return;
    const text = pairs.map(([name, line, drawn]) => `  ${name}\n    wanted  ${line}\n    seen    ${drawn}`);
    const legend = seen.unknown.map((item) => `\n  ? is ${String(item)}, which no mark stands for`);
    throw new Error(`The marbles are not as drawn\n${text.join("\n")}${legend.join("")}`);
  }
}

function play(
  wanted: readonly Frame[],
  at: number,
  subscription: { readonly current: Subscription | undefined },
  seen: Recorder,
): void {
  for (const frame of wanted) {
    if (frame.at !== at) continue;
    for (const token of frame.tokens) {
      if (token.kind !== "request" && token.kind !== "cancel") continue;
      seen.note(token);
      if (token.kind === "request") subscription.current?.request(token.n);
      else subscription.current?.cancel();
    }
  }
}

/** The requests and cancels of a line. */
function onlyAsked(frames: readonly Frame[]): Frame[] {
  return frames
    .map(({ at, tokens }) => ({
      at,
      tokens: tokens.filter(({ kind }) => kind === "request" || kind === "cancel"),
    }))
    .filter(({ tokens }) => tokens.length > 0);
}
