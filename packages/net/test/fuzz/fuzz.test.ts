// Inputs that nobody would send who means well: nothing that they do may throw, hang, leave an account open, or keep
// another connection from being answered. The long run is `npm run fuzz -- --inputs 10000000 --seed 1`.

import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { uncaught } from "../service/uncaught.js";
import { type CorpusEntry, inputOf } from "./fuzz-input.js";
import { InputMaker } from "./make-input.js";
import { ServiceProbe } from "./probe-service.js";
import { probeSession } from "./probe-session.js";

const CORPUS = new URL("./corpus/", import.meta.url);
const VECTORS = new URL("../../vectors/", import.meta.url);

let services: ServiceProbe;

beforeAll(async () => {
  services = await ServiceProbe.open();
});

afterAll(() => services.close());

describe("the corpus of the fuzz", () => {
  for (const name of readdirSync(CORPUS)) {
    const entry = JSON.parse(readFileSync(new URL(name, CORPUS), "utf8")) as CorpusEntry;
    it(`${name}: ${entry.found}`, async () => {
      const stray = uncaught();
      const input = inputOf(entry);
      if (input.target === "service") await services.probe(input);
      else probeSession(input);
      expect(stray).toEqual([]);
    });
  }
});

describe("the fuzz", () => {
  it("finds nothing in 20,000 inputs, and reaches every way in which a peer ends a session", {
    timeout: 180_000,
  }, async () => {
    const stray = uncaught();
    const maker = new InputMaker(1, VECTORS);
    const ends = new Set<string>();
    for (let i = 0; i < 20_000; i += 1) {
      const input = maker.make(i);
      const { end } = input.target === "service" ? await services.probe(input) : probeSession(input);
      ends.add(end);
      if (stray.length > 0) throw new Error(`Input ${i} of seed 1 left ${String(stray[0])}`);
    }
    // Otherwise the generators have gone blunt: inputs that all end at the first frame find nothing.
    expect([...ends]).toEqual(expect.arrayContaining(REACHED));
  });

  it("makes the same input of the same seed and number", () => {
    const [one, other] = [new InputMaker(7, VECTORS), new InputMaker(7, VECTORS)];
    for (const index of [0, 5, 900]) expect(one.make(index)).toEqual(other.make(index));
    expect(one.make(1)).not.toEqual(other.make(2));
  });
});

const REACHED = [
  ...["closed", "closed 1000", "closed 1002", "HELLO_EXPECTED", "HELLO_REPEATED", "VERSION_UNSUPPORTED"],
  ...[
    "SETTINGS_REFUSED",
    "MESSAGE_TOO_LARGE",
    "MALFORMED",
    "FRAME_UNKNOWN",
    "FRAME_UNEXPECTED",
    "STREAM_UNKNOWN",
  ],
  ...[
    "STREAM_CLOSED",
    "STREAM_LIMIT",
    "ITEM_CREDIT_EXCEEDED",
    "BYTE_CREDIT_EXCEEDED",
    "POSITION_MISMATCH",
    "FLOODED",
  ],
];
