// What a flow says of itself to those who look at a pipeline and do not run it.

import type { Flow } from "./flow.js";

/** How a flow was made: the function, what it was configured with, and what stands above it. */
export interface FlowAbout {
  /** As the user knows it; names the contract as well. */
  readonly name: string;
  /** The options with their defaults filled in: what the contract's formulas are given. */
  readonly settings?: object | undefined;
  /** The flows that it reads, where there is not exactly the one that `flowOf` was given. */
  readonly upstreams?: readonly Flow<unknown>[] | undefined;
}
