/** The command as one file, for tests that run it as a process. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Bundles the command from its sources into a folder of `.cache`, and gives the file's path. */
export async function bundledCommand(folder: string): Promise<string> {
  const main = join(root, ".cache", folder, "main.mjs");
  const bundle = await rolldown({
    input: join(root, "src/cli/main.ts"),
    platform: "node",
    logLevel: "silent",
    resolve: {
      conditionNames: ["node", "import"],
      alias: {
        "#platform": join(root, "src/platform/node.ts"),
        "#filters": join(root, "src/formats/hdf5/filters/here.ts"),
      },
    },
  });
  await bundle.write({ file: main, codeSplitting: false });
  await bundle.close();
  return main;
}
