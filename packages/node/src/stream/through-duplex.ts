import type { Operator } from "@sluice/core";
import { asError, fail, flowFrom, requireFlow, describe } from "@sluice/core/kit";
import { ReadableSubscription, unreadable } from "./readable-subscription.js";
import { destroyStream, unusable } from "./stream-end.js";
import { WritableEnd } from "./writable-end.js";

/**
 * Sends a flow through a Node stream that is written and read, such as a compressor, a cipher or a parser.
 *
 * *Demand:* downstream's is spent by reading; upstream is asked for what the writable side has room for, as by
 * `toWritable`, whatever is requested below. *Buffers:* what the stream holds on both sides, by its `highWaterMark`s,
 * and what was asked for and comes while it is full. *Errors:* upstream's destroys the stream, the stream's cancels
 * upstream; passed on at once. *Cancel:* cancels upstream and destroys the stream. A stream whose readable side ends
 * first completes the flow and cancels upstream.
 *
 * @param duplex the stream, for a flow that is subscribed once; or what makes one for each subscription
 *
 * @example
 * ```ts
 * import { createGunzip, createGzip } from "node:zlib";
 * import { of } from "@sluice/core";
 * import { throughDuplex } from "@sluice/node";
 * const same = of("the same ", "again").pipe(throughDuplex(() => createGzip()), throughDuplex(() => createGunzip()));
 * console.log(Buffer.concat(await same.toArray()).toString()); // prints the same again
 * ```
 */
export function throughDuplex<T, R = Uint8Array>(
  duplex: NodeJS.ReadWriteStream | (() => NodeJS.ReadWriteStream),
): Operator<T, R> {
  if (typeof duplex !== "function") requireDuplex(duplex);
  return (upstream) => {
    requireFlow(upstream, "throughDuplex");
    return flowFrom<R>(
      (downstream) => {
        let stream: NodeJS.ReadWriteStream;
        try {
          stream = typeof duplex === "function" ? requireDuplex(duplex()) : duplex;
        } catch (thrown) {
          fail(downstream, asError(thrown, "throughDuplex"));
          return;
        }
        const refused = unusable(stream, "writable") ?? unreadable(stream);
        if (refused !== undefined) {
          fail(downstream, refused);
          return;
        }
        const writing = new WritableEnd<T>(stream, true, (failure) => {
          if (failure !== undefined) reading.fail(failure.error);
        });
        const reading = new ReadableSubscription<R>(stream, downstream, true, (completed) => {
          if (completed && writing.upstreamCompleted) return; // what it has been given it may still write
          writing.leave();
          if (completed) destroyStream(stream, undefined, downstream.late);
        });
        writing.start();
        reading.start();
        reading.listen();
        if (!writing.done) upstream.connect(writing); // else cancelled in onSubscribe
      },
      { name: "throughDuplex", upstreams: [upstream] },
    );
  };
}

function requireDuplex(duplex: NodeJS.ReadWriteStream): NodeJS.ReadWriteStream {
  const { read, write, on } = (duplex ?? {}) as Partial<NodeJS.ReadWriteStream>;
  if (typeof on === "function" && typeof read === "function" && typeof write === "function") return duplex;
  throw new TypeError(
    `Cannot send a flow through ${describe(duplex)}: throughDuplex takes a Duplex, or what makes one`,
  );
}
