// The door of @sluice/node/threads.

export {};
