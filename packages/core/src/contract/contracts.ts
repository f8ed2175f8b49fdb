// All contracts by name. One import and one line for each file of source/, operator/, overflow/ and hub/.

import { mapContract } from "../operator/map.contract.js";
import { mapAsyncContract } from "../operator/map-async.contract.js";
import type { Contract } from "../spec/contract.js";

/**
 * What each source, operator, overflow choice and hub promises about credit, by the name of its function.
 *
 * @example
 * ```ts
 * import { contracts } from "@sluice/core/contracts";
 * console.log(contracts.get("map")?.holds.says); // prints nothing
 * ```
 */
export const contracts: ReadonlyMap<string, Contract> = new Map(
  [mapContract, mapAsyncContract].map((contract) => [contract.name, contract]),
);
