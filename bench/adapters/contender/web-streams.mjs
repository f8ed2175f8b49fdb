// A3 and A3b: the streams that Node brings, with queues of 256 items, or of four chunks of bytes.
import { range } from "@sluice/core";
import { fromByteStream, fromWebStream, toWebStream, toWritableStream } from "@sluice/web";
import { add, WINDOW } from "../../local/work.mjs";

const CHUNK = 64 * 1024;

export async function forAwait(items) {
  let sum = 0;
  for await (const item of numbers(items)) sum += item;
  return sum;
}

export async function reader(items) {
  const reading = numbers(items).getReader();
  let sum = 0;
  for (;;) {
    const { done, value } = await reading.read();
    if (done) return sum;
    sum += value;
  }
}

export const flow = (items) => fromWebStream(numbers(items)).reduce(add, 0);

export async function pipeTo(items) {
  const end = summing();
  await numbers(items).pipeTo(end.writable);
  return end.total;
}

export async function flowWritten(items) {
  const end = summing();
  await toWritableStream(fromWebStream(numbers(items)), end.writable);
  return end.total;
}

/** The other way round: a flow made a stream, which is read by hand. */
export async function made(items) {
  let sum = 0;
  for await (const item of toWebStream(range(0, items))) sum += item;
  return sum;
}

/** What `made` is compared with: a stream that is asked for one item at a time, as ours is. */
export async function madeByHand(items) {
  let next = 0;
  const stream = new ReadableStream(
    {
      pull(controller) {
        if (next < items) controller.enqueue(next++);
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  let sum = 0;
  for await (const item of stream) sum += item;
  return sum;
}

export const flowOfBytes = (items) =>
  fromByteStream(bytes(items), { chunkBytes: CHUNK }).reduce((sum, chunk) => sum + chunk.byteLength, 0);

export async function byobReader(items) {
  const reading = bytes(items).getReader({ mode: "byob" });
  let sum = 0;
  let buffer = new ArrayBuffer(CHUNK);
  for (;;) {
    const { done, value } = await reading.read(new Uint8Array(buffer));
    if (done) return sum;
    sum += value.byteLength;
    buffer = value.buffer;
  }
}

export async function forAwaitBytes(items) {
  let sum = 0;
  for await (const chunk of bytes(items)) sum += chunk.byteLength;
  return sum;
}

function numbers(items) {
  let next = 0;
  return new ReadableStream(
    {
      pull(controller) {
        while (next < items && controller.desiredSize > 0) controller.enqueue(next++);
        if (next === items) controller.close();
      },
    },
    { highWaterMark: WINDOW },
  );
}

/** Fills the buffer that it is given, or one of its own: `autoAllocateChunkSize` is what a reader without one gets. */
function bytes(items) {
  let left = items * CHUNK;
  return new ReadableStream({
    type: "bytes",
    autoAllocateChunkSize: CHUNK,
    pull(controller) {
      const { byobRequest } = controller;
      const { view } = byobRequest;
      const length = Math.min(left, view.byteLength);
      if (length === 0) {
        controller.close();
        byobRequest.respond(0);
        return;
      }
      new Uint8Array(view.buffer, view.byteOffset, length).fill(7);
      left -= length;
      byobRequest.respond(length);
    },
  });
}

function summing() {
  const end = {
    total: 0,
    writable: new WritableStream(
      {
        write(item) {
          end.total += item;
        },
      },
      { highWaterMark: WINDOW },
    ),
  };
  return end;
}
