// A worker of the browser: serves at its own end of the port, or passes on what comes to a port that it is given.

import { servePort } from "@sluice/net/port";
import { handlers } from "./handlers.js";
import { wares } from "./wares.js";

const worker = globalThis as unknown as Worker;

if (new URLSearchParams(location.search).has("pass")) {
  worker.onmessage = ({ data: port }: MessageEvent<MessagePort>) => {
    worker.onmessage = ({ data }) => port.postMessage(data, data instanceof ArrayBuffer ? [data] : []);
    port.onmessage = ({ data }) => worker.postMessage(data, data instanceof ArrayBuffer ? [data] : []);
  };
} else {
  servePort(worker, wares, handlers());
}
