// Shows the demo as one plain line a second: for pipes, logs, and terminals without room.

import type { DemoState, View } from "./demo-state.js";
import type { PassRecord } from "../watch/pass-record.js";
import { count, megabytes } from "../words.js";

/** A view that writes a line whenever memory was measured anew, and one when a pass ends. */
export function plainLines(write: (text: string) => void): View {
  const written = new Map<PassRecord, string>();
  return {
    update({ credit, plain }: DemoState) {
      const record = plain ?? credit;
      const at = `${record.samples.length} ${record.state}`;
      if (record.samples.length === 0 || written.get(record) === at) return;
      written.set(record, at);
      write(`${plainLine(record)}\n`);
    },
    close() {},
  };
}

function plainLine(record: PassRecord): string {
  const { pass, state, elapsedMs, produced, client, inFlight, waiting, rate, samples } = record;
  const last = samples.at(-1);
  return [
    pass === "credit" ? "with credit   " : "without credit",
    `${(elapsedMs / 1000).toFixed(1)} s`,
    `produced ${count(produced)}`,
    `granted ${client.granted === null ? "no credit" : count(client.granted)}`,
    `in flight ${count(inFlight)}`,
    `waiting ${count(waiting)}`,
    `consumed ${count(client.consumed)}`,
    `${count(rate)}/s`,
    `server ${memory(last?.server)}`,
    `client ${memory(last?.client)}`,
    ...(state === "running" ? [] : [state]),
  ].join("  ");
}

function memory(bytes: number | null | undefined): string {
  return bytes === null || bytes === undefined ? "not ours" : megabytes(bytes);
}
