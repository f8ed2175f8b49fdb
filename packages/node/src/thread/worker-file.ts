// What a thread is to run: a URL, checked at the call, and its name for messages.

import { fileURLToPath } from "node:url";
import { describe } from "@sluice/core/kit";

/** Throws the `TypeError` of a `place` that was given no URL that a worker can be made of. */
export function checkFile(place: string, file: URL): void {
  if (file instanceof URL && (file.protocol === "file:" || file.protocol === "data:")) return;
  throw new TypeError(
    `Cannot give ${place} the file ${file instanceof URL ? file.href : describe(file)}: it must be a URL, such as new URL("./worker.js", import.meta.url)`,
  );
}

/** The file of a thread, for a message. */
export function fileName(file: URL): string {
  return file.protocol === "file:" ? fileURLToPath(file) : `${file.href.slice(0, 40)}...`;
}
