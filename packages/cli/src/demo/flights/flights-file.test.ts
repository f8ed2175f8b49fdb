import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Flight } from "./flight.js";
import { FLIGHTS_IN_FILE } from "./flight.js";
import { FlightsFileError, flightSlices, flightsFile } from "./flights-file.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sluice-flights-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileWith(text: string): Promise<string> {
  const path = join(folder, "some.json");
  await writeFile(path, text);
  return path;
}

/** Reads a file to its end, in the smallest steps; returns the flights and the error that ended them. */
async function readAll(path: string): Promise<{ flights: Flight[]; error: unknown }> {
  const flights: Flight[] = [];
  try {
    for await (const slice of flightSlices(path, { pieceBytes: 64, sliceBytes: 16 })) flights.push(...slice);
  } catch (error) {
    return { flights, error };
  }
  return { flights, error: undefined };
}

const flight = (delay: number): string => `{"delay":${delay},"distance":100,"time":7.25}`;

describe("flightSlices", () => {
  it("reads every flight of the file that comes along, in order", async () => {
    let flights = 0;
    let inOrder = true;
    let earlier = 0;
    for await (const slice of flightSlices(flightsFile())) {
      for (const { time } of slice) {
        inOrder &&= time >= earlier;
        earlier = time;
        flights++;
      }
    }
    expect({ flights, inOrder }).toEqual({ flights: FLIGHTS_IN_FILE, inOrder: true });
  });

  it("reads nothing before it is asked, and never further than one piece beyond what was asked", async () => {
    const path = await fileWith(`[${Array.from({ length: 500 }, (_, i) => flight(i)).join(",")}]`);
    const pieceBytes = 256;
    let bytesRead = 0;
    const onRead = (bytes: number): void => {
      bytesRead = bytes;
    };
    const slices = flightSlices(path, { pieceBytes, sliceBytes: 64, onRead });
    expect(bytesRead).toBe(0);
    let bytesTaken = 1;
    for (;;) {
      const { value, done } = await slices.next();
      if (done) break;
      // A slice of 64 bytes completes two flights at the most.
      expect(value.length).toBeLessThanOrEqual(2);
      for (const { delay } of value) bytesTaken += flight(delay).length + 1;
      expect(bytesRead - bytesTaken).toBeLessThanOrEqual(pieceBytes);
    }
    expect(bytesTaken).toBe(bytesRead);
  });

  it("closes the file when nobody wants more", async () => {
    const path = await fileWith(`[${flight(1)},${flight(2)}]`);
    const slices = flightSlices(path, { pieceBytes: 64, sliceBytes: 64 });
    await slices.next();
    await slices.return();
    expect(await slices.next()).toEqual({ value: undefined, done: true });
  });

  it("names the record of a file cut short, and the text it ends with", async () => {
    const path = await fileWith(`[${flight(1)},${flight(2)}]`);
    await truncate(path, 70);
    const { flights, error } = await readAll(path);
    expect(flights).toHaveLength(1);
    expect(error).toBeInstanceOf(FlightsFileError);
    expect((error as Error).message).toBe(
      "Cannot read flight record 2 of some.json: the file is cut short at byte 70, " +
        'its last text is …me":7.25},{"delay":2,"distance":100,"tim; ' +
        "repair the file, or leave --file away to take the one that comes along",
    );
  });

  it("says that a file is empty", async () => {
    const { error } = await readAll(await fileWith(""));
    expect((error as Error).message).toMatch(
      /^Cannot read flights from some\.json: it is empty; repair the file, /,
    );
  });

  it("names a broken record, and the text around the fault, on one line", async () => {
    const path = await fileWith(
      `[${flight(1)},\n{"delay":2,\n"distance":\u0007oops,"time":7.25}, ${flight(3)}]`,
    );
    const { flights, error } = await readAll(path);
    expect(flights).toHaveLength(1);
    const { message } = error as Error;
    expect(message).toContain("Cannot read flight record 2 of some.json: ");
    expect(message).toContain('{"delay":2, "distance":\ufffdoops,"time":7.25}');
    expect(message).not.toContain("\n");
    expect(message).not.toContain("\u0007");
  });

  it.each([
    ["there is no such file", "missing.json"],
    ["it is a folder", "."],
  ])("says why a path cannot be read: %s", async (why, name) => {
    const { error } = await readAll(join(folder, name));
    expect(error).toBeInstanceOf(FlightsFileError);
    expect((error as Error).message).toContain(`: ${why}; check the path, or leave --file away`);
  });
});
