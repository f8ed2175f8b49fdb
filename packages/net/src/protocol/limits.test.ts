import { describe, expect, it } from "vitest";
import { HELLO_NAMES, LARGEST_OVERHEAD, LENGTH_BYTES, type Settings, settingsOf } from "./limits.js";

describe("settingsOf", () => {
  it("gives both roles defaults that keep to the budget", () => {
    for (const role of ["client", "server"] as const) {
      const settings = settingsOf(role);
      expect((settings.peerStreams + settings.ownStreams) * settings.shareBytes).toBeLessThanOrEqual(
        settings.receiveBudget,
      );
      const pool =
        settings.receiveBudget - (settings.peerStreams + settings.ownStreams) * settings.shareBytes;
      expect(pool).toBe(12 * 1024 * 1024);
      expect(settings.itemBytes + settings.itemOverhead + LENGTH_BYTES).toBeLessThanOrEqual(pool);
    }
  });

  it("§4.5 refuses shares that exceed the budget together", () => {
    expect(() => settingsOf("server", { peerStreams: 65, shareBytes: 262_144 })).toThrow(/receiveBudget/);
    expect(settingsOf("server", { peerStreams: 64, shareBytes: 262_144 }).peerStreams).toBe(64);
  });

  it("§4.5 refuses an item that neither the pool nor a share covers", () => {
    const sizes = { shareBytes: 1024, ownStreams: 10, receiveBudget: 10 * 1024 + 5000 };
    const itemBytes = 5000 - LARGEST_OVERHEAD - LENGTH_BYTES;
    expect(settingsOf("client", { ...sizes, itemBytes }).itemBytes).toBe(itemBytes);
    expect(settingsOf("client", sizes).itemBytes).toBe(itemBytes);
    expect(() => settingsOf("client", { ...sizes, itemBytes: itemBytes + 1 })).toThrow(
      /4929 bytes .* must fit what receiveBudget leaves beside the shares, 5000 bytes, or shareBytes, 1024/,
    );
    const noPool = { shareBytes: 6000, ownStreams: 2, receiveBudget: 12_000 };
    expect(
      settingsOf("client", { ...noPool, itemBytes: 6000 - LARGEST_OVERHEAD - LENGTH_BYTES }).itemBytes,
    ).toBe(5928);
  });

  it("divides the budget when more streams are wanted", () => {
    expect(settingsOf("server", { peerStreams: 1000 }).shareBytes).toBe(4194);
  });

  it("takes items that are larger than a message: they come in parts", () => {
    expect(settingsOf("server", { messageBytes: 100_000, itemBytes: 200_000 }).itemBytes).toBe(200_000);
  });

  it("refuses a message size that its own metadata exceeds", () => {
    expect(() => settingsOf("server", { metadataBytes: 1_048_576 })).toThrow(/metadata/);
    expect(() => settingsOf("server", { messageBytes: 16_383 })).toThrow(RangeError);
  });

  const names: (keyof Settings)[] = [...HELLO_NAMES, "ownStreams"];
  for (const name of names) {
    it(`refuses ${name} that is negative, broken or no number`, () => {
      for (const value of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
        expect(() => settingsOf("client", { [name]: value })).toThrow(RangeError);
      }
    });
  }

  it("refuses a session in which nobody may open a stream", () => {
    expect(() => settingsOf("client", { ownStreams: 0 })).toThrow(/both to 0/);
  });
});
