// The door to the simulated network: virtual time, links with delay and bandwidth, faults by name, one seed.

export type { LinkConditions } from "./sim/link-conditions.js";
export { type PairSide, SessionPair, type SessionPairOptions } from "./sim/session-pair.js";
export { type Simulated, type SimulateOptions, simulate, simulateSeeds } from "./sim/simulate.js";
export type { CutOptions, FromNode, SimConnection } from "./sim/sim-connection.js";
export type { SimLink } from "./sim/sim-link.js";
export type { SimSession } from "./sim/sim-session.js";
export { SimRandom } from "./sim/sim-random.js";
export { SimTrace } from "./sim/sim-trace.js";
export { type LinkOptions, Simulation, type SimulationOptions } from "./sim/simulation.js";
export { SimulationError } from "./sim/simulation-error.js";
