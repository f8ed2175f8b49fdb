import { describe, expect, it } from "vitest";
import { messageTurns, settled, until } from "./settle.js";

describe("settled", () => {
  it("lets microtasks, messages and timers without delay run, also those made on the way", async () => {
    const ran: string[] = [];
    queueMicrotask(() => queueMicrotask(() => ran.push("microtask")));
    setTimeout(() => ran.push("timer"), 0);
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      ran.push("message");
      channel.port1.close();
    };
    channel.port2.postMessage(null);
    await settled();
    expect(ran.sort()).toEqual(["message", "microtask", "timer"]);
  });
});

describe("messageTurns", () => {
  it.each([1, 3, 10])("lets %i turns go by for who waits for messages as well", async (wanted) => {
    let turns = 0;
    let over = false;
    const other = (async () => {
      for (; !over; turns++) await messageTurns(1);
    })();
    await messageTurns(wanted);
    // Whose message comes first within a turn is the host's affair.
    expect(Math.abs(turns - wanted)).toBeLessThanOrEqual(1);
    over = true;
    await other;
  });
});

describe("until", () => {
  it("returns as soon as the condition holds", async () => {
    let turns = 0;
    await until(
      () => turns === 3,
      "three turns",
      () => void turns++,
    );
    expect(turns).toBe(3);
  });

  it("gives up after a bounded number of turns, naming what it waited for", async () => {
    await expect(until(() => false, "a miracle")).rejects.toThrow("Waited in vain for a miracle");
  });
});
