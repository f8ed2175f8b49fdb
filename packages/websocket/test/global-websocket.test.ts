// The WebSocket that Node brings itself (undici): as a page's, it cannot be paused and is looked at for room.

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type WsSite, wsSite } from "./ws-pair.js";

let site: WsSite;

beforeAll(async () => {
  site = await wsSite((socket, path) => {
    if (path === "/stall") socket.pause();
    else socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
});

afterAll(() => site.close());

describe("the WebSocket of Node itself", () => {
  it("brings all messages, and holds 64 KiB and one message for a peer that stalls", async ({ skip }) => {
    // Node 20 has it behind a flag, of which later ones take no notice.
    const child = fork(fileURLToPath(new URL("./child/global-websocket.mjs", import.meta.url)), [site.url], {
      execArgv: ["--experimental-websocket", "--no-warnings"],
    });
    const result = await new Promise((resolve, reject) => {
      child.on("message", resolve);
      child.on("exit", (code) => reject(new Error(`the child ended with ${code}`)));
    });
    if (result === "none") skip("this Node has no WebSocket of its own: from 20.10 on it has");
    const { isOrdered, count, most } = result as { isOrdered: boolean; count: number; most: number };
    expect({ isOrdered, count }).toEqual({ isOrdered: true, count: 2000 });
    expect(most).toBeLessThan(65_536 + 16_384);
  });
});
