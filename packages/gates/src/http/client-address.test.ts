import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ClientFinder, type ProxyOptions } from "./client-address.js";

const find = (options: ProxyOptions, peer: string | undefined, fields: Record<string, string> = {}) =>
  new ClientFinder("a guard", options).find(peer, (name) => fields[name]);

describe("the client behind a request", () => {
  it("is the peer, whatever the request says, when nobody is trusted", () => {
    const fields = { "x-forwarded-for": "6.6.6.6", forwarded: "for=6.6.6.6" };
    expect(find({}, "203.0.113.7", fields)).toEqual({
      address: "203.0.113.7",
      key: "203.0.113.7",
      isProxied: false,
    });
    expect(find({ trustedProxies: ["10.0.0.0/8"] }, "203.0.113.7", fields)).toMatchObject({
      key: "203.0.113.7",
      isProxied: false,
    });
    expect(find({}, undefined, fields)).toEqual({ address: undefined, key: undefined, isProxied: false });
  });

  it("has one key for the /64 that a subscriber is given, and one for both spellings of IPv4", () => {
    const keys = (...peers: string[]) => peers.map((peer) => find({}, peer).key);
    expect(keys("2001:db8:0:1::7", "2001:DB8:0:1:ffff::", "2001:db8:0:2::7", "fe80::1%eth0")).toEqual([
      "2001:db8:0:1::/64",
      "2001:db8:0:1::/64",
      "2001:db8:0:2::/64",
      "fe80:0:0:0::/64",
    ]);
    expect(keys("::ffff:192.0.2.1", "192.0.2.1")).toEqual(["192.0.2.1", "192.0.2.1"]);
    expect(find({}, "2001:db8:0:1::7").address).toBe("2001:db8:0:1::7");
  });

  it.each([
    ["X-Forwarded-For", "6.6.6.6, 203.0.113.7, 10.0.0.2", "203.0.113.7"],
    ["X-Forwarded-For", "203.0.113.7:4711,10.0.0.2", "203.0.113.7"],
    ["X-Forwarded-For", "[2001:db8:0:1::7]:4711 ,, 10.0.0.2", "2001:db8:0:1::/64"],
    ["X-Forwarded-For", "2001:db8:0:1::7", "2001:db8:0:1::/64"],
    ["X-Forwarded-For", "10.0.0.3, 10.0.0.2", "10.0.0.3"], // all are ours: the farthest
    ["X-Forwarded-For", "6.6.6.6, unknown, 10.0.0.2", "10.0.0.2"], // who came next hides it
    ["X-Forwarded-For", "010.0.0.1, 10.0.0.2", "10.0.0.2"], // no octal: not an address for anybody
    ["X-Forwarded-For", "1.2.3, 10.0.0.2", "10.0.0.2"],
    ["X-Forwarded-For", "", "127.0.0.1"],
    ["X-Forwarded-For", undefined, "127.0.0.1"],
    ["X-Real-IP", "203.0.113.7", "203.0.113.7"],
    ["Forwarded", 'for=6.6.6.6, for=203.0.113.7;proto=https;by=10.0.0.2, for="10.0.0.2"', "203.0.113.7"],
    ["Forwarded", 'Proto=http; FOR="[2001:db8:0:1::7]:4711"', "2001:db8:0:1::/64"],
    ["Forwarded", "for=6.6.6.6, for=_hidden", "127.0.0.1"],
    ["Forwarded", "for=6.6.6.6, proto=https", "127.0.0.1"],
    ["Forwarded", "for=6.6.6.6;for=7.7.7.7", "127.0.0.1"], // each parameter once
    ["Forwarded", 'host="a, for=6.6.6.6;x";for=203.0.113.7', "203.0.113.7"],
    ["Forwarded", 'for=7.7.7.7, for=203.0.113.7;host="evil\\", for=6.6.6.6"', "203.0.113.7"],
    ["Forwarded", 'for=7.7.7.7, for=203.0.113.7;host="evil\\\\"', "203.0.113.7"],
    ["Forwarded", 'for=" unbalanced, for=203.0.113.7', "203.0.113.7"],
  ])("is read from the right of %s: %s", (proxyHeader, value, key) => {
    const fields = value === undefined ? {} : { [proxyHeader.toLowerCase()]: value };
    const trustedProxies = ["127.0.0.1", "10.0.0.0/8"];
    expect(find({ trustedProxies, proxyHeader }, "127.0.0.1", fields)).toMatchObject({
      key,
      isProxied: true,
    });
  });

  it("is read only from the field that the proxies write", () => {
    const fields = { "x-forwarded-for": "203.0.113.7", forwarded: "for=6.6.6.6" };
    expect(find({ trustedProxies: ["127.0.0.1"] }, "127.0.0.1", fields).key).toBe("203.0.113.7");
  });

  it("may be behind a proxy without an address, if that is trusted", () => {
    const fields = { "x-forwarded-for": "6.6.6.6, 203.0.113.7" };
    expect(find({ trustedProxies: ["unix"] }, undefined, fields)).toEqual({
      address: "203.0.113.7",
      key: "203.0.113.7",
      isProxied: true,
    });
    expect(find({ trustedProxies: ["10.0.0.0/8"] }, undefined, fields).key).toBeUndefined();
    expect(find({ trustedProxies: ["unix"] }, "127.0.0.1", fields).key).toBe("127.0.0.1");
  });

  it("is the same whatever a client writes before what proxies append, and however these write it", () => {
    const bytes = fc.array(fc.nat(255), { minLength: 4, maxLength: 4 });
    const outside = bytes.map(([a = 0, ...rest]) => [1 + (a % 9), ...rest].join(".")); // 1. to 9.
    const six = fc.array(fc.nat(0xffff), { minLength: 7, maxLength: 7 }).map((parts) => ({
      address: ["2001", ...parts.map((part) => part.toString(16))].join(":"),
      key: `${["2001", ...parts.slice(0, 3).map((part) => part.toString(16))].join(":")}::/64`,
    }));
    const client = fc.oneof(
      outside.map((address) => ({ address, key: address })),
      six,
    );
    const inside = bytes.map(([, ...rest]) => ["10", ...rest].join("."));
    const junk = fc.oneof(
      fc.string({ unit: "binary-ascii", maxLength: 40 }),
      fc.string({ unit: fc.constantFrom('"', "\\", ",", ";", "=", "for", " ", "6.6.6.6"), maxLength: 30 }),
    );
    const style = fc.record({ port: fc.boolean(), space: fc.constantFrom("", " ", "  ", "\t") });
    fc.assert(
      fc.property(
        fc.record({
          client,
          junk,
          style,
          hops: fc.array(inside, { maxLength: 5 }),
          isForwarded: fc.boolean(),
        }),
        ({ client: { address, key }, junk: left, style: { port, space }, hops, isForwarded }) => {
          const node = (text: string): string => {
            const bare = text.includes(":") && (port || isForwarded) ? `[${text}]` : text;
            const withPort = port ? `${bare}:4711` : bare;
            return isForwarded ? `for="${withPort}";proto=https` : withPort;
          };
          const appended = [address, ...hops].map(node).join(`,${space}`);
          const proxyHeader = isForwarded ? "forwarded" : "x-forwarded-for";
          const said = find({ trustedProxies: ["10.0.0.0/8"], proxyHeader }, "10.1.1.1", {
            [proxyHeader]: `${left},${space}${appended}`,
          });
          expect(said.key).toBe(key);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("is found in time and never throws, whatever stands in a field as large as a server takes", () => {
    const parts = ["10.0.0.2,", '"', "\\", "for=", ";", '"\\', "[", "::", ' for="10.0.0.2",', "a=b;", " "];
    for (const proxyHeader of ["x-forwarded-for", "forwarded"]) {
      for (const part of parts) {
        const value = part.repeat(Math.ceil(16_384 / part.length));
        const started = performance.now();
        const { key } = find({ trustedProxies: ["10.0.0.0/8"], proxyHeader }, "10.1.1.1", {
          [proxyHeader]: value,
        });
        expect(key).toMatch(/^10\./);
        expect(performance.now() - started).toBeLessThan(1000); // a second for what takes a millisecond
      }
    }
  });

  it("is looked for behind proxies that can be named, and not behind everybody", () => {
    const trust =
      (...trustedProxies: unknown[]) =>
      () =>
        find({ trustedProxies } as ProxyOptions, "10.0.0.1");
    expect(trust("::1", "fd00::/8", "::ffff:10.0.0.0/104", "192.0.2.1/32")).not.toThrow();
    expect(trust("::ffff:10.0.0.0/104")()).toMatchObject({ isProxied: true });
    for (const bad of [
      "10.0.0.0/33",
      "10.0.0/8",
      "proxy.example",
      "",
      "10.0.0.1/8/8",
      "10.0.0.1/",
      "::1/129",
      7,
      null,
    ]) {
      expect(trust(bad)).toThrow(TypeError);
    }
    expect(trust("10.0.0.0/x")).toThrow(
      'Cannot make a guard trust the proxy "10.0.0.0/x": it must be an address, a CIDR such as 10.0.0.0/8, or "unix"',
    );
    expect(trust("0.0.0.0/0")).toThrow(RangeError);
    expect(trust("::/0")).toThrow(/then each client chooses its own key; name the proxies$/);
    expect(() => find({ trustedProxies: "10.0.0.1" as never }, "10.0.0.1")).toThrow(/must be an array/);
    expect(() => find({ proxyHeader: "x forwarded" }, "10.0.0.1")).toThrow(/must be the name of a field/);
  });
});
