// The golden vectors of docs/protocol.md §11.1 as cases: each broken one must end the connection with its code, each
// ignorable one must be skipped.

import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { ErrorName } from "@sluice/net/protocol";
import type { WireCase } from "./wire-case.js";

/** All vectors that a server alone can answer; good frames of streams would need a session around them. */
export function vectorCases(): WireCase[] {
  const folder = vectorFolder();
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .flatMap((file) => {
      const { vectors } = JSON.parse(readFileSync(join(folder, file), "utf8")) as { vectors: Vector[] };
      return vectors.flatMap((vector) => caseOf(file, vector));
    });
}

/** A vector, as far as it matters here. */
interface Vector {
  readonly name: string;
  readonly hex: string;
  readonly skipped?: true;
  readonly error?: ErrorName;
}

function caseOf(file: string, { name, hex, skipped, error }: Vector): WireCase[] {
  if (error === undefined && skipped === undefined) return [];
  return [
    {
      group: file,
      name,
      wanted: [error ?? "lives"],
      // A broken HELLO is the first thing that is said.
      greets: file !== "hello.json",
      play: (peer) => peer.sendBytes(Buffer.from(hex, "hex")),
    },
  ];
}

// Beside the built code of @sluice/net, which has no door for files that are no code.
function vectorFolder(): string {
  return join(dirname(createRequire(import.meta.url).resolve("@sluice/net")), "../vectors");
}
