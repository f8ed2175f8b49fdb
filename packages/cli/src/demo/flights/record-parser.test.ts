import { describe, expect, it } from "vitest";
import { readFlight } from "./flight.js";
import { BrokenRecordError, MAX_RECORD_BYTES, RecordParser } from "./record-parser.js";

const A = '{"delay":1,"distance":100,"time":0.5}';
const B = '{"delay":-2,"distance":200,"time":23.75}';

/** Feeds a text in pieces of `size` bytes to the end; returns the records and what went wrong, if anything. */
function parse(text: string, size: number): { records: unknown[]; error: unknown } {
  const bytes = new TextEncoder().encode(text);
  const parser = new RecordParser(readFlight);
  const records: unknown[] = [];
  try {
    for (let start = 0; start < bytes.length; start += size) {
      records.push(...parser.push(bytes.subarray(start, start + size)));
    }
    parser.end();
  } catch (error) {
    return { records, error };
  }
  return { records, error: undefined };
}

function brokenBy(text: string): BrokenRecordError {
  const { error } = parse(text, 7);
  expect(error).toBeInstanceOf(BrokenRecordError);
  return error as BrokenRecordError;
}

describe("RecordParser", () => {
  it("gives the same records however the bytes are cut", () => {
    const text = ` [ ${A},\n${B} ]\n`;
    for (let size = 1; size <= text.length; size++) {
      const { records, error } = parse(text, size);
      expect(error).toBeUndefined();
      expect(records).toEqual([JSON.parse(A), JSON.parse(B)]);
    }
  });

  it("takes an array without records", () => {
    expect(parse("[]", 1)).toEqual({ records: [], error: undefined });
  });

  it("leaves out fields that a flight does not have", () => {
    const { records } = parse('[{"delay":1,"gate":"A7","distance":100,"time":0.5}]', 9);
    expect(records).toEqual([JSON.parse(A)]);
  });

  it.each([
    ["a word where a number belongs", `[${A},{"delay":late,"distance":1,"time":1}]`, 2, 48, /unexpected "l"/],
    [
      "a missing field",
      `[${A},${B},{"delay":1,"time":1}]`,
      3,
      99,
      /expected a number as "distance", got nothing/,
    ],
    ["a text as a number", '[{"delay":"7","distance":1,"time":1}]', 1, 35, /as "delay", got "7"/],
    [
      "an hour that no day has",
      '[{"delay":7,"distance":1,"time":24}]',
      1,
      34,
      /hour in \[0, 24\) as "time", got 24/,
    ],
    ["a record that is no object", `[${A},17]`, 2, 39, /expected an object .*, got 17/],
    ["a comma without a record", `[${A},]`, 2, 39, /^unexpected "\]"$/],
    ["a record without a comma", `[${A}${B}]`, 2, 38, /^unexpected "\{"$/],
    [
      "a number beyond all numbers",
      '[{"delay":1e999,"distance":1,"time":1}]',
      1,
      37,
      /as "delay", got Infinity/,
    ],
    ["text after the array", `[${A}] and more`, 2, 40, /unexpected "a"/],
  ])("names the record, the byte and the fault: %s", (_, text, record, offset, message) => {
    const error = brokenBy(text);
    expect(error.message).toMatch(message);
    expect(error).toMatchObject({ record, offset, cutShort: false });
  });

  it("refuses what is no array, at its first byte", () => {
    expect(brokenBy(`{"flights":[${A}]}`)).toMatchObject({ record: 1, offset: 0, cutShort: false });
    expect(brokenBy("3 ").message).toMatch(/expected "\[" that opens the array of records, got 3/);
  });

  it.each([
    ["nothing at all", "", 1],
    ["in the first record", '[{"delay":1,"dis', 1],
    ["between records", `[${A},`, 2],
    ["before the closing bracket", `[${A},${B}`, 3],
  ])("says that an input is cut short, and at which record: %s", (_, text, record) => {
    expect(brokenBy(text)).toMatchObject({ record, offset: text.length, cutShort: true });
  });

  it("gives the records before a broken one, then the error at every call", () => {
    const parser = new RecordParser(readFlight);
    const bytes = new TextEncoder().encode(`[${A},${B},{]`);
    expect(parser.push(bytes)).toHaveLength(2);
    expect(() => parser.push(bytes)).toThrow(BrokenRecordError);
    expect(() => parser.end()).toThrow(BrokenRecordError);
  });

  it("does not wait for ever for the end of a record", () => {
    const parser = new RecordParser(readFlight);
    parser.push(new TextEncoder().encode(`[${A},{"delay":"`));
    const filler = new Uint8Array(MAX_RECORD_BYTES / 2).fill(0x61);
    parser.push(filler);
    expect(() => parser.push(filler)).toThrow(/no record ends within 65536 bytes/);
  });
});
