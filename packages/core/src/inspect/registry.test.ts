import { describe, expect, it } from "vitest";
import { type Inspectable, Registry } from "./registry.js";

const member = (name: string): Inspectable => ({ kind: "queue", name, snapshot: () => ({ held: 1 }) });

describe("Registry", () => {
  it("lists its members until they leave, and lets each leave once", () => {
    const registry = new Registry(2);
    const a = member("a");
    const leave = registry.add(a);
    registry.add(member("b"));
    expect([...registry].map(({ name }) => name)).toEqual(["a", "b"]);
    leave?.();
    leave?.();
    expect([...registry].map(({ name }) => name)).toEqual(["b"]);
  });

  it("only counts those for whom there is no room", () => {
    const registry = new Registry(1);
    registry.add(member("a"));
    expect(registry.add(member("b"))).toBeUndefined();
    expect([[...registry].map(({ name }) => name), registry.refused]).toEqual([["a"], 1]);
  });

  it.each([undefined, null, 5, {}, { name: "a" }, { snapshot: () => ({}) }])("refuses %j", (wrong) => {
    const registry = new Registry(9);
    expect(() => registry.add(wrong as never)).toThrow(TypeError);
    expect([...registry]).toEqual([]);
  });

  it.each([0, 1.5, Number.POSITIVE_INFINITY, "9", undefined])("refuses a capacity of %s", (capacity) => {
    expect(() => new Registry(capacity as number)).toThrow("Cannot give a Registry the capacity");
  });
});
