// What the judge is told about a processor: one object that is a subscriber on one side and a publisher on the other
// (§4.1).

import type { Processor } from "@sluice/core";
import type { OperatorSubject } from "./operator-subject.js";

/** A processor to be judged. */
export interface ProcessorSubject<A = unknown, B = unknown>
  extends Omit<OperatorSubject<A, B>, "apply" | "publisher"> {
  /** Makes a fresh processor. */
  create(): Processor<A, B>;
  /**
   * The ways in which its publisher side differs from the usual. `subscribers` is how it serves them: `"one"`, or all
   * of them one stream, `"shared"`; default `"one"`.
   */
  readonly publisher?: Omit<NonNullable<OperatorSubject<A, B>["publisher"]>, "subscribers"> & {
    readonly subscribers?: "shared" | "one";
  };
}
