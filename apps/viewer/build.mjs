// Builds the page into apps/viewer/dist, on a fresh build of brine: `node apps/viewer/build.mjs`.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "..", "..");
const out = join(here, "dist");
const SAMPLES = ["cache.pkl", "iris.joblib", "weather.h5", "digits.npz"];

// The sources name brine's by their TypeScript, for the types; the page takes what the build made of them.
const built = {
  name: "built-brine",
  async resolveId(id, importer) {
    const path = importer === undefined ? id : join(dirname(importer), id);
    const inside = relative(join(root, "src"), path);
    if (!id.startsWith(".") || inside.startsWith("..")) return null;
    return join(root, "dist", inside.replace(/\.ts$/, ".js"));
  },
};

rmSync(out, { recursive: true, force: true });
mkdirSync(out);
for (const entry of ["app", "worker"]) {
  const build = await rolldown({
    input: { [entry]: join(here, "src", `${entry}.ts`) },
    platform: "browser",
    plugins: [built],
    resolve: { conditionNames: ["browser", "import", "default"] },
  });
  await build.write({
    dir: out,
    format: "esm",
    minify: true,
    entryFileNames: "[name].js",
    chunkFileNames: "parts/[name]-[hash].js",
  });
  await build.close();
}
for (const name of ["manifest.webmanifest", "icon.svg", "index.html"])
  cpSync(join(here, "page", name), join(out, name));
const uplot = dirname(createRequire(import.meta.url).resolve("uplot/package.json"));
const styles = [join(uplot, "dist", "uPlot.min.css"), join(here, "page", "style.css")];
writeFileSync(join(out, "style.css"), styles.map((path) => readFileSync(path, "utf8")).join("\n"));
mkdirSync(join(out, "samples"));
for (const name of SAMPLES) cpSync(join(root, "examples", "data", name), join(out, "samples", name));

const files = readdirSync(out, { recursive: true })
  .filter((name) => statSync(join(out, name)).isFile())
  .map((name) => name.split(sep).join("/"))
  .sort();
const hash = createHash("sha256");
for (const name of files) hash.update(name).update(readFileSync(join(out, name)));
const offline = readFileSync(join(here, "page", "offline.js"), "utf8")
  .replace("BUILD", hash.digest("hex").slice(0, 16))
  .replace('["FILES"]', JSON.stringify(["./", ...files]));
writeFileSync(join(out, "offline.js"), offline);
const size = files.reduce((sum, name) => sum + statSync(join(out, name)).size, 0);
console.log(`${files.length} files, ${(size / 1000).toFixed(0)} kB: ${relative(process.cwd(), out)}`);
