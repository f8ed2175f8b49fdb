// THE table of cases that run alike on Node and in Chromium.

import { byobCases } from "./byob-cases.js";
import { transformCases } from "./transform-cases.js";
import type { Case } from "./case.js";

export const cases: readonly Case[] = [...byobCases, ...transformCases];
