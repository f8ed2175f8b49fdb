import { describe, expect, it } from "vitest";
import { recordedPass } from "../../../test/recorded-pass.js";
import { plainLines } from "./plain-lines.js";

const rest = { bothPasses: true, window: 256, chartSeconds: 12 };

describe("plainLines", () => {
  it("writes a line for each measurement and one for the end, however often it is updated", () => {
    const written: string[] = [];
    const view = plainLines((text) => written.push(text));
    const credit = recordedPass({ pass: "credit", state: "running" });
    view.update({ credit, plain: null, ...rest });
    view.update({ credit, plain: null, ...rest });
    credit.end([]);
    view.update({ credit, plain: null, ...rest });
    view.close();
    expect(written).toEqual([
      "with credit     2.0 s  produced 1,000  granted 1,072  in flight 0  waiting 200  consumed 800  400/s  server 8.0 MB  client 8.0 MB\n",
      "with credit     2.0 s  produced 1,000  granted 1,072  in flight 0  waiting 200  consumed 800  400/s  server 8.0 MB  client 8.0 MB  complete\n",
    ]);
  });

  it("goes on with the pass without credit when that runs", () => {
    const written: string[] = [];
    const view = plainLines((text) => written.push(text));
    const credit = recordedPass({ pass: "credit" });
    view.update({ credit, plain: recordedPass({ pass: "plain", state: "running" }), ...rest });
    expect(written).toHaveLength(1);
    expect(written[0]).toMatch(/^without credit .* granted no credit /);
  });

  it("says which memory it cannot know", () => {
    const written: string[] = [];
    const view = plainLines((text) => written.push(text));
    const credit = recordedPass({ pass: "credit", serverIsOurs: false });
    view.update({ credit, plain: null, ...rest });
    expect(written[0]).toContain("server not ours  client 8.0 MB");
  });
});
