import { defineConfig } from "vitest/config";

// The live lane: run by scripts/test-python.mjs, which finds the Pythons and tells of them in BRINE_PYTHONS.
// Sources run unbuilt here, so the platform is the one in src.
const alias = {
  "#platform": new URL("./src/platform/node.ts", import.meta.url).pathname,
  "#filters": new URL("./src/formats/hdf5/filters/here.ts", import.meta.url).pathname,
};

export default defineConfig({
  resolve: { alias },
  test: {
    include: ["test/python/**/*.test.ts"],
    testTimeout: 240_000,
    hookTimeout: 120_000,
    // The first process waits for the others most of the time, and those wait for Python.
    maxWorkers: "100%",
  },
});
