// Two sides of different major versions: each says which one is older, in the words of both.

import { openClient, serveTransport } from "@sluice/net";
import { call, defineService, unchecked } from "@sluice/net";
import { memoryPair, type Transport } from "@sluice/net/kit";
import { describe, expect, it } from "vitest";
import { Reader } from "../../src/protocol/byte/reader.js";
import { readMessage } from "../../src/protocol/frame/batch.js";
import { until } from "./both-ways.js";

const service = defineService("numbers", { one: call({ output: unchecked<number>() }) });

/** HELLO of another major version; what stands behind it nobody may look at. */
function helloOf(major: number, flags: number): Uint8Array {
  return Uint8Array.of(0x01 | flags, 0, 3, major, 0xff, 0xff);
}

/** What the other side was told: the text of its ERROR on stream 0. */
function errorsTo(transport: Transport): string[] {
  const told: string[] = [];
  transport.onMessage((message) => {
    readMessage(message, (frame) => {
      if (frame.kind === "error") told.push(`${frame.failure.name}: ${frame.failure.message}`);
      return "more";
    });
  });
  return told;
}

const SERVER = 0x20;

describe("a client", () => {
  it.each([
    [0, "the server is older, upgrade it"],
    [2, "the client is older, upgrade it"],
  ])("of a server of version %d says, to itself and to the server, that %s", async (major, advice) => {
    const [near, far] = memoryPair();
    const told = errorsTo(far);
    far.send(helloOf(major, SERVER));
    const text = `Cannot speak version ${major} of the server: the client speaks 1; ${advice}`;
    await expect(openClient(near, service, { reconnect: false })).rejects.toMatchObject({
      code: "VERSION_UNSUPPORTED",
      message: expect.stringContaining(text),
    });
    await until(() => told.length === 1);
    expect(told[0]).toContain(text);
  });

  it("says what a server of another version told it", async () => {
    const [near, far] = memoryPair();
    const opening = openClient(near, service, { reconnect: false });
    const errors: string[] = [];
    serveTransport(
      tampered(far, 2),
      service,
      { one: () => 1 },
      {
        onConnectionError: (error) => errors.push(error.message),
      },
    );
    // The server's own HELLO was right, and its ERROR came behind it.
    const error = await (await opening).closed;
    expect(errors[0]).toContain(
      "Cannot speak version 2 of the client: the server speaks 1; the server is older, upgrade it",
    );
    expect(error).toMatchObject({
      code: "VERSION_UNSUPPORTED",
      message: expect.stringContaining("the server is older, upgrade it"),
    });
  });
});

describe("a server", () => {
  it.each([
    [0, "the client is older, upgrade it"],
    [2, "the server is older, upgrade it"],
  ])("of a client of version %d says, to itself and to the client, that %s", async (major, advice) => {
    const [near, far] = memoryPair();
    const errors: unknown[] = [];
    const told = errorsTo(near);
    serveTransport(far, service, { one: () => 1 }, { onConnectionError: (error) => errors.push(error) });
    near.send(helloOf(major, 0));
    const text = `Cannot speak version ${major} of the client: the server speaks 1; ${advice}`;
    await until(() => told.length === 1 && errors.length === 1);
    expect(told[0]).toContain(text);
    expect(errors[0]).toMatchObject({ code: "VERSION_UNSUPPORTED", message: expect.stringContaining(text) });
  });
});

/** A transport on which the first message that comes is a HELLO of another version. */
function tampered(transport: Transport, major: number): Transport {
  return {
    send: (message) => transport.send(message),
    onMessage: (listener) => {
      let isFirst = true;
      transport.onMessage((message) => {
        if (isFirst) {
          isFirst = false;
          const copy = message.slice();
          const reader = new Reader(copy);
          reader.varint("type"); // one byte: no flag of a client's HELLO is set
          reader.varint("stream");
          reader.varint("length");
          copy[copy.length - reader.left] = major;
          listener(copy);
        } else listener(message);
      });
    },
    onRoom: (listener) => transport.onRoom(listener),
    onClose: (listener) => transport.onClose(listener),
    close: (code, reason) => transport.close(code, reason),
  };
}
