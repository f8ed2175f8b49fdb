// The door of @sluice/node/worker.

export {};
