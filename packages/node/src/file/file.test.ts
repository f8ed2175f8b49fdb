import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { concat, fail, type Flow, fromIterable, map, mapAsync, never, of, take } from "@sluice/core";
import { ManualSubscriber, settled, until } from "@sluice/tck";
import { openFiles } from "@sluice/testbed";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readBytes } from "./read-bytes.js";
import { readLines } from "./read-lines.js";
import { writeBytes } from "./write-bytes.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-file-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

let made = 0;
const place = (content?: string | Uint8Array): string => {
  const path = join(folder, `${made++}`);
  if (content !== undefined) writeFileSync(path, content);
  return path;
};
const closed = (): Promise<void> => until(() => openFiles(folder).length === 0, "all files to be closed");
const textOf = (chunks: readonly Uint8Array[]): string => Buffer.concat(chunks).toString();
const broken = new Error("the flow broke");

describe("readBytes", () => {
  it.each([
    ["in chunks", { chunkBytes: 4 }, ["0123", "4567", "89"]],
    ["in one", {}, ["0123456789"]],
    ["a part", { start: 3, end: 8, chunkBytes: 3 }, ["345", "67"]],
    ["nothing of it", { start: 10 }, []],
    ["an empty part", { start: 3, end: 3 }, []],
    ["what is there of more", { start: 8, end: 99 }, ["89"]],
  ])("reads %s, and each time anew", async (_, options, wanted) => {
    const flow = readBytes(place("0123456789"), options).pipe(map((chunk) => textOf([chunk])));
    expect(await flow.toArray()).toEqual(wanted);
    expect(await flow.toArray()).toEqual(wanted);
    await closed();
  });

  it("gives plain Uint8Arrays whose memory is all theirs, to be kept or given away", async () => {
    for (const chunk of await readBytes(place("0123456789"), { chunkBytes: 4 }).toArray()) {
      expect(Object.getPrototypeOf(chunk)).toBe(Uint8Array.prototype);
      expect(chunk.buffer.byteLength).toBe(chunk.byteLength);
    }
  });

  it("takes a URL", async () => {
    expect(textOf(await readBytes(pathToFileURL(place("by url"))).toArray())).toBe("by url");
  });

  it("opens the file at the first request, and reads only what is asked for", async () => {
    const path = place("0123456789");
    const subscriber = new ManualSubscriber<Uint8Array>();
    readBytes(path, { chunkBytes: 2 }).subscribe(subscriber);
    await settled();
    expect(openFiles(path)).toEqual([]);
    subscriber.request(2);
    await until(() => subscriber.items.length === 2, "two chunks");
    await settled();
    expect(subscriber.items).toHaveLength(2);
    writeFileSync(path, "abcdefghij"); // nothing was read ahead
    subscriber.request(1);
    await until(() => subscriber.items.length === 3, "another chunk");
    expect(textOf(subscriber.items)).toBe("0123ef");
    subscriber.cancel();
    await closed();
  });

  it("closes the file on every end: the last chunk, leaving early, a cancel while it opens or reads, an error", async () => {
    const path = place("0123456789");
    const flow = readBytes(path, { chunkBytes: 2 });
    expect(await flow.pipe(take(1)).toArray()).toHaveLength(1);
    for await (const _ of flow.values({ prefetch: 1 })) break;
    for (const turns of [0, 1, 5]) {
      const subscriber = new ManualSubscriber<Uint8Array>();
      flow.subscribe(subscriber);
      subscriber.request(3);
      for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
      subscriber.cancel();
    }
    await expect(flow.pipe(mapAsync(() => Promise.reject(broken))).toArray()).rejects.toBe(broken);
    const waits = flow.pipe(mapAsync(() => new Promise(() => {}), { concurrency: 1 }));
    const aborted = waits.toArray({ signal: AbortSignal.timeout(5) });
    await expect(aborted).rejects.toMatchObject({ name: "TimeoutError" });
    await closed();
  });

  it("fails with what the file system says", async () => {
    const missing = join(folder, "missing");
    await expect(readBytes(missing).toArray()).rejects.toMatchObject({ code: "ENOENT", path: missing });
    await expect(readBytes(folder).toArray()).rejects.toMatchObject({ code: "EISDIR" });
    await closed();
  });

  it("refuses wrong options by name", () => {
    const wrong = (options: object) => () => readBytes("x", options);
    expect(wrong({ chunkBytes: 0 })).toThrow("Cannot give readBytes the chunkBytes 0");
    expect(wrong({ start: -1 })).toThrow("Cannot give readBytes the start -1");
    expect(wrong({ end: 1.5 })).toThrow("Cannot give readBytes the end 1.5");
    expect(() => readBytes("x", 7 as never)).toThrow("Cannot give readBytes the options 7");
  });
});

