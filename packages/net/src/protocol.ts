// The door to the protocol alone: a session without I/O, its frames, for other transports and tools.
export type { Message } from "./protocol/byte/message.js";
export { Reader } from "./protocol/byte/reader.js";
export { Writer } from "./protocol/byte/writer.js";
export { readMessage } from "./protocol/frame/batch.js";
export { decodeFrame, encodeFrame } from "./protocol/frame/codec.js";
export type { SharedItems } from "./protocol/frame/shared-items.js";
export type { Frame } from "./protocol/frame/frame.js";
export { type Settings, settingsOf } from "./protocol/limits.js";
export {
  APPLICATION_CODES,
  type ErrorName,
  errorName,
  errorTable,
  ProtocolError,
  type StreamFailure,
  streamFailure,
} from "./protocol/protocol-error.js";
export { type MemoryBound, memoryBoundOf } from "./protocol/session/memory-bound.js";
export { Session } from "./protocol/session/session.js";
export type {
  Goaway,
  GoawayOptions,
  Interaction,
  OpenOptions,
  OpenRefusal,
  Peer,
  ReceiveFigures,
  ResumeAnswer,
  ResumeRefusal,
  ResumeRequest,
  Role,
  Sendable,
  SendResult,
  SessionApi,
  SessionEvent,
  SessionOptions,
  StreamFigures,
  TakeTurn,
  Turn,
  Waiting,
} from "./protocol/session/session-api.js";
