import { defineConfig } from "vitest/config";

// Sources run unbuilt here, so the platform is the one in src.
const alias = {
  "#platform": new URL("./src/platform/node.ts", import.meta.url).pathname,
  "#filters": new URL("./src/formats/hdf5/filters/here.ts", import.meta.url).pathname,
};

export default defineConfig({
  resolve: { alias },
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["test/python/**", "node_modules/**"],
    // A machine that is busy with other work needs several times as long.
    testTimeout: 180_000,
    // The first process waits for the others most of the time.
    maxWorkers: "100%",
    setupFiles: ["test/support/seed.ts"],
  },
});
