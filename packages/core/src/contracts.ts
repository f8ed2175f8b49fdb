// The door for those who plan, document or inspect pipelines: what each operator promises, as data. Apart from the
// other doors, so that no bundle of a user who does not ask for it contains it.

export { contracts } from "./contract/contracts.js";
export type { Asked, Contract, Ledger } from "./spec/contract.js";
