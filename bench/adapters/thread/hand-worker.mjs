import { parentPort } from "node:worker_threads";
import { step } from "./step.mjs";

parentPort.on("message", (item) => parentPort.postMessage(step(item)));
