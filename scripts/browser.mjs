// Runs the smoke cases of the built package, bundled for a browser, in Debian's headless Chromium.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { bundleText } from "./bundle.mjs";
import { launch } from "./chromium.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

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
             import * as keras from ${JSON.stringify(join(root, "dist/keras.js"))};
             import * as hdf5 from ${JSON.stringify(join(root, "dist/hdf5.js"))};
             import * as joblib from ${JSON.stringify(join(root, "dist/joblib.js"))};
             globalThis.brine = pickle;
             globalThis.numpy = numpy;
             globalThis.keras = keras;
             globalThis.hdf5 = hdf5;
             globalThis.joblib = joblib;
             globalThis.all = all;
             globalThis.smoke = () => smoke(pickle);`
          : null,
    },
  ],
});
const { output } = await build.generate({ format: "esm", minify: true });
await build.close();
// The other chunks import it under its own name.
const { code: script, fileName: entry } = output[0];
/** What is fetched only when it is needed: the codecs' WebAssembly, families of classes. */
const chunks = Object.fromEntries(
  output.slice(1).map((chunk) => [`/${chunk.fileName}`, ["text/javascript", chunk.code]]),
);
if (output.length > 1 && output.some((chunk) => /["'`]node:/.test(chunk.code ?? "")))
  throw new Error("node: in a browser bundle");

/** The thread of Keras models: a bundle of its own, beside the page's. */
const threads = await rolldown({
  input: join(root, "dist/keras-worker.js"),
  platform: "browser",
  resolve: { conditionNames: ["browser", "import", "default"] },
  logLevel: "silent",
});
const thread = await threads.generate({ format: "esm", minify: true, codeSplitting: false });
await threads.close();

/** All of it in one file, as a page imports it by its URL. */
const whole = await bundleText();

const joblib = await import(join(root, "dist/joblib.js"));
const { dumps: npyDumps, dumpsNpz, array: arrayOf } = await import(join(root, "dist/numpy.js"));
const npy = npyDumps(
  arrayOf([
    [1, 2.5],
    [3, 4],
  ]),
);
const npz = dumpsNpz({ w: Float32Array.of(1, 2.5), z: new Float64Array(50_000).fill(3) });
const packedNpz = dumpsNpz({ w: Float32Array.of(1, 2.5), t: [["a", "b"]] }, { compressed: true });

