// Builds the viewer page and uses it in Debian's headless Chromium: `node scripts/viewer.mjs [FOLDER FOR PICTURES]`.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import "../apps/viewer/build.mjs";
import { servePage } from "../dist/cli/view.js";
import { launch } from "./chromium.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "brine-viewer-"));
const pictures = process.argv[2];
const { dumps, loads, DataFrame } = await import("../dist/pandas.js");
const numpy = await import("../dist/numpy.js");

const { server, address } = await servePage({ port: 0 });
const browser = await launch();
const context = await browser.newContext({
  viewport: { width: 1280, height: 800 },
  acceptDownloads: true,
  permissions: ["clipboard-read", "clipboard-write"],
});
const page = await context.newPage();
const errors = [];
page.on("pageerror", (e) => errors.push(String(e)));
page.on("console", (message) => {
  if (message.type() === "error") errors.push(message.text());
});

const row = (name) =>
  page.locator("#tree .row", {
    has: page.locator(".name", {
      hasText: new RegExp(`^${RegExp.escape?.(name) ?? name.replace(/[[\]().]/g, "\\$&")}$`),
    }),
  });
const view = page.locator("#pane .view");
const shot = async (name) => {
  if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`) });
};

/** Opens bytes as the file picker would. */
async function give(name, bytes) {
  await page.setInputFiles("#picker", { name, mimeType: "application/octet-stream", buffer: Buffer.from(bytes) });
  await page.locator("#tree .row").first().waitFor();
}

const checks = {
  async "tells what it is, and opens a sample"() {
    await page.goto(address);
    assert.match(await page.locator(".promise").innerText(), /stays in your browser; nothing in it is executed/);
    await shot("start");
    await page.getByRole("button", { name: "cache.pkl" }).click();
    await row("['users']").waitFor();
    assert.match(await view.innerText(), /^\{'version': \(1, 4, 0\)/);
    await shot("pickle");
  },
  async "goes about the tree by keys"() {
    await page.locator("#tree").focus();
    for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight", "ArrowDown", "Enter", "ArrowDown"])
      await page.keyboard.press(key).then(() => page.waitForTimeout(150));
    assert.equal(await page.locator("#pane .title code").innerText(), "['users'][0].name");
    assert.equal(await view.innerText(), "Ada Lovelace");
    assert.match(page.url(), /#path=/);
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    await page.waitForTimeout(150);
    assert.equal(await row(".name").count(), 0, "the object is closed again");
  },
  async "finds names and values"() {
    await page.keyboard.press("/");
    await page.keyboard.type("grace");
    await page.keyboard.press("Enter");
    await page.getByText("1 of").waitFor();
    assert.equal(await page.locator("#pane .title code").innerText(), "['users'][1].name");
    await page.keyboard.press("Escape");
  },
  async "links values and opcodes"() {
    await page.getByRole("button", { name: "Opcodes here" }).click();
    await page.locator(".opcodes .at").waitFor();
    assert.match(await page.locator(".opcodes .at").innerText(), /SHORT_BINUNICODE.*'Grace Hopper'/s);
    await shot("opcodes");
    await page.locator("#side .body").evaluate((body) => {
      body.scrollTop = 0;
    });
    await page.locator(".opcodes div", { hasText: "'version'" }).first().click();
    await page.locator("#pane .title code", { hasText: /^cache.pkl$/ }).waitFor();
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("#side").isHidden(), true);
  },
  async "copies, and saves"() {
    await row("['version']").click();
    await page.locator("#pane .title code", { hasText: "['version']" }).waitFor();
    await page.getByRole("button", { name: "Copy as Python" }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "x['version']");
    const waiting = page.waitForEvent("download");
    await page.getByLabel("Save as").selectOption("json");
    const saved = await waiting;
    assert.equal(saved.suggestedFilename(), "version.json");
    assert.deepEqual(JSON.parse(readFileSync(await saved.path(), "utf8")), [1, 4, 0]);
  },
  async "comes back to an address"() {
    await page.goto(`${address}?sample=cache.pkl#path=${encodeURIComponent("['prices']['pear']")}`);
    await page.locator("#pane .title code", { hasText: "['prices']['pear']" }).waitFor();
    assert.equal(await view.innerText(), "Decimal('0.95')");
  },
  async "reads HDF5 piece by piece"() {
    await page.goto(`${address}?sample=weather.h5`);
    await row("oslo").click();
    await page.keyboard.press("Enter");
    await row("temperature").click();
    await page.getByRole("tab", { name: "Table" }).waitFor();
    await page.locator(".grid td").first().waitFor();
    await shot("hdf5");
    assert.match(await page.locator("#pane .title").innerText(), /\/oslo\/temperature\s*Dataset/);
  },
  async "draws arrays"() {
    const wave = Float64Array.from({ length: 300 * 400 }, (_, i) => Math.sin(i / 40) * Math.cos(i / 7000));
    await give("wave.npy", numpy.dumps(numpy.array(wave, { shape: [300, 400] })));
    await page.getByRole("tab", { name: "Heatmap" }).click();
    await page.locator("canvas.field").hover({ position: { x: 30, y: 30 } });
    await page.getByText(/^row \d+, column \d+: /).waitFor();
    const [width, height] = await page.locator("canvas.field").evaluate((c) => [c.width, c.height]);
    assert.deepEqual([width, height], [400, 300]);
    await shot("heatmap");
    await page.getByRole("tab", { name: "Line" }).click();
    await page.locator(".uplot").waitFor();
    assert.match(await page.locator(".stats").innerText(), /^400 numbers, 0 NaN, min -?[\d.]+/);
    await page.getByLabel("lines").fill("5");
    await page.getByLabel("lines").press("Enter");
    await page.getByText("2000 numbers").waitFor();
    await shot("line");
    await page.getByRole("tab", { name: "Histogram" }).click();
    await page.getByLabel("bins").waitFor();
    assert.match(await page.locator(".stats").innerText(), /^120000 numbers, 0 NaN/);
    await shot("histogram");
  },
  async "shows planes of more axes, and pictures"() {
    const data = Uint8Array.from({ length: 5 * 20 * 30 * 3 }, (_, i) => (i * 7) % 256);
    await give("pictures.npy", numpy.dumps(numpy.array(data, { shape: [5, 20, 30, 3] })));
    await page.getByRole("tab", { name: "Image" }).click();
    await page.getByText("30 by 20 points").waitFor();
    const first = () =>
      page.locator("canvas.field").evaluate((c) => [...c.getContext("2d").getImageData(1, 0, 1, 1).data]);
    assert.deepEqual(await first(), [21, 28, 35, 255]);
    await page.getByLabel("place on axis 0").last().fill("1");
    await page.getByLabel("place on axis 0").last().press("Enter");
    await page.waitForTimeout(300);
    const at = 1800 + 3;
    assert.deepEqual(await first(), [(at * 7) % 256, ((at + 1) * 7) % 256, ((at + 2) * 7) % 256, 255]);
  },
  async "leaves large arrays in their file"() {
    const path = join(folder, "large.npz");
    const tall = new Float64Array(12_000_000).fill(1);
    tall[11_999_999] = 7;
    await numpy.savez(path, { tall: numpy.array(tall, { shape: [1_200_000, 10] }), s: ["a"] });
    await page.setInputFiles("#picker", path);
    await page.locator("#file", { hasText: "large.npz" }).waitFor();
    await row("['tall']").click();
    await page.getByRole("tab", { name: "Table" }).click();
    await page.locator(".grid td").first().waitFor();
    await view.evaluate((box) => {
      box.scrollTop = box.scrollHeight;
    });
    await page.locator(".grid td", { hasText: /^7\.0$/ }).waitFor();
    assert.equal(await page.locator(".grid tbody th").last().innerText(), "1199999");
    await row("['s']").click();
    await view.getByText("a").first().waitFor();
  },
  async "scrolls through frames"() {
    const rows = 5000;
    const frame = DataFrame.fromColumns({
      id: Array.from({ length: rows }, (_, i) => i),
      name: Array.from({ length: rows }, (_, i) => `row "${i}", of many`),
    });
    await give("frame.pkl", dumps(frame));
    await page.getByRole("tab", { name: "Table" }).waitFor();
    await page.locator(".grid td").first().waitFor();
    assert.deepEqual(await page.locator(".grid thead th").allInnerTexts(), ["", "id", "name"]);
    await view.evaluate((box) => {
      box.scrollTop = box.scrollHeight;
    });
    await page.getByText('row "4999", of many').waitFor();
    await shot("frame");
    const waiting = page.waitForEvent("download");
    await page.getByLabel("Save as").selectOption("pkl");
    const again = loads(readFileSync(await (await waiting).path()));
    assert.deepEqual([again.length, again.series("name").get(4999)], [rows, 'row "4999", of many']);
  },
  async "shows Keras models"() {
    await give("digits.keras", readFileSync(join(root, "examples/data/digits.keras")));
    await page.getByText("Total params").first().waitFor();
    await shot("keras");
  },
  async "says why a file cannot be opened, and asks for the encoding"() {
    await page.goto(address);
    await page.setInputFiles("#picker", join(root, "examples/data/python2.pkl"));
    await page.getByRole("button", { name: "Open as latin1" }).click();
    await page.locator("#tree .row").nth(1).waitFor();
    await page.setInputFiles("#picker", {
      name: "page.pkl",
      mimeType: "text/html",
      buffer: Buffer.from("<!doctype html>"),
    });
    await page.getByText("page.pkl cannot be opened").waitFor();
    await shot("failed");
  },
  async "warns of files that run code, and leads to the opcode"() {
    await give("run.pkl", "cposix\nsystem\n(Vtrue\ntR.");
    await page.locator("#safety.dangerous").click();
    await page.locator("#side").getByText("posix.system").first().waitFor();
    await shot("dangerous");
    await page.locator("#side").getByRole("button", { name: "Opcodes here" }).first().click();
    await page.locator(".opcodes .at").waitFor();
    await page.keyboard.press("Escape");
    await give("cache.npy", numpy.dumps(numpy.array([1, 2, 3])));
    await page.locator("#safety.safe").waitFor();
  },
  async "takes what is dropped"() {
    await page.evaluate(() => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array([0x80, 4, 0x4b, 42, 0x2e])], "answer.pkl"));
      document.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    });
    await page.locator("#file", { hasText: "answer.pkl" }).waitFor();
    assert.equal(await view.innerText(), "42");
  },
  async "takes what is pasted, and addresses"() {
    await page.evaluate(() => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array([0x80, 4, 0x4b, 43, 0x2e])], "pasted.pkl"));
      document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
    });
    await page.locator("#file", { hasText: "pasted.pkl" }).waitFor();
    assert.equal(await view.innerText(), "43");
    const url = encodeURIComponent(`${address}samples/iris.joblib`);
    await page.goto(`${address}?url=${url}#path=${encodeURIComponent(".steps[1][1].coef_")}`);
    await page.locator("#pane .title code", { hasText: ".steps[1][1].coef_" }).waitFor();
    await page.locator(".grid td").first().waitFor();
  },
  async "opens the file of brine view, of which it reads parts"() {
    const { dumpsNpz } = numpy;
    const path = join(folder, "viewed #1.npz");
    writeFileSync(path, dumpsNpz({ "a b": Float64Array.of(1, 2, 3) }));
    const served = await servePage({ port: 0, file: path });
    await page.goto(served.address);
    await row("['a b']").click();
    await page.locator(".grid td", { hasText: "3.0" }).waitFor();
    const small = await servePage({ port: 0, file: join(root, "examples/data/cache.pkl") });
    await page.goto(small.address);
    await page.locator("#opcodes").waitFor();
    await page.locator("#safety.suspicious").waitFor();
    for (const { server } of [served, small]) {
      server.close();
      server.closeAllConnections();
    }
  },
  async "opens without a network, in the dark"() {
    await page.goto(address);
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
    await context.setOffline(true);
    await page.emulateMedia({ colorScheme: "dark" });
    await page.goto(`${address}?sample=weather.h5`);
    await row("oslo").waitFor();
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.equal(ground, "rgb(20, 24, 29)");
    await shot("dark");
    await page.locator("#theme").click();
    assert.notEqual(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), ground);
    await context.setOffline(false);
  },
  async "shows text of files as text"() {
    const evil = "<img src=x onerror=alert(1)>";
    const { dumps: pickled } = await import("../dist/index.js");
    await give("evil.pkl", pickled({ [evil]: [evil], __proto__x: evil }));
    await page.locator("#tree .row").nth(1).click();
    assert.equal(await page.locator("#tree img, #pane img").count(), 0);
  },
};

let failed = false;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`ok   ${name}`);
  } catch (e) {
    failed = true;
    console.error(`FAIL ${name}: ${e.stack}`);
  }
}
if (errors.length > 0) {
  failed = true;
  console.error(`FAIL errors of the page:\n${errors.join("\n")}`);
}
await browser.close();
server.close();
server.closeAllConnections();
rmSync(folder, { recursive: true });
process.exit(failed ? 1 : 0);
