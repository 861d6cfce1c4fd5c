// `npm run test:python [vitest arguments]`: proves brine live against the real Pythons of this machine.
//
// Makes a virtual environment in .cache/venv with the newest python3 (3.9 or later) on PATH, finds further CPythons by
// pyenv or on PATH, and runs the tests of vitest.python.config.ts with
//   BRINE_PYTHONS  JSON: [{ version, executable, venv }], oldest first; venv: the one with the packages
//   BRINE_VENV     the executable of the virtual environment, or "" where there is none
// `node scripts/test-python.mjs --prepare` only makes the environment, which takes no part of a test's time then.
// BRINE_PYTHON names another python3 for the environment. Without python3-venv or a package index the tests that need
// only the standard library still run, and the rest say that they are skipped.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const windows = process.platform === "win32";
const venv = join(root, ".cache", "venv");
const requirements = join(root, "test", "python", "requirements.txt");
const names = [...Array.from({ length: 14 }, (_, i) => `python3.${19 - i}`), "python3", "python", "python2.7"];

const ask = "import sys; print('%d.%d.%d %s' % (sys.version_info[:3] + (sys.executable,)))";

/** Asks an executable for its version and its true path; null when it does not run. */
function question(executable) {
  const run = spawnSync(executable, ["-c", ask], { encoding: "utf8", timeout: 30_000 });
  const found = run.status === 0 ? /^(\d+\.\d+\.\d+) (.+)$/m.exec(run.stdout) : null;
  return found && { version: found[1], executable: found[2] };
}

function onPath() {
  const found = [];
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of names) {
      const path = join(folder, windows ? `${name}.exe` : name);
      try {
        accessSync(path, constants.X_OK);
        found.push(path);
      } catch {}
    }
  }
  return found;
}

function inPyenv() {
  const versions = join(process.env.PYENV_ROOT ?? join(homedir(), ".pyenv"), "versions");
  if (!existsSync(versions)) return [];
  return readdirSync(versions).map((version) => join(versions, version, "bin", "python"));
}

const numbers = (version) => version.split(".").map(Number);
function older(a, b) {
  const [x, y] = [numbers(a.version), numbers(b.version)];
  return x[0] - y[0] || x[1] - y[1] || x[2] - y[2];
}
const short = (python) => python.version.split(".").slice(0, 2).join(".");

function makeVenv(base) {
  const text = readFileSync(requirements);
  const stamp = createHash("sha256").update(text).update(`${base.version} ${base.executable}`).digest("hex");
  const stampPath = join(venv, "brine-stamp");
  const executable = windows ? join(venv, "Scripts", "python.exe") : join(venv, "bin", "python");
  if (existsSync(stampPath) && readFileSync(stampPath, "utf8") === stamp) return executable;
  rmSync(venv, { recursive: true, force: true });
  mkdirSync(join(root, ".cache"), { recursive: true });
  const made = spawnSync(base.executable, ["-m", "venv", venv], { encoding: "utf8" });
  if (made.status !== 0) {
    rmSync(venv, { recursive: true, force: true });
    console.warn(`No virtual environment: python ${base.version} has no venv (Debian: apt install python3-venv).`);
    return null;
  }
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements];
  const installed = spawnSync(executable, pip, { stdio: "inherit" });
  if (installed.status !== 0) {
    console.warn("No packages: pip could not install test/python/requirements.txt.");
    return null;
  }
  writeFileSync(stampPath, stamp);
  return executable;
}

const path = onPath().filter((executable) => basename(join(executable, "..")) !== "shims");
const shims = onPath().filter((executable) => basename(join(executable, "..")) === "shims");
// A shim of pyenv stands for one of its versions; it is asked last, when its real name is likely known already.
const all = [...inPyenv(), ...path, ...shims].map(question).filter((python) => python !== null);

const chosen = process.env.BRINE_PYTHON
  ? question(process.env.BRINE_PYTHON)
  : [...path, ...shims]
      .map(question)
      .filter((p) => p !== null && older(p, { version: "3.9.0" }) >= 0)
      .sort(older)
      .at(-1);
if (!chosen) {
  console.error("No python3 (3.9 or later) on PATH: nothing to test against.");
  process.exit(1);
}

const environment = makeVenv(chosen);
if (process.argv[2] === "--prepare") process.exit(0);
if (environment === null)
  console.warn("Going on with the standard library only; tests that need packages are skipped.");

const table = new Map();
for (const python of all) if (!table.has(short(python))) table.set(short(python), { ...python, venv: false });
if (environment !== null) table.set(short(chosen), { version: chosen.version, executable: environment, venv: true });
const pythons = [...table.values()].sort(older);
const label = (python) => (python.venv ? `${python.version} (with packages)` : python.version);
console.log(`Python ${pythons.map(label).join(", ")}`);

const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const run = spawnSync(
  process.execPath,
  [vitest, "run", "--config", "vitest.python.config.ts", ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, BRINE_PYTHONS: JSON.stringify(pythons), BRINE_VENV: environment ?? "" },
  },
);
process.exit(run.status ?? 1);