// A strict page policy: nothing here may need eval, wasm or a further file.
const policy = "default-src 'none'; script-src 'self'; connect-src 'self'";
const server = createServer((request, response) => {
  const files = {
    "/": ["text/html", `<!doctype html><meta charset="utf-8"><script type="module" src="/${entry}"></script>`],
    [`/${entry}`]: ["text/javascript", script],
    "/w.npz": ["application/octet-stream", Buffer.from(npz)],
    "/packed.npz": ["application/octet-stream", Buffer.from(packedNpz)],
    "/plugins.h5": [
      "application/octet-stream",
      gunzipSync(readFileSync(join(root, "fixtures/data/hdf5/plugins.h5.gz"))),
    ],
    ...chunks,
    // Where the library starts it, and where a program that starts it itself has it.
    "/keras-worker.js": ["text/javascript", thread.output[0].code],
    "/own/thread.js": ["text/javascript", thread.output[0].code],
    "/brine.js": ["text/javascript", whole],
    "/whole-worker.js": ["text/javascript", 'import { keras } from "/brine.js"; keras.serveModels();'],
    "/weather.h5": ["application/octet-stream", readFileSync(join(root, "examples/data/weather.h5"))],
    "/iris.joblib": ["application/octet-stream", readFileSync(join(root, "examples/data/iris.joblib"))],
    "/digits.keras": ["application/octet-stream", readFileSync(join(root, "examples/data/digits.keras"))],
    "/x.npy": ["application/octet-stream", Buffer.from(npy)],
    "/list.pkl": ["application/octet-stream", Buffer.from("80045d94284b014b02652e", "hex")],
  };
  const [path, query] = request.url.split("?");
  const [type, body] = files[path] ?? ["text/plain", null];
  const allowed = query === "wasm" ? policy.replace("'self'", "'self' 'wasm-unsafe-eval'") : policy;
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
  const head = { "content-type": type, "content-security-policy": allowed };
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

const browser = await launch();
/** The same pickle, packed by Python's bz2, xz and lzma. */
function packedFiles() {
  const shells = JSON.parse(readFileSync(join(root, "fixtures/data/shells.json"), "utf8"));
  return [shells.bz2, shells.xz, shells.lzma];
}

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
  // The policy above forbids WebAssembly: bz2, xz and lzma are read without, and the same with it where it is allowed.
  for (const where of ["", "/?wasm"]) {
    await tab.goto(address + where, { timeout: 60_000 });
    await tab.waitForFunction(() => "smoke" in globalThis, null, { timeout: 30_000 });
    const packed = await tab.evaluate(async (files) => {
      const { load, loads, repr } = globalThis.all;
      const compiled = WebAssembly.compile(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
      const out = [
        await compiled.then(
          () => "wasm",
          () => "none",
        ),
      ];
      for (const text of files) {
        const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
        const waited = repr(await load(bytes));
        out.push(repr(loads(bytes)) === waited ? waited.length : "differs");
      }
      return out.join(" ");
    }, packedFiles());
    const expected = `${where === "" ? "none" : "wasm"} 3064 3064 3064`;
    if (packed !== expected) throw new Error(`packed files in the page gave ${packed}, not ${expected}`);
    // joblib files of every compressor, written in the page, read there and here; some need WebAssembly to be written.
    const written = await tab.evaluate(async () => {
      const { dump, load } = globalThis.joblib;
      const value = { x: Float64Array.from({ length: 100_000 }, (_, i) => (i * 7) % 1000), s: "é" };
      const out = {};
      for (const compress of ["zlib", "gzip", "bz2", "lzma", "xz", "lz4"]) {
        const pieces = [];
        const target = { write: (piece) => void pieces.push(piece.slice()) };
        const failed = await dump(value, target, { compress }).then(
          () => null,
          (e) => e.name,
        );
        const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer());
        const again = failed === null ? await load(bytes) : null;
        const same = again?.get("x").data.every((v, i) => v === value.x[i]) && again.get("s") === "é";
        let text = "";
        for (const byte of bytes) text += String.fromCharCode(byte);
        out[compress] = { failed, same, text: btoa(text) };
      }
      return out;
    });
    for (const [compress, { failed: error, same, text }] of Object.entries(written)) {
      const needsWasm = ["bz2", "lzma", "xz"].includes(compress);
      if (where === "" && needsWasm) {
        if (error !== "UnsupportedError") throw new Error(`${compress} without WebAssembly: ${error}`);
        continue;
      }
      const here = error === null ? await joblib.load(Buffer.from(text, "base64")) : null;
      if (!same || here?.get("x").get(99_999) !== (99_999 * 7) % 1000) {
        throw new Error(`${compress} written in the page: ${error ?? "another value"}`);
      }
    }
  }
  console.log("joblib: every compressor writes and reads in the page");
  // A Keras model in a Worker of the page: started by the library, and handed in; texts, progress, errors, the end.
  const threaded = await tab.evaluate(async () => {
    const {
      array,
      compile,
      dense,
      fromKerasBytes,
      input,
      inWorker,
      kerasBytes,
      layer,
      loadModel,
      modelFromJson,
      sequential,
    } = globalThis.keras;
    const made = sequential([
      input({ shape: [6, 6, 1] }),
      layer("Flatten", {}),
      dense({ units: 5, activation: "tanh" }),
      dense({ units: 2, activation: "softmax" }),
    ]);
    compile(made, { loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] });
    const model = fromKerasBytes(kerasBytes(made));
    const x = array(
      Float32Array.from({ length: 3600 }, (_, i) => Math.sin(i)),
      { shape: [100, 6, 6, 1] },
    );
    const y = array(
      Float32Array.from({ length: 100 }, (_, i) => i % 2),
      { shape: [100] },
    );
    const near = (a, b) => Math.max(...a.flat().map((v, i) => Math.abs(v - b.flat()[i]))) < 1e-6;
    const out = [];
    for (const worker of [undefined, new Worker("/own/thread.js", { type: "module" })]) {
      const twin = await inWorker(model, worker === undefined ? {} : { worker });
      const done = [];
      const got = await twin.predict(x, { batchSize: 40, onProgress: (n) => done.push(n) });
      const judged = await twin.evaluate(x, y);
      const here = model.evaluateNamed(x, y);
      const wrong = await twin.predict(array([[1, 2]])).catch((e) => e.name);
      const control = new AbortController();
      const stopped = await twin
        .predict(x, { batchSize: 1, signal: control.signal, onProgress: () => control.abort() })
        .catch((e) => e.name);
      out.push(near(got, model.predict(x)), done.join(), Math.abs(judged.loss - here.loss) < 1e-6, wrong, stopped);
      const left = twin.predict(x).catch((e) => e.message);
      twin.close();
      out.push(await left);
    }
    // Layers whose code is fetched when a model has them: here, by loadModel, and in the Worker.
    const words = modelFromJson({
      module: "keras",
      class_name: "Sequential",
      config: {
        name: "w",
        layers: [
          { class_name: "InputLayer", config: { name: "i", batch_shape: [null, 2], dtype: "string" } },
          { class_name: "StringLookup", config: { name: "s", vocabulary: ["a", "b"] } },
        ],
      },
    });
    let early = "";
    try {
      words.predict([["a", "z"]]);
    } catch (e) {
      early = e.name;
    }
    const loaded = await loadModel(kerasBytes(await words.ready()));
    const twin = await inWorker(loaded, {});
    const texts = [
      ["a", "z"],
      ["b", "a"],
    ];
    out.push(early, loaded.predict(texts).flat(), (await twin.predict(texts)).flat());
    twin.close();
    return out.join(" ");
  });
  const once = "true 40,80,100 true RangeError AbortError the worker of a model was closed";
  if (threaded !== `${once} ${once} UnsupportedError 1,0,2,1 1,0,2,1`)
    throw new Error(`a worker of the page gave ${threaded}`);
  console.log("keras: a model predicts in a Worker of the page");
  // HDF5 over ranges: rare filters are fetched when a chunk wants them; what cannot wait is told, or given them.
  const filtered = await tab.evaluate(async () => {
    const { File, loadFilters, open } = globalThis.hdf5;
    const fetched = () => performance.getEntriesByType("resource").filter(({ name }) => /blosc/.test(name)).length;
    const before = fetched();
    const url = new URL("/plugins.h5", location.href);
    const file = await open(url);
    const sums = [];
    for await (const [path, item] of file.walk()) if (item.chunks) sums.push([path, String(await item.read())]);
    const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
    const [[path]] = sums.filter(([name]) => /blosc/.test(name));
    let told = "";
    try {
      new File(bytes).dataset(path).read();
    } catch (e) {
      told = e.message.includes("await loadFilters(");
    }
    const whole = new File(bytes, "r", { filters: await loadFilters() });
    const same = sums.every(([name, text]) => String(whole.dataset(name).read()) === text);
    const made = File.create();
    made.createDataset("x", { data: [1, 2, 3], compression: "gzip", shuffle: true });
    const again = String(new File(made.toUint8Array()).dataset("x").read());
    return [before, fetched() > 0, sums.length, told, same, again].join(" ");
  });
  if (filtered !== "0 true 88 true true [1 2 3]") throw new Error(`HDF5's filters in the page gave ${filtered}`);
  console.log("hdf5: filters are fetched when they are wanted");
  // One file by its URL, and nothing else: as Observable, Jupyter and plain pages take it.
  const single = await tab.evaluate(async () => {
    const before = performance.getEntriesByType("resource").length;
    const { hdf5, keras, load, npy, repr, sklearn } = await import(new URL("/brine.js", location.href).href);
    const buffer = async (path) => (await fetch(path)).arrayBuffer();
    const list = repr(await load(await buffer("/list.pkl")));
    const x = await load(await buffer("/x.npy"));
    const same = x instanceof npy.NDArray && String(npy.loads(npy.dumps(x)).toArray());
    const file = await load(await buffer("/weather.h5"));
    const hours = String(await (await file.dataset("oslo/hour")).get("0:3"));
    const now = String(new hdf5.File(await buffer("/weather.h5")).dataset("oslo/hour").get("0:3"));
    const plugins = await hdf5.open(new URL("/plugins.h5", location.href));
    let packed = 0;
    for await (const [, item] of plugins.walk()) if (item.chunks) packed += (await item.read()) === undefined ? 0 : 1;
    const iris = await load(await buffer("/iris.joblib"));
    const label = [iris instanceof sklearn.Estimator, String(iris.predict([[5.1, 3.5, 1.4, 0.2]]))];
    const digits = await keras.loadModel(await buffer("/digits.keras"));
    const image = npy.array(new Float32Array(64), { shape: [1, 8, 8, 1] });
    const twin = await keras.inWorker(digits, { worker: new Worker("/whole-worker.js", { type: "module" }) });
    const [there, here] = [await twin.predict(image), digits.predict(image)].map((one) => one.flat());
    const alike = there.every((value, i) => Math.abs(value - here[i]) < 1e-6);
    twin.close();
    const fetched = performance.getEntriesByType("resource").slice(before);
    const scripts = fetched.map(({ name }) => new URL(name).pathname).filter((name) => name.endsWith(".js"));
    return [list, same, hours, now, packed, ...label, alike, [...new Set(scripts)].join(" ")].join("; ");
  });
  if (
    !/^\[1, 2\]; 1,2\.5,3,4; \[0 1 2\]; \[0 1 2\]; 88; true; setosa; true; \/brine\.js( \/whole-worker\.js)?$/.test(
      single,
    )
  ) {
    throw new Error(`the one file in the page gave ${single}`);
  }
  console.log(`bundle: one file by its URL opens ${single}`);
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
