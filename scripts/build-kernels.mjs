// Builds the kernels of scripts/kernels/ as WebAssembly with 128-bit vectors: modules in src/math/simd/, src/core/codecs/, src/platform/.
//
//   apt-get install clang-16 lld-16      (Debian 12)
//   node scripts/build-kernels.mjs            writes the modules
//   node scripts/build-kernels.mjs --check    builds, and compares with what is committed
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Source, module, and how it is compiled: for size, where a page loads it with much else. Those of math/ are kept as hex,
 * which gzip makes a quarter smaller than base64: bytes stay whole letters.
 */
const MODULES = [
  ["conv.c", "convmodule.ts", "-Os"],
  ["double.c", "doublemodule.ts", "-Os"],
  ["neighbors.c", "neighborsmodule.ts", "-O2", "-Wl,-z,stack-size=8192"],
  ["trees.c", "treesmodule.ts", "-O2"],
  ["lz4.c", "../../core/codecs/lz4module.ts", "-O2", "-mbulk-memory"],
  ["crc.c", "../../platform/crcmodule.ts", "-Os"],
  ["inflate.c", "../../core/codecs/inflatemodule.ts", "-O3", "-mbulk-memory", "-Wl,-z,stack-size=16384"],
];
const folder = mkdtempSync(join(tmpdir(), "brine-kernels-"));

function build(name, module, ...flags) {
  const source = fileURLToPath(new URL(`kernels/${name}`, import.meta.url));
  const target = fileURLToPath(new URL(`../src/math/simd/${module}`, import.meta.url));
  const out = join(folder, "kernels.wasm");
  execFileSync("clang-16", [
    "--target=wasm32",
    "-msimd128",
    "-nostdlib",
    "-ffreestanding",
    "-fno-builtin",
    "-Wl,--no-entry",
    "-Wl,--strip-all",
    "-Wl,-z,stack-size=4096",
    ...flags,
    "-o",
    out,
    source,
  ]);
  const text = `/**
 * The kernels of scripts/kernels/${name}, built by scripts/build-kernels.mjs.
 *
 * @module
 */
export const KERNELS =
  "${readFileSync(out).toString(module.startsWith("..") ? "base64" : "hex")}";
`;
  if (process.argv.includes("--check")) {
    if (readFileSync(target, "utf8").replace(/\s/g, "") !== text.replace(/\s/g, ""))
      throw new Error(`${module} is not what its source gives`);
  } else writeFileSync(target, text);
  console.log(`${module}: ${readFileSync(out).length} bytes`);
}

try {
  for (const [name, module, ...flags] of MODULES) build(name, module, ...flags);
} finally {
  rmSync(folder, { recursive: true });
}
