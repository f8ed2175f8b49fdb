// A2: all of it synchronous, so that nothing but the crossings is added to what RxJS does.
import { createRequire } from "node:module";
import * as core from "@sluice/core";
import { policy, toFlow, toObservable, viaFlow } from "@sluice/rxjs";
import { add, increment, isEven } from "../../local/work.mjs";

// The copy that the adapter itself stands on: it is a dependency of its package, not of this one.
const load = createRequire(new URL("../../../packages/rxjs/package.json", import.meta.url));
const { filter, lastValueFrom, map, range, reduce } = load("rxjs");

/** Nothing overflows here: downstream takes each item at once. It would fail, and the sum be wrong, if it did. */
const room = policy.buffer(1_000, "error");

export const plain = (items) =>
  lastValueFrom(range(0, items).pipe(map(increment), filter(isEven), reduce(add, 0)));

export const roundTrip = (items) =>
  lastValueFrom(
    toObservable(toFlow(range(0, items).pipe(map(increment)), room)).pipe(filter(isEven), reduce(add, 0)),
  );

export const viaFlowInside = (items) =>
  lastValueFrom(range(0, items).pipe(map(increment), viaFlow(room), filter(isEven), reduce(add, 0)));

/** The stages between the crossings are ours. */
export const stagesInside = (items) =>
  lastValueFrom(
    range(0, items).pipe(viaFlow(room, core.map(increment), core.filter(isEven)), reduce(add, 0)),
  );
