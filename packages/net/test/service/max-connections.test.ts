// A server takes so many connections and no more: the next one hears why at the door, and costs no session.

import { request } from "node:http";
import { call, defineService, unchecked } from "@sluice/net";
import { memoryPair } from "@sluice/net/kit";
import { connect, serve } from "@sluice/net/node";
import { describe, expect, it } from "vitest";
import { ServiceHost } from "../../src/service/server/server.js";
import type { TransportEnd } from "../../src/transport/transport.js";
import { until } from "./both-ways.js";

const service = defineService("sums", {
  double: call({ input: unchecked<number>(), output: unchecked<number>() }),
});
const handlers = { double: (n: number) => 2 * n };

function statusOf(port: number): Promise<{ status: number; body: string }> {
  return new Promise((resolve) => {
    const headers = {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
      "sec-websocket-protocol": "sluice.v1",
    };
    const asked = request({ host: "127.0.0.1", port, headers });
    asked.on("response", (response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += String(chunk);
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    asked.end();
  });
}

describe("maxConnections", () => {
  it("refuses with 503 and the reason whoever comes beyond it, counts them, and lets in when one has gone", async () => {
    const server = await serve(service, handlers, { maxConnections: 2 });
    const [first, second] = await Promise.all([connect(server.url, service), connect(server.url, service)]);
    await expect(connect(server.url, service)).rejects.toThrow(
      "refused, all 2 connections of this server are taken; try again later",
    );
    expect(await statusOf(server.port)).toEqual({
      status: 503,
      body: "all 2 connections of this server are taken; try again later\n",
    });
    expect(server.snapshot()).toMatchObject({ connections: [{}, {}], refused: 2 });
    expect(await second.double(4)).toBe(8);
    await first.close();
    await until(() => server.snapshot().connections.length === 1);
    const third = await connect(server.url, service);
    expect(await third.double(21)).toBe(42);
    await Promise.all([second.close(), third.close()]);
    await server.close();
  });

  it("closes any other transport beyond it as one that may try again later", async () => {
    const host = new ServiceHost(service, handlers, { maxConnections: 1 });
    const ends: TransportEnd[] = [];
    for (let i = 0; i < 2; i += 1) {
      const [near, far] = memoryPair();
      near.onMessage(() => {});
      near.onClose((end) => ends.push(end));
      host.accept(far);
    }
    await until(() => ends.length > 0);
    expect(ends).toEqual([
      { code: 1013, reason: "all 1 connections of this server are taken; try again later", by: "peer" },
    ]);
    expect(host.snapshot()).toMatchObject({ connections: [{}], refused: 1 });
    await host.close();
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("refuses to be %s", (maxConnections) => {
    expect(() => new ServiceHost(service, handlers, { maxConnections })).toThrow(
      `Cannot set maxConnections to ${maxConnections}: it must be an integer >= 1`,
    );
  });
});
