// Refuses what matters least while there is too much to do. How much that is, signals tell; who is refused at which
// load, levels say (shed-levels.ts).
//
//   request ──► read the signals, the worst decides ──► levels ──► granted, or refused with cause "overload"
//   waiting ──► the same, each `sampleMs` and at each release
//
// Signals rise by what is admitted, and some of them late. So those who wait are not let in all at once when the load
// has fallen, but one at the first look, two at the next, then four, until something is shed again.

import { type Clock, type Criticality, type Gate, type Rejected, systemClock } from "@sluice/core";
import { checkClock, checkMilliseconds, checkOptions } from "@sluice/core/kit";
import { checkAmount, checkMaxWaiting } from "../gate/check-gate.js";
import { CRITICALITIES } from "../gate/criticality-rank.js";
import { GrantedPermit } from "../gate/granted-permit.js";
import { type GateSettings, type GateSnapshot, PolicyGate } from "../gate/policy-gate.js";
import { checkSignals } from "./combined-signals.js";
import { LoadReading } from "./load-reading.js";
import type { LoadSignal } from "./load-signal.js";
import { checkLevels, type ShedLevels, SHED_AT_70_AND_90, Shedding } from "./shed-levels.js";

/** What a load shedder is told. */
export interface LoadShedderOptions {
  /** At least one; the highest load decides. `weighted` and `smoothed` make signals of signals. */
  readonly signals: readonly LoadSignal[];
  /** Who is shed at which load. Default: `SHED_AT_70_AND_90`. */
  readonly levels?: ShedLevels;
  /** How far below its level the load has to fall until one that is shed is admitted again: a share of it, 0 to 0.99. Default 0.1. */
  readonly hysteresis?: number;
  /** When whoever is refused is told to come back, in milliseconds >= 0. Default: nothing, for nobody knows when the load will fall. */
  readonly retryAfterMs?: number | undefined;
  /** How often those who wait are looked at, in milliseconds >= 1. Default 50. */
  readonly sampleMs?: number;
  /** Those who may wait in `acquire` at once. Default 1,000. */
  readonly maxWaiting?: number;
  /** Default: `systemClock`. */
  readonly clock?: Clock;
}

/** What a load shedder tells who looks at it. */
export interface LoadShedderSnapshot extends GateSnapshot {
  /** What the highest signal said last, and its name. */
  readonly load: number;
  readonly signal: string;
  /** Whom it refuses. */
  readonly shed: readonly Criticality[];
  /** Readings that were no load, and the last such error. */
  readonly faults: number;
  readonly lastFault: unknown;
}

/** A gate by load. */
export interface LoadShedder extends Gate {
  /** Those who wait in `acquire`. */
  readonly waiting: number;
  /** Whom it refuses, as of the last look. */
  readonly shed: readonly Criticality[];
  snapshot(): LoadShedderSnapshot;
}

/**
 * Grants as long as the load is below the level of a request's criticality, whatever its cost; what is more critical is
 * shed later and admitted again earlier. Its signals are read at each request.
 *
 * *Buffers:* those who wait, at most `maxWaiting`, the most critical first. *Errors:* a `RangeError` or `TypeError` for
 * options that cannot work; a signal that throws, or says no load, is left out and counted, and without any signal all
 * are admitted. *Cancel:* a signal ends the waiting, and nothing is held.
 *
 * @example
 * ```ts
 * import { loadShedder, queueDepth } from "@sluice/gates";
 * let waiting = 0;
 * const gate = loadShedder({ signals: [queueDepth(() => waiting, 100, "the queue of orders")] });
 * waiting = 75;
 * const answer = gate.tryAcquire(1, { criticality: "sheddable" });
 * if (!answer.granted) console.log(answer.reason); // prints the load shedder refuses what is sheddable: the queue of orders is at 75 %
 * console.log(gate.tryAcquire(1, { criticality: "critical" }).granted); // prints true
 * waiting = 60;
 * console.log(gate.tryAcquire(1, { criticality: "sheddable" }).granted); // prints true
 * ```
 */
export function loadShedder(options: LoadShedderOptions): LoadShedder {
  checkOptions(PLACE, options);
  const {
    signals,
    levels = SHED_AT_70_AND_90,
    hysteresis = 0.1,
    retryAfterMs,
    sampleMs = 50,
  } = options ?? {};
  checkOptions(`the levels of ${PLACE}`, levels);
  checkAmount(`${NAME} with a hysteresis`, hysteresis, { least: 0, most: 0.99 });
  return new SheddingGate({
    name: `the ${NAME}`,
    reading: new LoadReading(checkSignals(PLACE, signals, (signal) => signal)),
    shedding: new Shedding(checkLevels(PLACE, levels, hysteresis)),
    retryAfterMs:
      retryAfterMs === undefined
        ? undefined
        : checkMilliseconds(`${PLACE} a retryAfterMs of`, retryAfterMs, 0),
    sampleMs: checkMilliseconds(`${PLACE} a sampleMs of`, sampleMs, 1),
    maxWaiting: checkMaxWaiting(NAME, options.maxWaiting ?? 1000),
    clock: checkClock(PLACE, options.clock ?? systemClock),
  });
}

interface Settings extends GateSettings {
  readonly reading: LoadReading;
  readonly shedding: Shedding;
  readonly retryAfterMs: number | undefined;
  readonly sampleMs: number;
}

class SheddingGate extends PolicyGate<Settings> implements LoadShedder {
  /** Those who wait are being served. */
  private serving = false;
  /** Of those who wait, so many may go until `lookAt`, and twice as many after it. */
  private room = 0;
  private step = 1;
  private lookAt = Number.NEGATIVE_INFINITY;

  get shed(): readonly Criticality[] {
    return CRITICALITIES.slice(0, this.settings.shedding.count);
  }

  override snapshot(): LoadShedderSnapshot {
    const { load, name, faults, lastFault } = this.settings.reading;
    return { ...super.snapshot(), load, signal: name, shed: this.shed, faults, lastFault };
  }

  protected override take(now: number, cost: number, rank: number): GrantedPermit | undefined {
    const { reading, shedding } = this.settings;
    shedding.update(reading.read());
    if (shedding.sheds(rank)) {
      this.step = 1;
      return undefined;
    }
    if (this.serving && !this.mayGo(now)) return undefined;
    return new GrantedPermit(this, cost);
  }

  protected override refusal(_now: number, _cost: number, ahead: number, rank: number): Rejected {
    const { name, settings } = this;
    const { load, name: signal } = settings.reading;
    const why = ahead > 0 ? "others wait" : `${signal} is at ${Math.round(load * 100)} %`;
    const reason = `${name} refuses what is ${CRITICALITIES[rank]}: ${why}`;
    return { granted: false, reason, retryAfterMs: settings.retryAfterMs, cause: "overload" };
  }

  protected override most(): number {
    return Number.POSITIVE_INFINITY;
  }

  protected override wakeMs(): number {
    return this.settings.sampleMs;
  }

  protected override serve(): void {
    const before = this.serving;
    this.serving = true;
    try {
      super.serve();
    } finally {
      this.serving = before;
    }
  }

  private mayGo(now: number): boolean {
    const { sampleMs } = this.settings;
    // The other way round after a clock that has gone back, which would otherwise have to come to the same time again.
    if (now >= this.lookAt || now < this.lookAt - sampleMs) {
      this.lookAt = now + sampleMs;
      this.room = this.step;
      this.step *= 2;
    }
    if (this.room === 0) return false;
    this.room -= 1;
    return true;
  }
}

const NAME = "load shedder";
const PLACE = `a ${NAME}`;
