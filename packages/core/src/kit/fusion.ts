// Whether runs of per-item stages are collapsed. Always, except in tests: fusion must never be visible except
// in time, so the conformance kit and the property tests run everything both ways.

let enabled = true;

/**
 * Turns the collapsing of per-item stages on or off for what is subscribed from now on. For tests.
 *
 * @example
 * ```ts
 * import { setFusion } from "@sluice/core/kit";
 * setFusion(false);
 * setFusion(true);
 * ```
 */
export function setFusion(on: boolean): void {
  enabled = on;
}

/** Read once for each subscription. */
export function isFusionOn(): boolean {
  return enabled;
}
