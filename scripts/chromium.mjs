// Debian's headless Chromium for tests in a browser.
//
// Installs it with apt-get where it is missing; BRINE_CHROMIUM names another executable.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

function find() {
  const asked = process.env.BRINE_CHROMIUM;
  if (asked) return asked;
  return ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"].find(existsSync) ?? null;
}

function apt(...args) {
  const command = process.getuid?.() === 0 ? ["apt-get"] : ["sudo", "-n", "apt-get"];
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const [program, ...first] = command;
  const run = spawnSync(program, [...first, ...args], {
    stdio: ["ignore", "ignore", "inherit"],
    env,
    timeout: 400_000,
  });
  return run.status === 0;
}

/** A browser without a window; ends the program where none can be had. */
export async function launch() {
  let executablePath = find();
  if (executablePath === null) {
    console.log("No Chromium here: installing Debian's.");
    apt("update");
    for (const name of ["chromium-headless-shell", "chromium"]) {
      if (apt("install", "-y", "--no-install-recommends", name)) break;
    }
    executablePath = find();
  }
  if (executablePath === null) {
    console.error("FAIL browser: Debian's chromium cannot be installed");
    process.exit(1);
  }
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
    timeout: 60_000,
  });
}