describe("readLines", () => {
  it("reads a file line by line, and closes it when left", async () => {
    const text = Array.from({ length: 500 }, (_, n) => `line ${n} ä`);
    const flow = readLines(place(`${text.join("\r\n")}\n`), { chunkBytes: 7 });
    expect(await flow.toArray()).toEqual(text);
    expect(await flow.pipe(take(3)).toArray()).toEqual(text.slice(0, 3));
    await closed();
  });

  it("fails on a line that is too long, with its number, and closes the file", async () => {
    const flow = readLines(place(`a\n${"b".repeat(100)}`), { maxLength: 10, chunkBytes: 5 });
    await expect(flow.toArray()).rejects.toMatchObject({ code: "LINE_TOO_LONG", line: 2 });
    await closed();
  });
});

describe("writeBytes", () => {
  it("writes bytes and text, and resolves with their number when the file is closed", async () => {
    const path = place("a longer text before");
    const items: (string | Uint8Array)[] = ["ä", new Uint8Array([0x62, 0x63])];
    expect(await writeBytes(fromIterable(items), path)).toBe(4);
    expect(openFiles(path)).toEqual([]);
    expect(readFileSync(path, "utf8")).toBe("äbc");
    expect(await writeBytes(of("d"), path, { flags: "a" })).toBe(1);
    expect(readFileSync(path, "utf8")).toBe("äbcd");
    await expect(writeBytes(of("e"), path, { flags: "wx" })).rejects.toMatchObject({ code: "EEXIST" });
    await writeBytes(of(), pathToFileURL(place()), { mode: 0o600 });
    expect(statSync(join(folder, `${made - 1}`)).mode & 0o777).toBe(0o600);
  });

  it("copies a file of many chunks as it is", async () => {
    const content = Buffer.from(Array.from({ length: 300_000 }, (_, n) => n % 251));
    const [from, to] = [place(content), place()];
    expect(await writeBytes(readBytes(from, { chunkBytes: 4096 }), to)).toBe(content.length);
    expect(readFileSync(to).equals(content)).toBe(true);
    await closed();
  });

  it("asks for no more than fits into its room", async () => {
    let pulled = 0;
    let written = 0;
    function* chunks(): Generator<Uint8Array> {
      for (let n = 0; n < 64; n++) {
        pulled++;
        yield new Uint8Array(65_536);
      }
    }
    const path = place();
    const progress = map((chunk: Uint8Array) => {
      written = Math.max(written, pulled * 65_536 - (existsSync(path) ? statSync(path).size : 0));
      return chunk;
    });
    await writeBytes(fromIterable(chunks()).pipe(progress), path);
    expect(written).toBeLessThanOrEqual(2 * 262_144 + 65_536);
  });

  const failing: Flow<string> = concat([of("half"), fail<string>(broken)]);
  it.each([
    ["the flow fails", () => failing, undefined, broken],
    [
      "an item is neither bytes nor text",
      () => of("half", 7 as never),
      undefined,
      { code: "ERR_INVALID_ARG_TYPE" },
    ],
    ["it is aborted", () => concat([of("half"), never()]) as Flow<string>, 5, { name: "TimeoutError" }],
  ])(
    "closes the file when %s, and with atomic leaves the old one and nothing else",
    async (_, flow, ms, wanted) => {
      for (const atomic of [false, true]) {
        const path = place("old");
        const signal = ms === undefined ? undefined : AbortSignal.timeout(ms);
        const failed = writeBytes(flow(), path, { atomic, signal }).catch((error: unknown) => error);
        if (wanted === broken) expect(await failed).toBe(broken);
        else expect(await failed).toMatchObject(wanted);
        expect(openFiles(folder)).toEqual([]);
        if (atomic) expect(readFileSync(path, "utf8")).toBe("old");
        else expect(["", "half"]).toContain(readFileSync(path, "utf8"));
      }
      expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    },
  );

  it("with atomic shows the new file only when it is whole", async () => {
    const path = place("old");
    const seen: string[] = [];
    const watched = fromIterable(["new ", "file"]).pipe(
      map((text) => {
        seen.push(readFileSync(path, "utf8"));
        return text;
      }),
    );
    expect(await writeBytes(watched, path, { atomic: true })).toBe(8);
    expect(seen).toEqual(["old", "old"]);
    expect(readFileSync(path, "utf8")).toBe("new file");
  });

  it("fails where the folder is missing, and cancels the flow", async () => {
    let isLeft = false;
    function* endless(): Generator<string> {
      try {
        for (;;) yield "x";
      } finally {
        isLeft = true;
      }
    }
    for (const atomic of [false, true]) {
      isLeft = false;
      const failed = writeBytes(fromIterable(endless()), join(folder, "no", "file"), { atomic });
      await expect(failed).rejects.toMatchObject({ code: "ENOENT" });
      expect(isLeft).toBe(true);
    }
  });

  it("refuses wrong arguments at the call", () => {
    expect(() => writeBytes(["x"] as never, "x")).toThrow(
      "Cannot apply writeBytes to <object>: it takes a Flow",
    );
    expect(() => writeBytes(of("x"), "x", { atomic: true, flags: "a" })).toThrow('the flags "a" with atomic');
    expect(() => writeBytes(of("x"), "x", { signal: 7 as never })).toThrow("it must be an AbortSignal");
  });
});
