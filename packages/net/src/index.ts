// The door for contracts, and for clients and servers on a transport of one's own. `@sluice/net/node` has
// `connect` and `serve` over WebSocket, `@sluice/net/memory` the same inside one process.

export type { CodecName } from "./payload/codec.js";
export { PayloadError } from "./payload/payload-error.js";
export type { Criticality } from "./protocol/frame/rank.js";
export type { Settings } from "./protocol/limits.js";
export {
  type Client,
  type ClientControls,
  type ClientOptions,
  openClient,
  type StreamOptions,
} from "./service/client.js";
export type { RequestOptions } from "./service/request-options.js";
export type { HandlerContext } from "./service/context.js";
export {
  type CallRoute,
  call,
  defineService,
  type Routes,
  type Service,
  type StreamRoute,
  stream,
  unchecked,
} from "./service/contract.js";
export { ConnectionLostError, type LostRequest, RemoteError } from "./service/failure.js";
export type { Auth, AuthValue } from "./service/auth.js";
export type { Authenticate, ConnectRequest } from "./service/authenticate.js";
export type { ReconnectOptions } from "./service/reconnect-options.js";
export type { ClientState } from "./service/reconnector.js";
export type { ErrorPlace } from "./service/responder.js";
export { defaultRuntime, type Runtime } from "./service/runtime.js";
export {
  type CloseOptions,
  type Handlers,
  type ServerOptions,
  type ServerSnapshot,
  ServiceHost,
  type Streamable,
  serveTransport,
} from "./service/server.js";
export type { ConnectionSnapshot, StreamSnapshot } from "./service/snapshot.js";
export { errorNameOf, httpStatusOf } from "./service/status.js";
export { SchemaError } from "./service/validate.js";
export type { Transport, TransportEnd } from "./transport/transport.js";
