// Whether runs of per-item stages are collapsed. Always, except in tests: fusion must never be visible except in
// time, so the conformance kit and the property tests run everything both ways (kit/unfused.ts).

import type { Stage } from "./stage.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/** Connects stages one by one in front of `downstream`; answers with the first of them. */
export type SeparateStages = (
  stages: readonly Stage[],
  downstream: StageSubscriber<unknown>,
) => StageSubscriber<unknown>;

let separate: SeparateStages | undefined;

/** Read at each subscription; `undefined` means that stages are collapsed. */
export function separateStages(): SeparateStages | undefined {
  return separate;
}

/** For kit/unfused.ts alone. */
export function setSeparateStages(how: SeparateStages | undefined): void {
  separate = how;
}
