import { describe, expect, it } from "vitest";
import { Addresses } from "./addresses.js";

const THREE = ["ws://a", "ws://b", "ws://c"];
const middle = (): number => 0.5;

describe("Addresses", () => {
  it("tries the first of several, and after each failure the next one", () => {
    const addresses = new Addresses(THREE);
    const tried = [0, 1, 2].map((now) => {
      const address = addresses.current(now, middle);
      addresses.leave(now);
      return address;
    });
    expect(tried).toEqual(THREE);
    // All have failed lately: the one that failed longest ago.
    expect(addresses.current(3, middle)).toBe("ws://a");
  });

  it("stays with one until it is left, and takes one that failed again half a minute later", () => {
    const addresses = new Addresses(THREE);
    addresses.current(0, middle);
    addresses.leave(0);
    expect([1, 2, 40_000].map((now) => addresses.current(now, middle))).toEqual([
      "ws://b",
      "ws://b",
      "ws://b",
    ]);
    addresses.leave(40_000);
    expect(addresses.current(40_001, middle)).toBe("ws://a");
  });

  it("roundRobin goes on behind the last one that was used", () => {
    const addresses = new Addresses(THREE, "roundRobin");
    const used = [0, 1, 2, 3].map((now) => {
      const address = addresses.current(now, middle);
      addresses.worked();
      addresses.release();
      return address;
    });
    expect(used).toEqual([...THREE, "ws://a"]);
  });

  it("random takes any of those that have not failed lately", () => {
    const addresses = new Addresses(THREE, "random");
    expect(addresses.current(0, () => 0.4)).toBe("ws://b");
    addresses.leave(0);
    const seen = new Set<unknown>();
    for (const random of [0, 0.2, 0.49, 0.5, 0.7, 1]) {
      seen.add(addresses.current(1, () => random));
      addresses.release();
    }
    expect(seen).toEqual(new Set(["ws://a", "ws://c"]));
  });

  it("forgets the failure of one that worked since", () => {
    const addresses = new Addresses(["ws://a", "ws://b"]);
    addresses.current(0, middle);
    addresses.leave(0);
    addresses.current(1, middle);
    addresses.leave(1);
    addresses.current(2, middle); // a again, the longest ago
    addresses.worked();
    addresses.release();
    expect(addresses.current(3, middle)).toBe("ws://a");
  });

  it("asks a function for each attempt", () => {
    let count = 0;
    const addresses = new Addresses(() => `ws://${count++}`);
    expect([addresses.current(0, middle), addresses.current(0, middle)]).toEqual(["ws://0", "ws://1"]);
  });

  it("refuses no addresses, and a choice that is none", () => {
    expect(() => new Addresses([])).toThrow("Cannot connect to one of no addresses: give at least one");
    expect(() => new Addresses(THREE, "best" as "first")).toThrow(
      'Cannot pick an address by "best": choose "first", "random" or "roundRobin"',
    );
  });
});
