// The door of @sluice/node.

export {};
