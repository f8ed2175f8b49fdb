// The Web streams that Node brings, with a queue of 256.
import { increment, isEven, nextTurn, WINDOW } from "../work.mjs";

export async function boundary(items) {
  let sum = 0;
  await readRange(items, () => {}).pipeTo(
    new WritableStream({
      write(item) {
        sum += item;
      },
    }),
  );
  return sum;
}

export async function mapFilterSum(items) {
  let sum = 0;
  await readRange(items, () => {})
    .pipeThrough(transform((item, controller) => controller.enqueue(increment(item))))
    .pipeThrough(
      transform((item, controller) => {
        if (isEven(item)) controller.enqueue(item);
      }),
    )
    .pipeTo(
      new WritableStream({
        write(item) {
          sum += item;
        },
      }),
    );
  return sum;
}

const transform = (each) =>
  new TransformStream({ transform: each }, { highWaterMark: WINDOW }, { highWaterMark: WINDOW });

export async function slowConsumer(items, gauge) {
  let sum = 0;
  await readRange(items, () => gauge.produce()).pipeTo(
    new WritableStream({
      async write(item) {
        await nextTurn();
        gauge.consume();
        sum += item;
      },
    }),
  );
  return sum;
}

function readRange(items, onProduced) {
  let next = 0;
  return new ReadableStream(
    {
      pull(controller) {
        while (next < items && controller.desiredSize > 0) {
          onProduced();
          controller.enqueue(next++);
        }
        if (next === items) controller.close();
      },
    },
    { highWaterMark: WINDOW },
  );
}
