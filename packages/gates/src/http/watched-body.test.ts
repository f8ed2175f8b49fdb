import { settled } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { type BodyEnd, watchBody } from "./watched-body.js";

/** A body of so many chunks, or without an end, which may break; and what was asked of it. */
function source(chunks: number, breaks = false) {
  const seen = { pulled: 0, cancelled: undefined as unknown };
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        if (seen.pulled === chunks) return breaks ? controller.error(new Error("broke")) : controller.close();
        seen.pulled += 1;
        controller.enqueue(new Uint8Array(1));
      },
      cancel: (reason) => {
        seen.cancelled = reason;
      },
    },
    { highWaterMark: 0 },
  );
  return { seen, body };
}

function watch(body: ReadableStream<Uint8Array>, signal?: AbortSignal) {
  const ends: BodyEnd[] = [];
  return { ends, watched: watchBody(body, (how) => ends.push(how), signal) };
}

describe("a watched body", () => {
  it("passes on what is read, a chunk for each read and none before", async () => {
    const { seen, body } = source(3);
    const { ends, watched } = watch(body);
    await settled();
    expect(seen.pulled).toBe(0);
    const reader = watched.getReader();
    await reader.read();
    await settled();
    expect([seen.pulled, ends]).toEqual([1, []]);
    while (!(await reader.read()).done);
    expect([seen.pulled, ends]).toEqual([3, ["end"]]);
  });

  it("tells of an error once, and of a reader that leaves, who tells its source", async () => {
    const broken = source(1, true);
    const { ends, watched } = watch(broken.body);
    await expect(new Response(watched).text()).rejects.toThrow("broke");
    expect(ends).toEqual(["error"]);
    const left = source(9);
    const leaving = watch(left.body);
    await leaving.watched.cancel("enough");
    expect([leaving.ends, left.seen.cancelled]).toEqual([["cancel"], "enough"]);
  });

  it("is left when the signal fires: before, between and during reads, and not after its end", async () => {
    for (const reads of [0, 1]) {
      const { seen, body } = source(9);
      const stop = new AbortController();
      const { ends, watched } = watch(body, stop.signal);
      const reader = watched.getReader();
      for (let i = 0; i < reads; i += 1) await reader.read();
      stop.abort("gone");
      expect(ends).toEqual(["cancel"]);
      expect(seen.cancelled).toBe("gone");
      await expect(reader.read()).rejects.toBe("gone"); // half of a body is not a whole one
      expect(ends).toEqual(["cancel"]);
    }
    const silent = new ReadableStream<Uint8Array>({ cancel: () => Promise.reject(new Error("says no")) });
    const stop = new AbortController();
    const { ends, watched } = watch(silent, stop.signal);
    const reading = watched.getReader().read();
    await new Promise((resolve) => setImmediate(resolve)); // until it reads the other one
    stop.abort("gone");
    await expect(reading).rejects.toBe("gone");
    expect(ends).toEqual(["cancel"]);
    expect(watch(source(9).body, stop.signal).ends).toEqual(["cancel"]);
    const read = source(1);
    const later = new AbortController();
    const whole = watch(read.body, later.signal);
    await new Response(whole.watched).text();
    later.abort();
    expect([whole.ends, read.seen.cancelled]).toEqual([["end"], undefined]);
  });

  it("leaves no listener on the signal, whichever way it ends", async () => {
    for (const finish of [
      (body: ReadableStream<Uint8Array>) => new Response(body).text(),
      (body: ReadableStream<Uint8Array>) => body.cancel(),
    ]) {
      const { signal } = new AbortController();
      let listeners = 0;
      const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
      signal.addEventListener = (...args: Parameters<typeof add>) => {
        listeners += 1;
        add(...args);
      };
      signal.removeEventListener = (...args: Parameters<typeof remove>) => {
        listeners -= 1;
        remove(...args);
      };
      const { watched } = watch(source(2).body, signal);
      expect(listeners).toBe(1);
      await finish(watched);
      expect(listeners).toBe(0);
    }
  });
});
