import { serveStep } from "@sluice/node/worker";
import { step } from "./step.mjs";

serveStep(step);
