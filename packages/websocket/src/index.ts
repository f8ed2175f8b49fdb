// The door of @sluice/websocket.

export {};
