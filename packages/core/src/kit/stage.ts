// What a per-item stage says of itself, so that a run of neighbours can be collapsed into one.

/** Calls its function, passes on the result. */
export const MAP = 0;
/** Calls its function, passes the item on if the result is truthy. */
export const FILTER = 1;
/** Calls its function, passes the item on. */
export const TAP = 2;
/** Calls its function with its state and the item, keeps the result as state and passes it on. */
export const SCAN = 3;
/** Passes on as many items as its state says, then ends the stream. */
export const TAKE = 4;

export type StageKind = typeof MAP | typeof FILTER | typeof TAP | typeof SCAN | typeof TAKE;

/** Any function that a stage calls; `scan` calls it with two arguments, the others with one. */
export type StageFunction = (a: unknown, b?: unknown) => unknown;

/** A per-item stage as data. Immutable: `state` is what each subscription starts with. */
export interface Stage {
  readonly kind: StageKind;
  /** As the user knows it, for error messages. */
  readonly name: string;
  readonly fn: StageFunction | undefined;
  /** SCAN: the seed. TAKE: how many. */
  readonly state: unknown;
}

/** A stage of one subscription, with what it has counted so far, and the one behind it. */
export interface StageLink {
  readonly stage: Stage;
  state: unknown;
  readonly next: StageLink | undefined;
}
