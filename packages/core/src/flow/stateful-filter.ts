// Flows of filters that remember something: each subscription is given a test of its own.

import { FusedRun } from "../kit/fused-run.js";
import { FusedStage } from "../kit/fused-stage.js";
import { FILTER, type Stage, type StageFunction } from "../kit/stage.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { flowOf } from "./connected-flow.js";
import type { Flow } from "./flow.js";

/**
 * Makes a flow of the items for which a test answers true; `makeTest` is called once for each subscription.
 *
 * @param name of the operator, for messages and plans
 */
export function flowOfFilter<T>(
  upstream: Flow<T>,
  name: string,
  makeTest: () => (item: T) => unknown,
  settings?: object,
): Flow<T> {
  const connect = (downstream: StageSubscriber<unknown>): StageSubscriber<unknown> => {
    const stage: Stage = { kind: FILTER, name, fn: makeTest() as StageFunction, state: undefined };
    return new FusedStage(new FusedRun({ stage, state: undefined, next: undefined }), downstream);
  };
  return flowOf<unknown, unknown>(upstream, connect, { name, settings }) as Flow<T>;
}
