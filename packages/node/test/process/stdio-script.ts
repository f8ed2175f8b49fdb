// What stdio.test.ts runs in processes of its own; the argument names the case.

import { concat, fail, fromIterable, of, take, tap } from "@sluice/core";
import { fromStdin, toStdout } from "@sluice/node";
import { lines } from "@sluice/web";

let pulled = 0;
function* endless(): Generator<string> {
  try {
    for (;;) yield `line ${pulled++}\n`;
  } finally {
    process.stderr.write("cancelled ");
  }
}

const cases: Record<string, () => Promise<unknown>> = {
  /** What comes in goes out. */
  copy: () => toStdout(fromStdin()),
  /** Writes on and on, and says how that ended. */
  endless: async () => process.stderr.write(await toStdout(fromIterable(endless()))),
  /** Reads one line, after which nothing keeps the process. */
  first: () => toStdout(fromStdin().pipe(lines(), take(1))),
  /** Leaves the input to the next who reads it. */
  twice: async () => {
    const bytes = () => fromStdin({ destroyOnCancel: false }).pipe(take(1));
    await toStdout(bytes());
    await toStdout(bytes());
  },
  /** The output stays open, also for others. */
  open: async () => {
    await toStdout(of("one "));
    await toStdout(concat([of("two "), fail(new Error("broke"))])).catch((error) =>
      process.stdout.write(error.message),
    );
  },
  /** Nobody reads: how much was made? */
  stalled: async () => {
    const counting = fromIterable(endless()).pipe(tap(() => {}));
    setTimeout(() => {
      process.stderr.write(String(pulled));
      process.exit(0);
    }, 300);
    await toStdout(counting);
  },
};

await cases[process.argv[2] ?? ""]?.();
