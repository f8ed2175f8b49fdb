// A1 and A1b: the same Readable and the same Writable, with `stream.pipeline` between them, and with a flow.
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Transform, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { map } from "@sluice/core";
import { fromReadable, toWritable } from "@sluice/node";

const CHUNK = 64 * 1024;

/** Changes the item and leaves the sum as it is. */
const wrap = (item) => ({ value: item.value });

/** A stream of so many items, sent to an end by Node, and by a flow. */
const piped = (source, sink) => async (items) => {
  const end = sink();
  await pipeline(source(items), end.writable);
  return end.total;
};
const flowed = (source, sink) => async (items) => {
  const end = sink();
  await toWritable(fromReadable(source(items)), end.writable);
  return end.total;
};

export const pipelineObjects = piped(objects, sum);
export const flowObjects = flowed(objects, sum);
export const pipelineBytes = piped(bytes, count);
export const flowBytes = flowed(bytes, count);
export const pipelineFile = piped(file, count);
export const flowFile = flowed(file, count);

export async function pipelineMapped(items) {
  const end = sum();
  const step = new Transform({
    objectMode: true,
    transform(item, _encoding, done) {
      done(null, wrap(item));
    },
  });
  await pipeline(objects(items), step, end.writable);
  return end.total;
}

export async function flowMapped(items) {
  const end = sum();
  await toWritable(fromReadable(objects(items)).pipe(map(wrap)), end.writable);
  return end.total;
}

function objects(items) {
  let next = 0;
  return new Readable({
    objectMode: true,
    read() {
      while (next < items) if (!this.push({ value: next++ })) return;
      this.push(null);
    },
  });
}

function bytes(items) {
  const chunk = Buffer.alloc(CHUNK, 7);
  let left = items;
  return new Readable({
    highWaterMark: 4 * CHUNK,
    read() {
      while (left > 0) {
        left--;
        if (!this.push(chunk)) return;
      }
      this.push(null);
    },
  });
}

/** Made once, in a folder that goes with the process; it stays in the cache of the system. */
let path;

function file(items) {
  if (path === undefined) {
    const folder = mkdtempSync(join(tmpdir(), "sluice-bench-"));
    process.once("exit", () => rmSync(folder, { recursive: true }));
    path = join(folder, "bytes");
    writeFileSync(path, Buffer.alloc(items * CHUNK, 7));
  }
  return createReadStream(path, { highWaterMark: CHUNK });
}

function sum() {
  const end = {
    total: 0,
    writable: new Writable({
      objectMode: true,
      write(item, _encoding, done) {
        end.total += item.value;
        done();
      },
    }),
  };
  return end;
}

function count() {
  const end = {
    total: 0,
    writable: new Writable({
      highWaterMark: 4 * CHUNK,
      write(chunk, _encoding, done) {
        end.total += chunk.byteLength;
        done();
      },
    }),
  };
  return end;
}
