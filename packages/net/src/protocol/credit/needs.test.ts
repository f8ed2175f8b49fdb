import { describe, expect, it } from "vitest";
import { Needs } from "./needs.js";
import { Pool } from "./pool.js";

const SIZES = { receiveBudget: 1_000, shareBytes: 0, streams: 1, largestCharge: 1_000 };

class Item {
  readonly name: string;
  bytes: number;
  private readonly pool: Pool;

  constructor(name: string, bytes: number, pool: Pool) {
    this.name = name;
    this.bytes = bytes;
    this.pool = pool;
  }

  meetNeed(): "met" | "refused" | "moot" {
    if (this.bytes === 0) return "moot";
    return this.pool.borrow(this.bytes) === "lent" ? "met" : "refused";
  }
}

function setUp(...sizes: number[]): { pool: Pool; needs: Needs<Item>; items: Item[] } {
  const pool = new Pool(SIZES);
  const needs = new Needs<Item>(pool);
  const items = sizes.map((bytes, i) => new Item("abcdef"[i] as string, bytes, pool));
  for (const item of items) needs.join(item);
  return { pool, needs, items };
}

/** The names of whoever is served now. */
function served(needs: Needs<Item>): string {
  let names = "";
  for (let item = needs.serveNext(); item !== undefined; item = needs.serveNext()) names += item.name;
  return names;
}

describe("Needs", () => {
  it("§4.9 serves first come first served, and nobody overtakes a first one that is too large for now", () => {
    const { pool, needs } = setUp(600, 500, 10);
    expect(served(needs)).toBe("a");
    expect(needs.first?.name).toBe("b");
    pool.giveBack(600);
    expect(served(needs)).toBe("bc");
    expect(needs.first).toBeUndefined();
  });

  it("§4.9 claims the pool exactly while somebody waits", () => {
    const { pool, needs, items } = setUp(900, 200);
    expect(pool.isClaimed).toBe(true);
    served(needs);
    expect(pool.isClaimed).toBe(true);
    needs.leave(items[1] as Item);
    expect(pool.isClaimed).toBe(false);
    needs.leave(items[1] as Item);
    expect(pool.isClaimed).toBe(false);
  });

  it("keeps the place of who states a need again, and passes over who has none any more", () => {
    const { needs, items } = setUp(1_000, 5, 7);
    expect(served(needs)).toBe("a");
    needs.join(items[1] as Item);
    expect(needs.first?.name).toBe("b");
    (items[1] as Item).bytes = 0;
    expect(served(needs)).toBe("");
    expect(needs.first?.name).toBe("c");
  });
});
