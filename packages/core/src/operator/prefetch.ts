import { checkCapacity } from "../buffer/ring.js";
import type { FlowAbout } from "../flow/about.js";
import { Flow, type Operator, requireFlow } from "../flow/flow.js";
import { AutoPrefetch } from "../kit/auto-prefetch.js";
import { FusedRun } from "../kit/fused-run.js";
import { Prefetch } from "../kit/prefetch-subscriber.js";
import { requireFunction } from "../kit/require-function.js";
import type { StageLink } from "../kit/stage.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { WeighedPrefetch } from "../kit/weighed-prefetch.js";
import { describe } from "../spec/describe.js";

/** What `prefetch` takes to find its size by itself. */
export interface AutoPrefetchOptions {
  readonly auto: true;
  /** The most items asked for ahead, an integer >= 1; default 1024. */
  readonly max?: number | undefined;
}

/** What `prefetch` takes to bound what it holds by weight as well. */
export interface WeighedPrefetchOptions<T> {
  /** The most items asked for ahead, an integer >= 1; default 256. */
  readonly items?: number | undefined;
  /** The most that they may weigh together, an integer >= 1: bytes, unless `weigh` counts something else. */
  readonly bytes: number;
  /**
   * What an item weighs, a finite number >= 0; called once for each, what it throws ends the stream. Default: its
   * `byteLength`, as a Uint8Array and an ArrayBuffer have one.
   */
  readonly weigh?: ((item: T) => number) | undefined;
}

/**
 * An asynchronous boundary: asks upstream ahead of demand, and sends on in a later turn.
 *
 * What arrives in one turn crosses together, with one wake-up (a microtask), never with a promise an item.
 *
 * With `"auto"` the size begins at 16, doubles when downstream had to wait between two requests, and is halved when
 * it has not had to for a while.
 *
 * With `bytes` nobody knows what an item weighs before it is there. So the first is asked for alone, and then as many
 * as fit if each weighed as much as the heaviest so far, twice as many each time: `size` = `bytes` / heaviest, from 1
 * to `items`. Held and on their way are never more than `size` items, and so never more than `bytes`, with two
 * exceptions: one item that is heavier than `bytes` passes alone; and when one comes that is heavier than all before
 * it, up to `size` items, by the `size` of before it, may be under way, each as heavy: `size` x its weight.
 *
 * *Demand:* `size` at once, whatever is requested below; then as many again whenever three quarters have been
 * sent on. *Buffers:* at most `size` items; with `"auto"` at most `max`; with `bytes` at most `items`, and their
 * weight. *Errors:* passed on after the items that came before; what `weigh` throws at once. *Cancel:* passed on;
 * drops what is held.
 *
 * @param size items asked for ahead, an integer >= 1; default 256; or `"auto"`, or `{ auto: true, max }`, or
 * `{ bytes, items, weigh }`
 *
 * @example
 * ```ts
 * import { prefetch, range } from "@sluice/core";
 * console.log(await range(1, 3).pipe(prefetch(2)).toArray()); // prints [ 1, 2, 3 ]
 * console.log(await range(1, 3).pipe(prefetch("auto")).toArray()); // prints [ 1, 2, 3 ]
 * ```
 *
 * @example
 * By weight: at most 256 items, and at most 1 MiB of them.
 *
 * ```ts
 * import { map, prefetch, range } from "@sluice/core";
 * const chunks = range(1, 3).pipe(map((n) => new Uint8Array(n * 1000)), prefetch({ bytes: 1024 * 1024 }));
 * console.log(await chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0)); // prints 6000
 * ```
 */
export function prefetch<T>(
  size: WeighedPrefetchOptions<T> & { readonly weigh: (item: T) => number },
): Operator<T, T>;
export function prefetch<T extends { readonly byteLength: number }>(
  size: WeighedPrefetchOptions<T>,
): Operator<T, T>;
export function prefetch<T>(size?: number | "auto" | AutoPrefetchOptions): Operator<T, T>;
export function prefetch<T>(size: PrefetchOptions<T> = 256): Operator<T, T> {
  const settings = settingsOf(size);
  return (upstream) => new PrefetchFlow<T>(requireFlow(upstream, "prefetch"), settings);
}

type PrefetchOptions<T> = number | "auto" | AutoPrefetchOptions | WeighedPrefetchOptions<T>;

/** With `auto`, or `bytes`, the size is the most that it may become. */
interface PrefetchSettings {
  readonly size: number;
  readonly auto: boolean;
  /** Both, or neither. */
  readonly bytes?: number;
  readonly weigh?: (item: never) => number;
}

function settingsOf(size: PrefetchOptions<never>): PrefetchSettings {
  if (typeof size === "number") return { size: checkCapacity("prefetch", size, 1), auto: false };
  const given: Partial<AutoPrefetchOptions & WeighedPrefetchOptions<never>> =
    size === "auto" ? { auto: true } : (size ?? {});
  const { auto, max = MOST, bytes, items = 256, weigh = byteLengthOf } = given;
  if (auto === true) return { size: checkCapacity("prefetch", max, 1), auto };
  if (bytes !== undefined) {
    requireFunction("weigh", weigh);
    checkCapacity("prefetch", bytes, 1, "bytes");
    return { size: checkCapacity("prefetch", items, 1, "items"), auto: false, bytes, weigh };
  }
  throw new RangeError(
    `Cannot prefetch ${describe(size)}: give an integer >= 1, "auto", { auto: true, max } or { bytes }`,
  );
}

/** `undefined` for what is no bytes: it is refused as a weight. */
function byteLengthOf(item: { readonly byteLength: number } | undefined): number {
  return item?.byteLength as number;
}

/** Takes the per-item stages that follow into the loop that sends what is held, as synchronous sources do. */
class PrefetchFlow<T> extends Flow<T> {
  readonly about: FlowAbout;
  readonly upstreams: readonly Flow<unknown>[];
  private readonly upstream: Flow<unknown>;
  private readonly settings: PrefetchSettings;

  constructor(upstream: Flow<unknown>, settings: PrefetchSettings) {
    super();
    this.about = { name: "prefetch", settings };
    this.upstreams = [upstream];
    this.upstream = upstream;
    this.settings = settings;
  }

  override connectRun(stages: StageLink | undefined, downstream: StageSubscriber<unknown>): void {
    const { size, auto, bytes, weigh } = this.settings;
    const run = new FusedRun(stages);
    this.upstream.connect(
      weigh !== undefined
        ? new WeighedPrefetch(size, bytes as number, weigh, run, downstream)
        : new (auto ? AutoPrefetch : Prefetch)(size, run, downstream),
    );
  }
}

/** Default of `max`: holds a millisecond of a stream of a million items a second. */
const MOST = 1024;
