// Builds src/platform/wasm/module.ts: liblzma and libbzip2 as one WebAssembly module.
//
//   apt-get install clang-16 lld-16 wasi-libc libclang-rt-16-dev-wasm32   (Debian 12), and cargo
//   node scripts/build-codecs.mjs            writes the module
//   node scripts/build-codecs.mjs --check    builds, and compares with what is committed
//
// The sources are those that the crates liblzma-sys and bzip2-sys carry, pinned by their checksums (cargo keeps to them).
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";

const CRATES = {
  "liblzma-sys": ["0.4.9", "7c7e3581f367a78d7b7e7ae948d023310556f0cfc13156c2e4e00e25616492b9"],
  "bzip2-sys": ["0.1.13", "225bff33b2141874fe80d71e07d6eec4f85c5c216453dd96388240f96e1acc14"],
};
const CLANG = "clang-16";
const here = fileURLToPath(new URL("codecs/", import.meta.url));
const target = fileURLToPath(new URL("../src/platform/wasm/module.ts", import.meta.url));

/** The sources, fetched and checked by cargo. */
function fetched(folder) {
  writeFileSync(
    join(folder, "Cargo.toml"),
    `[package]\nname = "sources"\nversion = "0.0.0"\nedition = "2021"\n[lib]\npath = "lib.rs"\n[dependencies]\n${Object.entries(
      CRATES,
    )
      .map(([name, [version]]) => `${name} = "=${version}"\n`)
      .join("")}`,
  );
  writeFileSync(join(folder, "lib.rs"), "");
  execFileSync("cargo", ["vendor", "--quiet", join(folder, "vendor")], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const lock = readFileSync(join(folder, "Cargo.lock"), "utf8");
  for (const [name, [, sum]] of Object.entries(CRATES)) {
    if (!new RegExp(`name = "${name}"[^[]*checksum = "${sum}"`).test(lock))
      throw new Error(`${name} is not the pinned one`);
  }
  return join(folder, "vendor");
}

function built(vendor, folder) {
  const lzma = join(vendor, "liblzma-sys/xz/src/liblzma");
  const bz2 = join(vendor, "bzip2-sys/bzip2-1.0.8");
  const sources = ["common", "lzma", "lz", "check", "delta", "rangecoder", "simple"]
    .flatMap((part) =>
      readdirSync(join(lzma, part))
        .filter((file) => file.endsWith(".c") && !/_small\.c$|_tablegen\.c$|_mt\.c$|_gen\.c$|_threaded/.test(file))
        .map((file) => join(lzma, part, file)),
    )
    // Only what config.h asks for.
    .filter((file) => !/delta_encoder\.c$|microlzma|hardware_|outqueue|file_info|lzip_decoder/.test(file))
    .sort();
  sources.push(
    ...["blocksort", "huffman", "crctable", "randtable", "compress", "decompress", "bzlib"].map((file) =>
      join(bz2, `${file}.c`),
    ),
  );
  const wasm = join(folder, "codecs.wasm");
  const includes = ["api", "common", "check", "lz", "rangecoder", "lzma", "delta", "simple"].map(
    (part) => `-I${join(lzma, part)}`,
  );
  execFileSync(
    CLANG,
    [
      "--target=wasm32-wasi",
      "-O3",
      "-flto",
      "-mbulk-memory",
      "-mno-atomics",
      "-std=gnu99",
      "-DNDEBUG",
      "-DBZ_NO_STDIO",
      "-DHAVE_CONFIG_H",
      "-ffunction-sections",
      "-fdata-sections",
      "-fvisibility=hidden",
      "-w",
      `-ffile-prefix-map=${folder}=.`,
      `-I${here}`,
      ...includes,
      `-I${join(lzma, "../common")}`,
      `-I${bz2}`,
      ...sources,
      join(here, "codecs.c"),
      "-mexec-model=reactor",
      "-nostartfiles",
      "-fuse-ld=lld",
      "-Wl,--no-entry,--gc-sections,--strip-all,--lto-O3,-z,stack-size=65536",
      "-o",
      wasm,
    ],
    { stdio: "inherit" },
  );
  return readFileSync(wasm);
}

const folder = mkdtempSync(join(tmpdir(), "codecs-"));
try {
  const wasm = built(fetched(folder), folder);
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(wasm));
  if (imports.length > 0) throw new Error(`the module wants ${imports.map(({ name }) => name).join(", ")}`);
  const sum = createHash("sha256").update(wasm).digest("hex");
  if (process.argv.includes("--check")) {
    const same = readFileSync(target, "utf8").includes(sum);
    console.log(same ? `the committed module is this build (${sum})` : `the build is another: ${sum}`);
    process.exitCode = same ? 0 : 1;
  } else {
    const packed = deflateRawSync(wasm, { level: 9 }).toString("base64");
    writeFileSync(
      target,
      `/**
 * liblzma 5.8 and libbzip2 1.0.8 as WebAssembly: made by scripts/build-codecs.mjs, not by hand.
 *
 * @module
 */

/** Bytes of the module. */
export const SIZE = ${wasm.length};
/** SHA-256 of the module. */
export const SHA256 = "${sum}";
/** The module, deflated, in base64. */
export const PACKED =
  "${packed}";
`,
    );
    console.log(`${wasm.length} bytes, ${packed.length} in the file, ${sum}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
