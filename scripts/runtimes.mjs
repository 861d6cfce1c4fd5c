// Runs scripts/smoke.mjs on the built package in each runtime of runtimes.json; the npm packages carry the binaries.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const table = JSON.parse(readFileSync(new URL("runtimes.json", import.meta.url), "utf8"));
const smoke = join(root, "scripts", "smoke.mjs");

/** Installs a runtime unless the same version is there; its binary, or null. */
function install(name, spec) {
  const folder = join(root, ".cache", "runtimes", name);
  const stamp = join(folder, "installed");
  const binary = join(folder, "node_modules", ".bin", table[name].run[0]);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === spec && existsSync(binary)) return binary;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  for (let left = 3; left > 0; left--) {
    const run = spawnSync("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", spec], {
      cwd: folder,
      stdio: "inherit",
      timeout: 300_000,
    });
    if (run.status === 0 && existsSync(binary)) {
      writeFileSync(stamp, spec);
      return binary;
    }
  }
  return null;
}

function run(name, command, args) {
  const began = Date.now();
  const { status } = spawnSync(command, [...args, smoke], { cwd: root, stdio: "inherit", timeout: 120_000 });
  console.log(`${status === 0 ? "ok  " : "FAIL"} ${name} (${Date.now() - began} ms)`);
  return status === 0;
}

const failed = [];
const only = process.argv.slice(2);
if (!run(`node ${process.versions.node}`, process.execPath, [])) failed.push("node");
for (const [
  name,
  {
    package: spec,
    run: [, ...args],
  },
] of Object.entries(table)) {
  if (only.length > 0 && !only.includes(name)) continue;
  const binary = install(name, spec);
  if (binary === null) console.error(`FAIL ${name}: ${spec} cannot be installed from npm`);
  if (binary === null || !run(spec, binary, args)) failed.push(name);
}
if (failed.length > 0) {
  console.error(`Runtimes that failed: ${failed.join(", ")}`);
  process.exit(1);
}
