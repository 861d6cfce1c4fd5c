// Builds src/math/simd/module.ts: the kernels of scripts/kernels/kernels.c as WebAssembly with 128-bit vectors.
//
//   apt-get install clang-16 lld-16      (Debian 12)
//   node scripts/build-kernels.mjs            writes the module
//   node scripts/build-kernels.mjs --check    builds, and compares with what is committed
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("kernels/kernels.c", import.meta.url));
const target = fileURLToPath(new URL("../src/math/simd/module.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "brine-kernels-"));
try {
  const out = join(folder, "kernels.wasm");
  execFileSync("clang-16", [
    "--target=wasm32",
    "-O3",
    "-msimd128",
    "-nostdlib",
    "-ffreestanding",
    "-fno-builtin",
    "-Wl,--no-entry",
    "-Wl,--strip-all",
    "-Wl,-z,stack-size=4096",
    "-o",
    out,
    source,
  ]);
  const text = `/**
 * The kernels of scripts/kernels/kernels.c, built by scripts/build-kernels.mjs.
 *
 * @module
 */
export const KERNELS =
  "${readFileSync(out).toString("base64")}";
`;
  if (process.argv.includes("--check")) {
    if (readFileSync(target, "utf8").replace(/\s/g, "") !== text.replace(/\s/g, ""))
      throw new Error("the module is not what its source gives");
  } else writeFileSync(target, text);
  console.log(`${readFileSync(out).length} bytes`);
} finally {
  rmSync(folder, { recursive: true });
}
