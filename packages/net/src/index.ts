// The door for contracts, and for clients and servers on a transport of one's own. `@sluice/net/node` has
// `connect` and `serve` over WebSocket, `@sluice/net/memory` the same inside one process.

export type { CodecName } from "./payload/codec.js";
export { PayloadError } from "./payload/payload-error.js";
export type { Criticality } from "@sluice/core";
export type { Settings } from "./protocol/limits.js";
export {
  type ChannelOptions,
  type Client,
  type ClientCloseOptions,
  type ClientControls,
  type ClientOptions,
  openClient,
  type StreamOptions,
} from "./service/client/client.js";
export type { RequestOptions } from "./service/client/request-options.js";
export type { HandlerContext, Metadata } from "./service/contract/handler-context.js";
export {
  call,
  channel,
  defineService,
  push,
  type Routes,
  type Service,
  stream,
  unchecked,
} from "./service/contract/contract.js";
export type {
  AnyRoute,
  CallRoute,
  ChannelRoute,
  PushRoute,
  Streamable,
  StreamRoute,
} from "./service/contract/route.js";
export { ConnectionLostError, type LostRequest, RemoteError } from "./service/failure/failure.js";
export type { Auth, AuthValue } from "./service/client/auth.js";
export type { Admission, AdmissionRequest } from "./service/server/admission.js";
export type { Authenticate, ConnectRequest } from "./service/server/authenticate.js";
export type { Middleware, Next, ServedRequest } from "./service/server/middleware.js";
export type { ReconnectOptions } from "./service/client/reconnect-options.js";
export type { ClientState } from "./service/client/client-states.js";
export type { RetryGate } from "./service/client/retries.js";
export {
  EncodedOnce,
  encodeOnce,
  type EncodeOnceOptions,
  type EncodeOnceSnapshot,
  type SharedReaderSnapshot,
  type SlowOptions,
} from "./service/server/encode-once.js";
export type { SharedCounts, SharedDrops } from "./service/server/shared-reader.js";
export type { ErrorPlace } from "./service/server/responder.js";
export { type Ambient, defaultRuntime, type Runtime } from "./service/connection/runtime.js";
export type {
  ConnectedEvent,
  ConnectionFacts,
  DisconnectedEvent,
  EndedEvent,
  OpenedEvent,
  RefusedEvent,
  RejectedEvent,
  ResumedEvent,
  ServerEvent,
  StreamFacts,
  SuspendedEvent,
} from "./service/server/server-event.js";
export {
  type Answer,
  type CloseOptions,
  type Handlers,
  type ServerOptions,
  type ServerSnapshot,
  ServiceHost,
  serveTransport,
} from "./service/server/server.js";
export type { ConnectionSnapshot, StreamSnapshot } from "./service/connection/snapshot.js";
export { errorNameOf, httpStatusOf } from "./service/failure/status.js";
export { SchemaError } from "./service/contract/validate.js";
export type { Message, Transport, TransportEnd } from "./transport/transport.js";
