// The door of @sluice/web.

export {};
