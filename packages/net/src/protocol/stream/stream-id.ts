// Stream ids: who connected counts 1, 3, 5 ..., who accepted 2, 4, 6 ...; no gap, never reused. So an id says
// who opened the stream and how many it opened before, and "never opened" is told from "closed" without memory.

import { MAX_POSITION } from "../limits.js";

/** Who connected, or who accepted. */
export type Role = "client" | "server";

/** The id of the n-th stream (from 1) that this role opens; undefined when ids are exhausted. */
export function streamIdOf(role: Role, ordinal: number): number | undefined {
  const id = role === "client" ? 2 * ordinal - 1 : 2 * ordinal;
  return id <= MAX_POSITION ? id : undefined;
}

/** The inverse: the how-many-th stream of its opener this is. */
export function ordinalOf(streamId: number): number {
  return Math.ceil(streamId / 2);
}

/** Who opens streams with this id. */
export function openerOf(streamId: number): Role {
  return streamId % 2 === 1 ? "client" : "server";
}
