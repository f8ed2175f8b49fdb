import { type } from "arktype";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { SchemaError, validate } from "./validate.js";

const complaint = (schema: StandardSchemaV1, value: unknown): string => {
  try {
    validate(schema, value, "input of s.r");
  } catch (error) {
    if (error instanceof SchemaError) return error.message;
  }
  return "none";
};

describe("validate", () => {
  const inDepth = { list: [{ n: 1 }, { n: "two" }] };

  it.each<[string, StandardSchemaV1]>([
    ["zod", z.object({ list: z.array(z.object({ n: z.number() })) })],
    ["valibot", v.object({ list: v.array(v.object({ n: v.number() })) })],
    ["arktype", type({ list: type({ n: "number" }).array() })],
  ])("names path, what was expected and what came: %s", (_library, schema) => {
    const text = complaint(schema, inDepth);
    expect(text).toMatch(
      /^Cannot accept the input of s\.r: list\.1\.n: .*number.*; got a string of 3 characters$/i,
    );
  });

  it.each<[unknown, string]>([
    [undefined, "nothing"],
    [null, "null"],
    [5, "5"],
    [5n, "5n"],
    [true, "true"],
    ["a secret", "a string of 8 characters"],
    [[1, 2], "an array of 2"],
    [{ a: 1 }, "an object"],
    [new Uint8Array(3), "3 bytes"],
    [() => {}, "a function"],
  ])("says of %s only what it is", (value, got) => {
    const never: StandardSchemaV1 = {
      "~standard": { version: 1, vendor: "test", validate: () => ({ issues: [{ message: "no" }] }) },
    };
    expect(complaint(never, value)).toBe(`Cannot accept the input of s.r: no; got ${got}`);
  });

  it("follows paths through maps, and to what is not there", () => {
    const at = (...path: PropertyKey[]): StandardSchemaV1 => ({
      "~standard": { version: 1, vendor: "test", validate: () => ({ issues: [{ message: "no", path }] }) },
    });
    expect(complaint(at("k", 0), new Map([["k", [7]]]))).toContain("k.0: no; got 7");
    expect(complaint(at("a", "b"), { a: null })).toContain("a.b: no; got nothing");
  });

  it("counts the mismatches that it does not name", () => {
    const text = complaint(z.object({ a: z.number(), b: z.number() }), {});
    expect(text).toMatch(/: a: .*; got nothing \(and 1 more\)$/);
  });
});
