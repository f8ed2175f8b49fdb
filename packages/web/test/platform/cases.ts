// THE table of cases that run alike on Node and in Chromium.

import { bodyCases } from "./body-cases.js";
import { byobCases } from "./byob-cases.js";
import type { Case } from "./case.js";
import { pipingCases } from "./piping-cases.js";
import { transformCases } from "./transform-cases.js";

export const cases: readonly Case[] = [...pipingCases, ...byobCases, ...transformCases, ...bodyCases];
