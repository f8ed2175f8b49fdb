// Reads the flights out of their file as somebody asks for them: never the whole file, never further than
// the next few records.
//
//   file ── 64 KiB ──▶ piece ── 1 KiB ──▶ parser ──▶ about 20 flights ──▶ who asked
//
// A new slice is parsed when the one before has been taken, a new piece is read when the one before has been
// parsed. So what is read but not yet asked for is bounded by one piece, whatever the file's size.

import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { readFlight } from "./flight.js";
import type { Flight } from "./flight.js";
import { BrokenRecordError, RecordParser } from "./record-parser.js";

/** A flights file that cannot be read; the message is one line and says what to do. */
export class FlightsFileError extends Error {
  override readonly name = "FlightsFileError";
}

/** What may be chosen when reading. */
export interface FlightSlicesOptions {
  /** Bytes asked of the file at once. Default 65,536. */
  readonly pieceBytes?: number;
  /** Bytes parsed at once, which bounds the flights of one slice. Default 1,024. */
  readonly sliceBytes?: number;
  /** Called after each read with all bytes read so far. */
  readonly onRead?: (bytes: number) => void;
}

/**
 * The flights of a file in order, in small arrays; reads on only when the next array is asked for.
 *
 * *Demand:* one array for each `next()`. *Buffers:* one piece of the file and one slice of flights.
 * *Errors:* `FlightsFileError`, after the flights before the broken one. *Cancel:* `return()` closes the file.
 */
export async function* flightSlices(
  path: string,
  options: FlightSlicesOptions = {},
): AsyncGenerator<readonly Flight[], void, undefined> {
  const { pieceBytes = PIECE_BYTES, sliceBytes = SLICE_BYTES, onRead } = options;
  const file = await openFlights(path);
  try {
    const parser = new RecordParser(readFlight);
    const piece = new Uint8Array(pieceBytes);
    for (let total = 0; ; ) {
      const { bytesRead } = await file.read(piece, 0, pieceBytes, total);
      if (bytesRead === 0) break;
      total += bytesRead;
      onRead?.(total);
      for (let start = 0; start < bytesRead; start += sliceBytes) {
        const flights = parser.push(piece.subarray(start, Math.min(start + sliceBytes, bytesRead)));
        if (flights.length > 0) yield flights;
      }
    }
    parser.end();
  } catch (error) {
    throw error instanceof BrokenRecordError ? await described(error, file, path) : unreadable(error, path);
  } finally {
    await file.close();
  }
}

/** The size of a flights file in bytes. *Errors:* `FlightsFileError` where there is none. */
export async function flightsFileBytes(path: string): Promise<number> {
  const file = await openFlights(path);
  try {
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

/** Where the npm package vega-datasets keeps `flights-200k.json`. */
export function flightsFile(): string {
  // The package exports its code only, so the way to its files starts at that.
  const code = createRequire(import.meta.url).resolve("vega-datasets");
  return join(code, "..", "..", "data", "flights-200k.json");
}

async function openFlights(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r");
  } catch (error) {
    throw unreadable(error, path);
  }
}

function unreadable(error: unknown, path: string): FlightsFileError {
  const { code, message } = error as NodeJS.ErrnoException;
  const why = code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : message;
  return new FlightsFileError(`Cannot read the flights file "${path}": ${why}; check the path, ${OR_OURS}`, {
    cause: error,
  });
}

async function described(
  error: BrokenRecordError,
  file: FileHandle,
  path: string,
): Promise<FlightsFileError> {
  const record = error.record.toLocaleString("en-US");
  if (error.offset === 0 && error.cutShort) {
    return new FlightsFileError(`Cannot read flights from ${basename(path)}: it is empty; ${NEXT_STEP}`, {
      cause: error,
    });
  }
  const [before, after] = await textAround(file, error.offset);
  const message = error.cutShort
    ? `Cannot read flight record ${record} of ${basename(path)}: the file is cut short at byte ${error.offset}, its last text is ${before.trimEnd()}; ${NEXT_STEP}`
    : `Cannot read flight record ${record} of ${basename(path)}: ${onOneLine(error.message)} at byte ${error.offset}, near ${(before + after).trimEnd()}; ${NEXT_STEP}`;
  return new FlightsFileError(message, { cause: error });
}

/** The text before and after a byte of the file, on one line, control characters made visible. */
async function textAround(file: FileHandle, offset: number): Promise<[string, string]> {
  const start = Math.max(0, offset - TEXT_BYTES);
  const around = Buffer.alloc(offset - start + TEXT_BYTES);
  const { bytesRead } = await file.read(around, 0, around.length, start);
  const before = around.toString("utf8", 0, Math.min(offset - start, bytesRead));
  const after = around.toString("utf8", Math.min(offset - start, bytesRead), bytesRead);
  return [
    `${start > 0 ? "…" : ""}${onOneLine(before)}`,
    `${onOneLine(after)}${bytesRead === around.length ? "…" : ""}`,
  ];
}

function onOneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a broken file may hold any byte, a terminal must not get it
  return text.replace(/\s+/g, " ").replace(/[\u0000-\u001f\u007f-\u009f]/g, "\ufffd");
}

/** One read of the file: large enough that reads cost nothing, small enough to be no store. */
const PIECE_BYTES = 65_536;
/** About 20 flights of 49 bytes: the most that is parsed before it is asked for. */
const SLICE_BYTES = 1_024;
/** Text shown on either side of a fault, in bytes. */
const TEXT_BYTES = 40;
const OR_OURS = "or leave --file away to take the one that comes along";
const NEXT_STEP = `repair the file, ${OR_OURS}`;
