import { defineConfig } from "vitest/config";

// Tests import the workspace's packages from source: every package's "exports" names the source file under
// the condition "@sluice/source", which only this config asks for; users get the built output.
export default defineConfig({
  resolve: { conditions: ["@sluice/source"] },
  ssr: { resolve: { conditions: ["@sluice/source"] } },
  test: {
    include: [
      "packages/*/src/**/*.test.ts",
      "packages/*/test/**/*.test.ts",
      "scripts/*.test.mjs",
      "bench/harness/*.test.mjs",
    ],
    testTimeout: 20_000,
  },
});
