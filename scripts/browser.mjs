// Runs the smoke cases of the built package, bundled for a browser, in Debian's headless Chromium.
//
// Installs it with apt-get where it is missing; BRINE_CHROMIUM names another executable.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("..", import.meta.url));

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

const page = "browser-page";
const build = await rolldown({
  input: page,
  platform: "browser",
  cwd: root,
  resolve: { conditionNames: ["browser", "import", "default"] },
  plugins: [
    {
      name: page,
      resolveId: (id) => (id === page ? id : null),
      load: (id) =>
        id === page
          ? `import * as pickle from ${JSON.stringify(join(root, "dist/formats/pickle/index.js"))};
             import { smoke } from ${JSON.stringify(join(root, "scripts/smoke-cases.mjs"))};
             import * as all from ${JSON.stringify(join(root, "dist/index.js"))};
             import * as numpy from ${JSON.stringify(join(root, "dist/numpy.js"))};
             globalThis.brine = pickle;
             globalThis.numpy = numpy;
             globalThis.all = all;
             globalThis.smoke = () => smoke(pickle);`
          : null,
    },
  ],
});
const { output } = await build.generate({ format: "esm", minify: true });
await build.close();
const script = output[0].code;
if (output.length > 1 && output.some((chunk) => /node:/.test(chunk.code ?? "")))
  throw new Error("node: in a browser bundle");

const { dumpsNpz } = await import(join(root, "dist/numpy.js"));
const npz = dumpsNpz({ w: Float32Array.of(1, 2.5), z: new Float64Array(50_000).fill(3) });
const packedNpz = dumpsNpz({ w: Float32Array.of(1, 2.5), t: [["a", "b"]] }, { compressed: true });

// A strict page policy: nothing here may need eval, wasm or a further file.
const policy = "default-src 'none'; script-src 'self'; connect-src 'self'";
const server = createServer((request, response) => {
  const files = {
    "/": ["text/html", '<!doctype html><meta charset="utf-8"><script type="module" src="/page.js"></script>'],
    "/page.js": ["text/javascript", script],
    "/w.npz": ["application/octet-stream", Buffer.from(npz)],
    "/packed.npz": ["application/octet-stream", Buffer.from(packedNpz)],
    "/list.pkl": ["application/octet-stream", Buffer.from("80045d94284b014b02652e", "hex")],
  };
  const [type, body] = files[request.url] ?? ["text/plain", null];
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
  const head = { "content-type": type, "content-security-policy": policy };
  if (body === null || from === undefined) {
    response.writeHead(body === null ? 404 : 200, head);
    response.end(body ?? "");
    return;
  }
  const part = body.subarray(Number(from), Number(to) + 1);
  const range = `bytes ${from}-${Number(from) + part.length - 1}/${body.length}`;
  response.writeHead(206, { ...head, "content-range": range });
  response.end(part);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const address = `http://127.0.0.1:${server.address().port}`;

const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  timeout: 60_000,
});
let failed = false;
try {
  const tab = await browser.newPage();
  const errors = [];
  tab.on("pageerror", (e) => errors.push(String(e)));
  await tab.goto(address, { timeout: 60_000 });
  await tab.waitForFunction(() => "smoke" in globalThis, null, { timeout: 30_000 });
  console.log(`smoke: ${await tab.evaluate(() => globalThis.smoke())}`);
  const loaded = await tab.evaluate(async () => {
    const { load, repr, dumps } = globalThis.brine;
    const url = await load(new URL("/list.pkl", location.href));
    const blob = await load(new Blob([dumps({ a: [1, "\u00e9"] })]));
    const response = await load(await fetch("/list.pkl"));
    const missing = await load(new URL("/none.pkl", location.href)).then(String, (e) => `${e.name} ${e.status}`);
    return [repr(url), repr(blob), repr(response), missing].join(" ");
  });
  if (loaded !== "[1, 2] {'a': [1, 'é']} [1, 2] SourceError 404") throw new Error(`load in the page gave ${loaded}`);
  const shells = await tab.evaluate(async () => {
    const { dumps, fromTypedJSON, load, loads, repr, toTypedJSON } = globalThis.all;
    const packed = (shell) => new Blob([dumps([1, "a"])]).stream().pipeThrough(new CompressionStream(shell));
    const gzip = await load(packed("gzip"));
    const zlib = await load(packed("deflate"));
    const bytes = new Uint8Array(await new Response(packed("gzip")).arrayBuffer());
    const cut = await load(bytes.subarray(0, 20)).then(String, (e) => e.code);
    const atOnce = repr(loads(bytes));
    return [repr(gzip), repr(zlib), repr(fromTypedJSON(toTypedJSON(gzip))), cut, atOnce].join(" ");
  });
  if (shells !== "[1, 'a'] [1, 'a'] [1, 'a'] TRUNCATED [1, 'a']") throw new Error(`shells in the page gave ${shells}`);
  const arrays = await tab.evaluate(async () => {
    const { array, dumps, dumpsNpz, load, loads, openMemmap } = globalThis.numpy;
    const { load: loadAny, repr } = globalThis.all;
    const open = await load(new URL("/w.npz", location.href));
    const w = await open.array("w");
    const z = await (await open.lazy("z")).slice("49998:");
    const packed = await loadAny(new URL("/packed.npz", location.href));
    const big = loads(dumps(array([1, 2], { dtype: ">f8" })), { into: new Float64Array(2) });
    const blob = await openMemmap(new Blob([dumps(new Int16Array([1, 2, 3]))]), { mode: "c" });
    await blob.set(7, 1);
    const again = loads(dumpsNpz({ big }, { compressed: true })).arraySync("big");
    const path = await openMemmap("x.npy").then(String, (e) => e.code);
    return [...[w, z, packed, again, await blob.load()].map((value) => repr(value)), path].join(" ");
  });
  const wanted =
    "array([1. , 2.5], dtype=float32) array([3., 3.]) " +
    "{'w': array([1. , 2.5], dtype=float32), 't': array([['a', 'b']], dtype='<U1')} " +
    "array([1., 2.], dtype='>f8') array([1, 7, 3], dtype=int16) SOURCE";
  if (arrays !== wanted) throw new Error(`arrays in the page gave ${arrays}`);
  if (errors.length > 0) throw new Error(errors.join("\n"));
  console.log(`ok   Chromium ${browser.version()}`);
} catch (e) {
  console.error(`FAIL browser: ${e.stack}`);
  failed = true;
} finally {
  await browser.close();
  server.close();
}
process.exit(failed ? 1 : 0);
