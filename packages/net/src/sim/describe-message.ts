// A message as one line of a trace: its frames by kind, with their fields in the order in which the frame has
// them. It knows no kind of frame by name, so that a new one shows without an edit here.

import { readMessage } from "../protocol/frame/batch.js";
import type { Frame } from "../protocol/frame/frame.js";

/** Frames that are told of one message; the rest is counted. */
const MOST_FRAMES = 24;

/** Says what a message carries, as `open 1 {method "a", demand 3} + items 1 {count 2, payload 34 B}`. */
export function describeMessage(message: Uint8Array): string {
  const told: string[] = [];
  let frames = 0;
  try {
    readMessage(message, (frame) => {
      frames += 1;
      if (frames <= MOST_FRAMES) told.push(describeFrame(frame));
      return "more";
    });
  } catch (error) {
    told.push(`no frame (${error instanceof Error ? error.message : String(error)})`);
  }
  if (frames > MOST_FRAMES) told.push(`${frames - MOST_FRAMES} more`);
  return told.join(" + ");
}

function describeFrame(frame: Frame): string {
  const fields: string[] = [];
  let stream = "";
  for (const [name, value] of Object.entries(frame)) {
    if (name === "kind") continue;
    if (name === "streamId") stream = ` ${String(value)}`;
    else if (value !== undefined) fields.push(`${name} ${describeValue(value, 2)}`);
  }
  return `${frame.kind}${stream}${fields.length === 0 ? "" : ` {${fields.join(", ")}}`}`;
}

function describeValue(value: unknown, depth: number): string {
  if (value instanceof Uint8Array) return `${value.length} B`;
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (value === null || typeof value !== "object") return String(value);
  if (depth === 0) return "…";
  if (Array.isArray(value)) {
    const shown = value.slice(0, 4).map((element) => describeValue(element, depth - 1));
    return `[${shown.join(", ")}${value.length > 4 ? `, ${value.length - 4} more` : ""}]`;
  }
  const fields = Object.entries(value).map(([name, field]) => `${name} ${describeValue(field, depth - 1)}`);
  return `{${fields.join(", ")}}`;
}
