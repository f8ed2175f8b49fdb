// The door of @sluice/rxjs.

export {};
