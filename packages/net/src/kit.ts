// Door for people who write a transport or a codec: the interface, the pair in memory, and the cases to pass.

export { joined, type Message } from "./protocol/byte/message.js";
export { memoryPair } from "./transport/memory.js";
export type { MemoryPairOptions } from "./transport/memory.js";
export type { Transport, TransportEnd } from "./transport/transport.js";
export { transportCases } from "./transport/transport-cases.js";
export type { OpenPair, TransportCase } from "./transport/transport-cases.js";
