// Signals made of signals: the worst of several, their weighted mean, and one without its short peaks.

import { type Clock, systemClock } from "@sluice/core";
import { checkClock, checkMilliseconds, describe } from "@sluice/core/kit";
import { checkAmount } from "../gate/check-gate.js";
import { checkLoad } from "./load-reading.js";
import type { LoadSignal } from "./load-signal.js";

/** A signal, and how much it counts. */
export interface WeightedSignal {
  readonly signal: LoadSignal;
  /** A number > 0; only the weights of one mean among each other count. */
  readonly weight: number;
}

/**
 * The weighted mean of signals, as one: for those of which none alone is too much. A shedder takes the worst of those
 * that it is given.
 *
 * @example
 * ```ts
 * import { lag, queueDepth, weighted } from "@sluice/gates";
 * const signal = weighted([
 *   { signal: queueDepth(() => 8, 10), weight: 3 },
 *   { signal: lag(() => 0, 1000), weight: 1 },
 * ]);
 * console.log(signal.read().toFixed(2)); // prints 0.60
 * ```
 */
export function weighted(parts: readonly WeightedSignal[], name = "the weighted load"): LoadSignal {
  let sum = 0;
  for (const { signal, weight } of checkSignals("weighted", parts, ({ signal }) => signal)) {
    sum += checkAmount(`weighted signal with a weight of ${signal.name}`, weight, {
      least: 0,
      most: Number.MAX_VALUE,
      above: true,
    });
  }
  return {
    name,
    read() {
      let load = 0;
      for (const { signal, weight } of parts) load += checkLoad(signal.name, signal.read()) * (weight / sum);
      return load;
    },
  };
}

/**
 * A signal without its short peaks: what it said counts half as much after each `halfLifeMs`, as the load average of
 * the SRE book (ch. 21) decays. Each reading holds from the one before to itself.
 *
 * @example
 * ```ts
 * import { queueDepth, smoothed } from "@sluice/gates";
 * import { VirtualClock } from "@sluice/tck";
 * const clock = new VirtualClock();
 * let length = 0;
 * const signal = smoothed(queueDepth(() => length, 10), { halfLifeMs: 100, clock });
 * console.log(signal.read()); // prints 0
 * length = 10;
 * clock.advance(100);
 * console.log(signal.read()); // prints 0.5
 * ```
 */
export function smoothed(
  signal: LoadSignal,
  options: { readonly halfLifeMs: number; readonly clock?: Clock | undefined },
): LoadSignal {
  checkSignals("smoothed", [signal], (given) => given);
  const halfLifeMs = checkMilliseconds("smoothed the halfLifeMs", options?.halfLifeMs, 1);
  const clock = checkClock("smoothed", options.clock ?? systemClock);
  let at: number | undefined;
  let mean = 0;
  return {
    name: signal.name,
    read() {
      const load = checkLoad(signal.name, signal.read());
      const now = clock.now();
      // A clock that went back tells of no time that has passed.
      const kept = at === undefined ? 0 : 0.5 ** (Math.max(0, now - at) / halfLifeMs);
      mean = mean * kept + load * (1 - kept);
      at = now;
      return mean;
    },
  };
}

/** Returns `given` if there is at least one, and each has a signal. */
export function checkSignals<T>(
  place: string,
  given: readonly T[],
  signalOf: (one: T) => LoadSignal,
): readonly T[] {
  if (!Array.isArray(given) || given.length === 0) {
    throw new TypeError(
      `Cannot give ${place} the signals ${describe(given)}: it takes an array of at least one`,
    );
  }
  for (const one of given) {
    const signal = Object(one) === one ? signalOf(one) : undefined;
    if (typeof signal?.read === "function" && typeof signal.name === "string") continue;
    throw new TypeError(
      `Cannot give ${place} the signal ${describe(signal ?? one)}: it must have a name and read()`,
    );
  }
  return given;
}
