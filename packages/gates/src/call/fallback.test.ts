import { describe, expect, it } from "vitest";
import { fallback } from "./fallback.js";

const failing = async (): Promise<string> => Promise.reject(new Error("down"));

describe("fallback", () => {
  it("does the other after a failure, with the error and the arguments", async () => {
    const call = fallback(
      async (_, id: number): Promise<string> => Promise.reject(new Error(`no ${id}`)),
      (_, error, id) => `${(error as Error).message}, or ${id}`,
    );
    expect(await call(undefined, 7)).toBe("no 7, or 7");
  });

  it("hands on an error that it is not meant for, and what the other or `when` throws", async () => {
    const boom = (): never => {
      throw new Error("worse");
    };
    await expect(fallback(failing, () => "", { when: () => false })()).rejects.toThrow("down");
    await expect(fallback(failing, boom)()).rejects.toThrow("worse");
    await expect(fallback(failing, () => "", { when: boom })()).rejects.toThrow("worse");
  });

  it("does nothing else when its caller has given up", async () => {
    const stop = new AbortController();
    let others = 0;
    const call = fallback(
      async () => {
        stop.abort("enough");
        throw new Error("down");
      },
      () => (others += 1),
    );
    await expect(call({ signal: stop.signal })).rejects.toBe("enough");
    expect(others).toBe(0);
  });

  it("refuses what is no function", () => {
    expect(() => fallback(failing, "other" as never)).toThrow(/^Cannot fallback with "other"/);
    expect(() => fallback(failing, () => "", { when: 1 as never })).toThrow(TypeError);
  });
});
