// The golden vectors as they lie in files: bytes are { "$hex": "..." }, a field left out is undefined.

import { readdirSync, readFileSync } from "node:fs";
import type { Frame } from "../../src/protocol/frame/frame.js";

/** One frame as a vector has it. */
export interface Vector {
  readonly name: string;
  readonly hex: string;
  readonly frame?: unknown;
  readonly skipped?: true;
  /** It is read, but this version would not write it so. */
  readonly oneWay?: true;
  readonly error?: string;
  readonly rule?: string;
}

/** All files of `packages/net/vectors/`, or of a folder in it. */
export function vectorFiles<T>(folder = ""): readonly { readonly file: string; readonly content: T }[] {
  const url = new URL(`../../vectors/${folder}`, import.meta.url);
  return readdirSync(url)
    .filter((file) => file.endsWith(".json"))
    .map((file) => ({ file, content: JSON.parse(readFileSync(new URL(file, url), "utf8")) as T }));
}

/** The frame that a vector describes. */
export function frameOf(value: unknown): Frame {
  const frame = revive(value) as Frame;
  if (frame.kind === "open") return { ...frame, deadlineMs: frame.deadlineMs };
  if (frame.kind === "credit") return { ...frame, streams: frame.streams };
  return frame;
}

/** A value of a file with its bytes as bytes. */
export function revive(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(revive);
  if ("$hex" in value && typeof value.$hex === "string") return bytesOf(value.$hex);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revive(inner)]));
}

export function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
