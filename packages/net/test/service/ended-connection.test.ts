// What a client says when its connection ended while nothing ran on it.

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect as dial, createServer, type Socket } from "node:net";
import { call, defineService, stream, unchecked } from "@sluice/net";
import { connect, serve } from "@sluice/net/node";
import { describe, expect, it, onTestFinished } from "vitest";

const numbers = defineService("numbers", {
  upTo: stream({ input: unchecked<number>(), output: unchecked<number>() }),
  double: call({ input: unchecked<number>(), output: unchecked<number>() }),
});

describe("a client whose link broke while it was idle", () => {
  it("fails what is asked of it afterwards, instead of waiting for ever", async () => {
    const server = await serve(numbers, { upTo: (n) => [n], double: (n) => 2 * n });
    const links: Socket[] = [];
    // Between both stands a wire that can be cut.
    const wire = createServer((near) => {
      const far = dial(server.port, server.host);
      links.push(near, far);
      for (const link of [near, far]) link.on("error", () => {});
      near.pipe(far).pipe(near);
    }).listen(0, "127.0.0.1");
    await once(wire, "listening");
    onTestFinished(async () => {
      wire.close();
      await server.close();
    });
    const { port } = wire.address() as AddressInfo;
    const client = await connect(`ws://127.0.0.1:${port}`, numbers, { reconnect: false });
    expect(await client.double(21)).toBe(42);

    for (const link of links) link.destroy();
    expect((await client.closed)?.code).toBe("CONNECTION_LOST");

    await expect(client.upTo(3).toArray()).rejects.toMatchObject({ code: "CONNECTION_LOST" });
    await expect(client.double(21)).rejects.toMatchObject({ code: "CONNECTION_LOST" });
  });
});
