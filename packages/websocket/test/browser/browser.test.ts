// The WebSocket of a page, in a real Chromium: it cannot be paused, and says nothing when there is room.

import { chromiumPath, complaintsOf, type PageSite, servePage, startChromium } from "@sluice/testbed";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";

const TIME_LIMIT_MS = 60_000;

describe.skipIf(chromiumPath === undefined)("in Chromium", () => {
  let site: PageSite;
  let browser: Awaited<ReturnType<typeof startChromium>>;
  let sockets: WebSocketServer;

  beforeAll(async () => {
    [site, browser] = await Promise.all([servePage(new URL("./page.ts", import.meta.url)), startChromium()]);
    sockets = serveSockets(site);
  }, TIME_LIMIT_MS);

  afterAll(async () => {
    await browser?.close();
    for (const socket of sockets?.clients ?? []) socket.terminate();
    await site?.close();
  }, TIME_LIMIT_MS);

  async function run(scenario: string): Promise<unknown> {
    const page = await browser.newPage();
    try {
      const complaints = complaintsOf(page);
      await page.goto(site.url);
      const result = await page.evaluate(
        (name) => (globalThis as unknown as { scenarios: Record<string, () => unknown> }).scenarios[name]?.(),
        scenario,
      );
      expect(complaints).toEqual([]);
      return result;
    } finally {
      await page.close();
    }
  }

  it(
    "a peer that stalls costs 64 KiB and one message, where send alone holds all",
    async () => {
      const { naiveBytes, most, isAllProduced } = (await run("stalled")) as Record<string, number | boolean>;
      expect(naiveBytes).toBeGreaterThan(48 * 2 ** 20);
      expect(most).toBeLessThan(65_536 + 16_384);
      expect(isAllProduced).toBe(false);
    },
    TIME_LIMIT_MS,
  );

  for (const [scenario, result, title] of [
    ["echo", 5000, "text and bytes go to the peer and come back, in order"],
    [
      "latest",
      { last: "4999", offered: 5000, isSlower: true, isWhole: true },
      "a consumer that is slow has the newest, and knows how many it missed",
    ],
    ["closedByPeer", { closeCode: 4000, reason: "not today" }, "a close with a code is an error"],
    ["failed", ["4011"], "a flow that fails says so by a code that pages may send"],
    ["stream", 1000, "a WebSocketStream needs nothing but core"],
  ] as const) {
    it(title, async () => expect(await run(scenario)).toEqual(result), TIME_LIMIT_MS);
  }
});

/** What the page connects to, by path. */
function serveSockets({ http }: PageSite): WebSocketServer {
  const watchers = new Set<WebSocket>();
  const accept: Readonly<Record<string, (socket: WebSocket) => void>> = {
    "/stall": (socket) => socket.pause(),
    "/echo": (socket) => {
      socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
      socket.on("close", (code) => {
        for (const watcher of watchers) watcher.send(String(code));
      });
    },
    "/codes": (socket) => watchers.add(socket),
    "/refuse": (socket) => socket.close(4000, "not today"),
    "/flood": (socket) => {
      for (let n = 0; n < 5000; n++) socket.send(String(n));
      socket.close(1000);
    },
  };
  const server = new WebSocketServer({ server: http });
  server.on("connection", (socket, { url = "" }) => {
    socket.on("error", () => {}); // a page that goes away
    accept[url]?.(socket);
  });
  return server;
}
