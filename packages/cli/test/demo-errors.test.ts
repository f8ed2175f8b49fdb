// What a user reads when something is wrong: one line with the next step, a non-zero exit, no stack.

import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fail, of } from "@sluice/core";
import { defineService, stream, unchecked } from "@sluice/net";
import { serve } from "@sluice/net/node";
import { Session } from "@sluice/net/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";
import { flightsService } from "../src/demo/flights/flights-service.js";
import { buildCli, runCli } from "./run-cli.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sluice-errors-"));
  buildCli();
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

/** Runs the program, which must fail, and returns the one line that says why. */
async function errorOf(...args: string[]): Promise<string> {
  const { code, err } = await runCli(...args);
  expect(code).toBe(1);
  expect(err.trimEnd().split("\n")).toHaveLength(1);
  expect(err).toMatch(/^sluice: \S/);
  expect(err).not.toMatch(/\bat \S+:\d+:\d+/);
  return err.trimEnd();
}

/** A server that does with each connection what a test wants; returns its URL and what closes it. */
async function strangeServer(
  subprotocol: string | false,
  talk: (socket: WebSocket) => void,
): Promise<{ url: string; close: () => void }> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, handleProtocols: () => subprotocol });
  server.on("connection", (socket) => {
    socket.on("error", () => {});
    talk(socket);
  });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  };
  return { url: `ws://127.0.0.1:${port}`, close };
}

async function errorFrom(subprotocol: string | false, talk: (socket: WebSocket) => void): Promise<string> {
  const { url, close } = await strangeServer(subprotocol, talk);
  try {
    return await errorOf("demo", "--server", url);
  } finally {
    close();
  }
}

describe("wrong arguments", () => {
  it.each([
    [
      ["demo", "--port", "70000"],
      /'70000' is invalid\. A port is an integer from 0 to 65535; 0 takes any free one/,
    ],
    [["demo", "--port", "http"], /'http' is invalid\. A port is an integer from 0 to 65535/],
    [["demo", "--fsat"], /unknown option '--fsat' \(Did you mean --fast\?\)/],
    [["dmeo"], /unknown command 'dmeo' \(Did you mean demo\?\)/],
    [["demo", "--server", "127.0.0.1:80"], /Cannot connect to "127\.0\.0\.1:80": .*ws:\/\//],
    [["demo", "--server", "ws://127.0.0.1:1", "--port", "80"], /leave one of them away/],
    [
      ["demo", "--json", "/no/such/folder/x.json"],
      /Cannot write the figures to ".*": there is no such folder \(ENOENT\); name a file/,
    ],
    [["demo", "now"], /too many arguments .*; --help lists what there is/],
  ])("%j", async (args, line) => {
    expect(await errorOf(...args)).toMatch(line);
  });

  it("--version tells the version", async () => {
    const { code, out } = await runCli("--version");
    expect(code).toBe(0);
    expect(out).toMatch(/^\d+\.\d+\.\d+$/m);
  });

  it("--help is no error", async () => {
    const { code, out, err } = await runCli("demo", "--help");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("--json <path>");
  });
});

describe("addresses", () => {
  it("a port in use", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const line = await errorOf("demo", "--port", String(port));
    server.close();
    expect(line).toMatch(
      /Cannot listen on port \d+: another process listens there \(EADDRINUSE\); choose another/,
    );
  });

  it("a server that is not there", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    expect(await errorOf("demo", "--server", `ws://127.0.0.1:${port}`)).toMatch(
      /ECONNREFUSED.*; start the server/,
    );
  });

  it("shows the stack with --debug", async () => {
    const { code, err } = await runCli("demo", "--debug", "--file", join(folder, "missing.json"));
    expect(code).toBe(1);
    expect(err).toMatch(
      /^sluice: Cannot read the flights file ".*": there is no such file; check the path, /,
    );
    expect(err).toMatch(/^ +at /m);
  });
});

