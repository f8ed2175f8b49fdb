// What `offload` is told, with its defaults, checked.

import { availableParallelism } from "node:os";
import { checkCapacity, checkOptions, checkSignal, describe, requireFunction } from "@sluice/core/kit";
import type { CodecName } from "@sluice/net";
import { stepService } from "./step-service.js";
import type { StepKey } from "./thread-of-key.js";
import { checkThread, type ThreadOptions } from "./thread-options.js";

/** How `offload` spreads items over threads. */
export interface OffloadOptions<T> extends ThreadOptions {
  /** The most threads, an integer >= 1; default: the processors that this process may use. */
  readonly threads?: number | undefined;
  /**
   * `true` (default): results in the order of their items; `false`: each as soon as it is there; `{ key }`: in order
   * among the items of one key, which all go to one thread, always the same one.
   */
  readonly ordered?: boolean | { readonly key: (item: T) => StepKey } | undefined;
  /** Items for each thread: at work, on their way, or waiting with their result, an integer >= 1; default 16. */
  readonly window?: number | undefined;
  /**
   * How items and results cross: `"msgpack"` (default), `"columnar"`, `"json"`, or `"raw"` for a `Uint8Array` or an
   * `ArrayBuffer`, which moves to the other thread, as far as `giveAway` can, and is empty here from then on.
   */
  readonly codec?: CodecName | undefined;
  /** Ends the stream with its reason, and the threads. */
  readonly signal?: AbortSignal | undefined;
}

/** The same with nothing left open. */
export interface OffloadSettings<T> extends ThreadOptions {
  readonly threads: number;
  readonly window: number;
  readonly codec: CodecName;
  readonly ordered: boolean | { readonly key: (item: T) => StepKey };
  readonly signal: AbortSignal | undefined;
}

/** Throws a `TypeError` or `RangeError` for what cannot be. */
export function offloadSettings<T>(options: OffloadOptions<T> | undefined): OffloadSettings<T> {
  checkOptions("offload", options);
  const { ordered = true, codec = "msgpack", signal, worker, startMs } = options ?? {};
  checkThread("offload", { worker, startMs });
  if (typeof ordered === "object" && ordered !== null) requireFunction("offload", ordered.key);
  else if (typeof ordered !== "boolean") {
    throw new TypeError(`Cannot give offload the order ${describe(ordered)}: it is true, false or { key }`);
  }
  if (!Object.hasOwn(stepService.routes, codec)) {
    const known = Object.keys(stepService.routes).join(", ");
    throw new TypeError(`Cannot give offload the codec ${describe(codec)}: there are ${known}`);
  }
  checkSignal("offload", signal);
  return {
    threads: checkCapacity("offload", options?.threads ?? availableParallelism(), 1, "threads"),
    window: checkCapacity("offload", options?.window ?? 16, 1, "window"),
    codec,
    ordered,
    signal,
    worker,
    startMs,
  };
}
