import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findForbiddenGlobals } from "./check-globals.mjs";

const folder = mkdtempSync(join(tmpdir(), "sluice-globals-"));
afterAll(() => rmSync(folder, { recursive: true }));

function findings(files) {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `${text}\nexport {};\n`);
  }
  return findForbiddenGlobals(Object.keys(files), folder).map((finding) =>
    finding.replace(/: uses the global (\w+).*$/, " $1"),
  );
}

describe("findForbiddenGlobals", () => {
  it("lets a page have its WebSocket and what stands on Node have Node, and nobody else", () => {
    const both = "new WebSocket('');\nsetTimeout(() => {}, 1);";
    const found = findings({
      "packages/net/src/transport/browser-connect.ts": both,
      "packages/net/src/transport/ws-server.ts": `import "node:http";\n${both}`,
      "packages/net/src/service/client/client.ts": both,
    });
    expect(found.sort()).toEqual([
      "packages/net/src/service/client/client.ts:1 WebSocket",
      "packages/net/src/service/client/client.ts:2 setTimeout",
      "packages/net/src/transport/browser-connect.ts:2 setTimeout",
    ]);
  });

  it("names timers, clocks, and what only one runtime has", () => {
    const found = findings({
      "packages/core/src/operator/delay.ts": [
        "setTimeout(() => {}, 1);",
        "globalThis.setTimeout(() => {}, 1);",
        "const now = performance.now() + Date.now();",
        "process.exit(now);",
        "Buffer.from([1]);",
        "setImmediate(() => {});",
      ].join("\n"),
      "packages/net/src/protocol/session/session.ts": "queueMicrotask(() => {});\nnew TextEncoder();",
    });
    expect(found.sort()).toEqual([
      "packages/core/src/operator/delay.ts:1 setTimeout",
      "packages/core/src/operator/delay.ts:2 globalThis",
      "packages/core/src/operator/delay.ts:2 setTimeout",
      "packages/core/src/operator/delay.ts:3 Date",
      "packages/core/src/operator/delay.ts:3 performance",
      "packages/core/src/operator/delay.ts:4 process",
      "packages/core/src/operator/delay.ts:5 Buffer",
      "packages/core/src/operator/delay.ts:6 setImmediate",
      "packages/net/src/protocol/session/session.ts:1 queueMicrotask",
      "packages/net/src/protocol/session/session.ts:2 TextEncoder",
    ]);
  });

  it("lets pass what is allowed, and own names that sound like a global", () => {
    const found = findings({
      "packages/core/src/clock/system-clock.ts": "setTimeout(() => {}, performance.now());",
      "packages/core/src/sink/own.ts": [
        "function own(name: string, signal: AbortSignal): string { signal.throwIfAborted(); return name; }",
        "own('x', new AbortController().signal);",
        "const event = { status: 1 }; Math.max(event.status); queueMicrotask(() => {});",
        "type Later = typeof setTimeout; const later: Later | undefined = undefined; later;",
      ].join("\n"),
      "packages/net/src/protocol/byte/text.ts": "new Map([[1, new Uint8Array(1)]]);",
    });
    expect(found).toEqual([]);
  });
});