describe("peers", () => {
  it("without our subprotocol", async () => {
    expect(await errorFrom(false, () => {})).toMatch(
      /does not speak "sluice\.v1" .*; check that a Sluice server/,
    );
  });

  it("that send garbage", async () => {
    const line = await errorFrom("sluice.v1", (socket) =>
      socket.send(new Uint8Array([0xff, 0xff, 0xff, 0xff])),
    );
    expect(line).toMatch(/Cannot /);
  });

  it("that send text instead of binary", async () => {
    const line = await errorFrom("sluice.v1", (socket) => socket.send("hello"));
    expect(line).toMatch(/text/i);
  });

  it("of a newer major version", async () => {
    const line = await errorFrom("sluice.v1", (socket) => socket.send(HELLO_OF_VERSION_2));
    expect(line).toMatch(/version 2\b.*the client speaks 1\b.*the client is older, upgrade it/);
  });

  it("that send more than was granted", async () => {
    const line = await errorFrom("sluice.v1", (socket) => {
      socket.send(serverHello());
      // The client speaks again when it opens its stream, which has the first id of a client: 1.
      let messages = 0;
      socket.on("message", () => {
        messages++;
        if (messages === 2) socket.send(TOO_MANY_ITEMS);
      });
    });
    expect(line).toMatch(/credit|granted/i);
  });

  it("that go away before a stream is open, or as it opens", async () => {
    const line = await errorFrom("sluice.v1", (socket) => {
      socket.send(serverHello());
      socket.once("message", () => socket.terminate());
    });
    // Whether OPEN was sent by then is for the network to decide; both lines say what to do.
    expect(line).toMatch(
      /the connection ended: .*; it (may have run, ask again only|was not begun, asking again)/,
    );
  });

  it("that go away while a stream is open", async () => {
    const line = await errorFrom("sluice.v1", (socket) => {
      socket.send(serverHello());
      let messages = 0;
      socket.on("message", () => {
        messages++;
        if (messages === 2) socket.terminate();
      });
    });
    expect(line).toMatch(/the connection ended: .*; it may have run, ask again only what may run twice/);
  });

  it("that serve something else", async () => {
    const ships = defineService("ships", { records: stream({ output: unchecked<number>() }) });
    const server = await serve(ships, { records: () => of(1) });
    const line = await errorOf("demo", "--server", server.url);
    await server.close();
    expect(line).toContain("flights.records");
  });

  it("that serve something else under our name", async () => {
    const server = await serve(flightsService, { records: () => of({ delay: "late" } as never) });
    const line = await errorOf("demo", "--server", server.url);
    await server.close();
    expect(line).toMatch(/expected a number as "delay", got "late"/);
  });

  it("that fail", async () => {
    const server = await serve(flightsService, { records: () => fail(new Error("the disk is on fire")) });
    const line = await errorOf("demo", "--server", server.url);
    await server.close();
    expect(line).toContain("the disk is on fire");
  });
});

describe("flights files", () => {
  async function file(text: string): Promise<string> {
    const path = join(folder, "flights.json");
    await writeFile(path, text);
    return path;
  }
  const flight = '{"delay":1,"distance":100,"time":0.5}';

  it("a file cut short: the record's number and the last text", async () => {
    const path = await file(`[${flight},${flight},{"delay":7,"dist`);
    expect(await errorOf("demo", "--file", path)).toBe(
      "sluice: Cannot read flight record 3 of flights.json: the file is cut short at byte 93, " +
        'its last text is …stance":100,"time":0.5},{"delay":7,"dist; ' +
        "repair the file, or leave --file away to take the one that comes along",
    );
  });

  it("a broken record: its number and the text around it", async () => {
    const path = await file(`[${flight},{"delay":1,"distance":oops,"time":2},${flight}]`);
    const line = await errorOf("demo", "--file", path);
    expect(line).toMatch(
      /record 2 of flights\.json: unexpected "o" at byte \d+, near .*"distance":oops,"time":2/,
    );
  });

  it("no file", async () => {
    expect(await errorOf("demo", "--file", join(folder, "missing.json"))).toMatch(/there is no such file; /);
  });
});

/** What a real server says first. */
function serverHello(): Uint8Array {
  const hello = new Session({ role: "server", codecs: ["msgpack"] }, 0).transmit(0);
  if (hello === undefined) throw new Error("a session says HELLO first");
  return hello;
}

/** HELLO of a server: type 1 with flag A, stream 0, one byte, major version 2. */
const HELLO_OF_VERSION_2 = new Uint8Array([0x21, 0x00, 0x01, 0x02]);
/** ITEMS: type 3 with flag A (a batch), stream 1, 11 bytes, 100,000 items in 8 bytes. */
const TOO_MANY_ITEMS = new Uint8Array([0x23, 0x01, 11, 0xa0, 0x8d, 0x06, 0, 0, 0, 0, 0, 0, 0, 0]);
