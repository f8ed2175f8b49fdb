// The permit that all our gates grant: one small object, without a closure, that can be released once.
//
//   held --release(outcome)--> over: the gate has its credit back      held --undo()--> over, as if never granted
//   over --release------------> PERMIT_RELEASED, counted as misused; nothing changes

import { type Permit, type PermitOutcome, SluiceError } from "@sluice/core";
import { describe } from "@sluice/core/kit";

/** What a permit needs of the gate that granted it. */
export interface PermitOwner {
  /** The permit is over; called once for each, after it is marked so. */
  settle(permit: GrantedPermit, outcome: PermitOutcome): void;
  /** The permit is given back unused; in place of `settle`. */
  takeBack(permit: GrantedPermit): void;
  /** Somebody made a mistake with a permit. */
  misuse(): void;
}

/**
 * What a policy's `take` returns. One that must remember more of a permit, such as its start, extends this by fields.
 *
 * @example
 * ```ts
 * import { tokenBucket } from "@sluice/gates";
 * import { GrantedPermit } from "@sluice/gates/kit";
 * const permit = await tokenBucket({ capacity: 5, ratePerSecond: 1 }).acquire(2);
 * permit.release("failure");
 * if (permit instanceof GrantedPermit) console.log(permit.cost, permit.outcome); // prints 2 failure
 * ```
 */
export class GrantedPermit implements Permit {
  readonly granted: true;
  readonly cost: number;
  /**
   * In which state of its gate it was granted, a small integer, for gates that count their states. Here, as permits of
   * one shape spare a call 40 ns where several kinds of gates pass the same code (Node 20).
   */
  readonly generation: number;
  private readonly owner: PermitOwner;
  /** What came of it; `undefined` while it is held. */
  outcome: PermitOutcome | undefined;
  // Itself: neither a copy nor what inherits from it can release it a second time. A private name would say as much,
  // for 310 instructions a permit where a process has several kinds of gates (Node 20).
  private readonly self: this;

  constructor(owner: PermitOwner, cost: number, generation: number = 0) {
    this.granted = true;
    this.cost = cost;
    this.generation = generation;
    this.owner = owner;
    this.outcome = undefined;
    this.self = this;
  }

  release(outcome: PermitOutcome = "success"): void {
    if (this?.self !== this || this === undefined) throw stray(this);
    if (outcome !== "success" && outcome !== "failure" && outcome !== "ignored") {
      this.owner.misuse();
      throw new TypeError(
        `Cannot release a permit with the outcome ${describe(outcome)}: it must be "success", "failure" or "ignored"`,
      );
    }
    this.end(outcome);
    this.owner.settle(this, outcome);
  }

  /** Gives the credit back as if it had not been taken: for who needed more than this gate's permit, and got no more. */
  undo(): void {
    this.end("ignored");
    this.owner.takeBack(this);
  }

  private end(outcome: PermitOutcome): void {
    if (this.outcome !== undefined) {
      this.owner.misuse();
      throw new SluiceError(
        "PERMIT_RELEASED",
        `Cannot release a permit again: it was released as "${this.outcome}" before; release each permit once`,
      );
    }
    this.outcome = outcome;
  }
}

/**
 * Releases by strangers, in this process so far: no gate can be asked whose they are.
 *
 * @example
 * ```ts
 * import { strayReleaseCount } from "@sluice/gates/kit";
 * console.log(strayReleaseCount()); // prints 0
 * ```
 */
export function strayReleaseCount(): number {
  return strays;
}

function stray(stranger: unknown): TypeError {
  strays += 1;
  return new TypeError(
    `Cannot release ${describe(stranger)}: it is no permit of this gate; call release() on what tryAcquire returned`,
  );
}

let strays = 0;
