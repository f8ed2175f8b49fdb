// The door of @sluice/websocket.

export { SocketClosedError } from "./socket-closed-error.js";
export type {
  ReceivedMessage,
  SocketEvent,
  SocketEventType,
  SocketLike,
  SocketListener,
  SocketMessage,
} from "./socket-like.js";
export { socketPublisher, type SocketPublisherOptions } from "./socket-publisher.js";
export {
  type InFlightOptions,
  type SocketSubscriber,
  socketSubscriber,
  type SocketSubscriberOptions,
} from "./socket-subscriber.js";
