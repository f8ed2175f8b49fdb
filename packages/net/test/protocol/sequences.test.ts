// The sequence vectors of packages/net/vectors/sequences/: what is said in which order, and what follows.

import { describe, it } from "vitest";
import { play, type Sequence } from "./sequence-player.js";
import { vectorFiles } from "./vector-files.js";

for (const { file, content } of vectorFiles<{ sequences: Sequence[] }>("sequences/")) {
  describe(`vectors/sequences/${file}`, () => {
    for (const sequence of content.sequences) it(sequence.name, () => play(sequence));
  });
}
