// How much a pipeline can hold, told before it runs: the sum of what its parts promise.

import { aboutOf } from "../flow/about-of.js";
import { type Flow, requireFlow } from "../flow/flow.js";
import type { Contract } from "../spec/contract.js";
import { contracts } from "./contracts.js";

/** One part of a pipeline. */
export interface PlanPart {
  /** The function that made it; `undefined` where its author did not say. */
  readonly name: string | undefined;
  /** The most items that it holds; `Infinity` where nothing bounds them, or nothing is known. */
  readonly atMost: number;
  /** The bound in words, such as "`concurrency` calls under way and results that wait". */
  readonly says: string;
}

/** What a pipeline holds at most. */
export interface PlanBound {
  /** The sum over all parts, in items. */
  readonly atMost: number;
  /** From the sources down to the last operator. */
  readonly parts: readonly PlanPart[];
}

/**
 * Says how many items a pipeline can hold at most in one subscription, before anything runs.
 *
 * Counted are the flow and everything above it that is known when it is made: not what an operator's function makes
 * later, such as the sources inside `mergeMap`, beyond the items that the operator prefetches of them, and not the end
 * of the pipeline, which holds its own prefetch. An operator whose author made no contract counts as `Infinity`.
 *
 * @example
 * ```ts
 * import { map, mapAsync, prefetch, range } from "@sluice/core";
 * import { planBound } from "@sluice/core/contracts";
 * const load = async (id: number) => `user ${id}`;
 * const flow = range(1, 1e6).pipe(map((n) => n * 2), prefetch(64), mapAsync(load, { concurrency: 8 }));
 * console.log(planBound(flow).atMost); // prints 72
 * ```
 */
export function planBound(flow: Flow<unknown>): PlanBound {
  const parts: PlanPart[] = [];
  // A list of what is left and no recursion: a pipe may be longer than the stack is deep.
  const left = [requireFlow(flow, "planBound")];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const about = aboutOf(next);
    parts.push(part(about?.name, about?.settings));
    // A flow that is read twice is subscribed twice, and holds twice.
    for (const upstream of about?.upstreams ?? []) left.push(upstream);
    if (parts.length === MOST_PARTS && left.length > 0) {
      parts.push({
        name: undefined,
        atMost: Number.POSITIVE_INFINITY,
        says: `more than ${MOST_PARTS} parts`,
      });
      break;
    }
  }
  return { atMost: parts.reduce((sum, { atMost }) => sum + atMost, 0), parts: parts.reverse() };
}

function part(name: string | undefined, settings: object | undefined): PlanPart {
  const contract = name === undefined ? undefined : (contracts.get(name) as Contract<object> | undefined);
  if (contract === undefined) return { name, atMost: Number.POSITIVE_INFINITY, says: "no contract is known" };
  const atMost = contract.holds.atMost(settings ?? {});
  // A name that is ours, and not our settings: no number comes of them.
  if (!(atMost >= 0)) return { name, atMost: Number.POSITIVE_INFINITY, says: "its settings are not known" };
  return { name, atMost, says: contract.holds.says };
}

/** More parts than anybody pipes by hand. */
const MOST_PARTS = 100_000;
