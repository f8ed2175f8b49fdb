// Where a client comes from when proxies stand between: only what those of our own have written is believed.

import { call, defineService, unchecked } from "@sluice/net";
import { connect, serve } from "@sluice/net/node";
import { describe, expect, it } from "vitest";
import { ask, UPGRADE } from "./ask-upgrade.js";

const service = defineService("who", { whoami: call({ output: unchecked<string>() }) });
const handlers = { whoami: (_: undefined, { principal }: { principal: string }) => principal };

describe("trustProxy", () => {
  it.each([
    [undefined, "203.0.113.7", "127.0.0.1"],
    [0, "203.0.113.7", "127.0.0.1"],
    [1, "203.0.113.7", "203.0.113.7"],
    // The client wrote the first one itself.
    [1, "1.1.1.1, 203.0.113.7", "203.0.113.7"],
    [2, "1.1.1.1, 203.0.113.7, 10.0.0.2", "203.0.113.7"],
    [3, "203.0.113.7", "203.0.113.7"],
    [1, "203.0.113.7:51442", "203.0.113.7"],
    [1, "2001:db8::1", "2001:db8::1"],
    [1, "[2001:db8::1]:443", "2001:db8::1"],
    [1, "::ffff:203.0.113.7", "203.0.113.7"],
    [1, "unknown", "127.0.0.1"],
    [1, "", "127.0.0.1"],
    [1, ", ,", "127.0.0.1"],
    [1, `${"x".repeat(5000)}`, "127.0.0.1"],
  ])("%s, with X-Forwarded-For %s: the address is %s", async (trustProxy, header, address) => {
    const server = await serve(service, handlers, {
      ...(trustProxy === undefined ? {} : { trustProxy }),
      authenticate: (_, request) => String(request.address),
    });
    const client = await connect(server.url, service, { headers: { "x-forwarded-for": header } });
    expect(await client.whoami()).toBe(address);
    await client.close();
    await server.close();
  });

  it("takes the host that the page asked for from X-Forwarded-Host, and not without a proxy to trust", async () => {
    const headers = { ...UPGRADE, origin: "https://example.org", "x-forwarded-host": "example.org" };
    const trusting = await serve(service, handlers, { trustProxy: 1 });
    expect((await ask(trusting.port, "/", headers)).status).toBe(101);
    const plain = await serve(service, handlers);
    expect((await ask(plain.port, "/", headers)).status).toBe(403);
    await Promise.all([trusting.close(), plain.close()]);
  });

  it("sees an IPv4 client as such on a socket of both kinds", async () => {
    const server = await serve(service, handlers, {
      host: "::",
      authenticate: (_, request) => String(request.address),
    });
    expect(server.url).toBe(`ws://[::1]:${server.port}`);
    const [six, four] = [
      await connect(server.url, service),
      await connect(`ws://127.0.0.1:${server.port}`, service),
    ];
    expect([await six.whoami(), await four.whoami()]).toEqual(["::1", "127.0.0.1"]);
    await Promise.all([six.close(), four.close()]);
    await server.close();
  });

  it.each([-1, 1.5, Number.NaN, true])("refuses to be %s", (trustProxy) => {
    expect(() => serve(service, handlers, { trustProxy: trustProxy as number })).toThrow(
      `Cannot trust ${trustProxy} proxies: trustProxy is how many of yours stand before this server, an integer >= 0; default 0`,
    );
  });
});
