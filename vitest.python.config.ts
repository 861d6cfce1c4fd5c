import { defineConfig } from "vitest/config";

// The live lane: run by scripts/test-python.mjs, which finds the Pythons and tells of them in BRINE_PYTHONS.
export default defineConfig({
  test: {
    include: ["test/python/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
