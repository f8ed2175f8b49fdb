// A process between client and server that hands on each chunk of bytes so many milliseconds later, in order, each
// way: the round trip of a long link, on one machine.
import { connect, createServer } from "node:net";
import { answer } from "./fork.mjs";

answer({
  /** Listens on a free port and stands in front of `port`; `delayMs` each way. */
  delay({ port, delayMs }) {
    const server = createServer({ noDelay: true }, (near) => {
      const far = connect({ port, host: "127.0.0.1", noDelay: true });
      handOn(near, far, delayMs);
      handOn(far, near, delayMs);
    });
    return new Promise((resolve, reject) => {
      server.once("error", reject).listen(0, "127.0.0.1", () => resolve({ port: server.address().port }));
    });
  },
});

function handOn(from, to, delayMs) {
  const later = (act) => setTimeout(act, delayMs);
  // Timers of one length fire in the order in which they were set. What waits here is what the link carries.
  from.on("data", (chunk) => later(() => to.write(chunk)));
  from.on("close", () => later(() => to.destroy()));
  from.on("error", () => from.destroy());
}
