// Writes dist/bundle/brine.js: all of brine for browsers in one file of ECMAScript, to be imported by its URL.
// Run it on a fresh build. Nothing is fetched later: what other builds load when it is wanted stands in the file.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("..", import.meta.url));
const { version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** The text of the file. Throws when it is not one file, or would need Node. */
export async function bundleText() {
  const build = await rolldown({
    input: join(root, "dist/whole.js"),
    platform: "browser",
    resolve: { conditionNames: ["browser", "import", "default"] },
    logLevel: "silent",
  });
  const { output } = await build.generate({
    format: "esm",
    minify: true,
    codeSplitting: false,
    banner: `/*! brine ${version}, ${license}; parts of others: THIRD_PARTY.md of the package */`,
  });
  await build.close();
  const [{ code, imports }] = output;
  if (output.length !== 1 || imports.length > 0 || /\bimport\s*\(/.test(code))
    throw new Error("the bundle is not one file");
  if (/["'`]node:/.test(code)) throw new Error("the bundle holds the text of a node: import");
  return code;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const code = await bundleText();
  mkdirSync(join(root, "dist/bundle"), { recursive: true });
  writeFileSync(join(root, "dist/bundle/brine.js"), code);
  console.log(`dist/bundle/brine.js: ${gzipSync(code, { level: 9 }).length} bytes gzip (${code.length} plain)`);
}
