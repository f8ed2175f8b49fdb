// What those who wait for a place are told: how many may, for how long, in what order.

import { type Clock, type Rejected, systemClock } from "@sluice/core";
import { checkClock, checkMilliseconds } from "@sluice/core/kit";
import { checkMaxWaiting } from "../gate/check-gate.js";
import { checkDiscipline, type Discipline } from "../gate/discipline.js";
import type { GateSettings } from "../gate/policy-gate.js";

/** What those who wait for a place are told. */
export interface WaitingOptions {
  /** Those who may wait in `acquire` at once. Default 1,000. */
  readonly maxWaiting?: number;
  /** Nobody waits for longer, in ms >= 1. Default: for as long as it takes. */
  readonly maxWaitMs?: number | undefined;
  /** In what order they are served, and who is refused when the line stands. Default `"fifo"`. */
  readonly discipline?: "fifo" | "lifo" | Discipline;
  /** Tells how long they wait. Default: `systemClock`. */
  readonly clock?: Clock;
}

/** The settings of a gate whose line was told this. */
export interface WaitingSettings extends GateSettings {
  readonly discipline: Discipline;
  /** What all hear that are refused. */
  readonly full: Rejected;
}

/** Fills in the defaults. */
export function checkWaiting(place: string, name: string, options: WaitingOptions): WaitingSettings {
  const { maxWaiting = 1000, maxWaitMs, discipline = "fifo", clock = systemClock } = options;
  return {
    name,
    full: Object.freeze({
      granted: false,
      reason: `${name} is full`,
      retryAfterMs: undefined,
      cause: "concurrency",
    } as const),
    maxWaiting: checkMaxWaiting(place, maxWaiting),
    maxWaitMs:
      maxWaitMs === undefined ? undefined : checkMilliseconds(`a ${place} a maxWaitMs of`, maxWaitMs, 1),
    discipline: checkDiscipline(place, discipline),
    clock: checkClock(place, clock),
  };
}
