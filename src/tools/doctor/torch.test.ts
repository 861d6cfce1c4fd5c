import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { torchPieces } from "../../families/torch/index.ts";
import { load, loads, PyDict, PyGlobal, PyObject } from "../../index.ts";
import { diagnose, fix } from "./index.ts";

const whole = (pieces: readonly Uint8Array[]): Uint8Array => Uint8Array.from(pieces.flatMap((piece) => [...piece]));
const person = (): PyObject => {
  const one = new PyObject(new PyGlobal("argparse", "Namespace"));
  one.attrs.set("lr", 0.5);
  return one;
};

it("lists what weights_only asks for, and mends within the zip", async () => {
  const zip = whole(torchPieces(new PyDict([["args", person()]]), []));
  const found = await diagnose(zip);
  expect(found).toMatchObject({ format: "torch", protocol: 2, globals: ["argparse.Namespace"], pins: ["torch"] });
  expect(found.findings).toMatchObject([
    {
      rule: "torch-weights-only",
      message:
        "WeightsUnpickler error: Unsupported global: GLOBAL argparse.Namespace was not an allowed global by default.",
      code: "import torch\nimport argparse\ntorch.serialization.add_safe_globals([argparse.Namespace])",
    },
  ]);
  const { bytes, changes } = await fix(zip, { renames: { "argparse.Namespace": "shop.Options" } });
  expect(changes).toHaveLength(1);
  expect((await diagnose(bytes)).globals).toEqual(["shop.Options"]);
  expect(await load(bytes)).toBeDefined();
  expect((await fix(zip, {})).bytes).toBe(zip);
});

it("puts nothing but names into code that people paste", async () => {
  const evil = new TextEncoder().encode("cos, x]); print(1)\nf\n)R.");
  const { findings } = await diagnose(evil, { error: "ModuleNotFoundError: No module named 'os'" });
  for (const { code = "" } of findings) expect(code).not.toContain("print");
  const main = new TextEncoder().encode("c__main__\nA: pass\\x0aprint(1)\n)R}(Vname: 1\nI1\nubb.");
  for (const { code = "" } of (await diagnose(main)).findings) expect(code).toBe("");
  const zip = whole(torchPieces(new PyDict([["x", new PyGlobal("a]); print(1", "b")]]), []));
  for (const { code = "" } of (await diagnose(zip)).findings) expect(code).not.toContain("print");
});

it.each(["py37", "py310", "py312"])("reads what it mends of %s", async (tag) => {
  const path = new URL(`../../../fixtures/data/doctor/old-${tag}.json.gz`, import.meta.url);
  const held: { files: Record<string, string> } = JSON.parse(gunzipSync(readFileSync(path)).toString());
  for (const [name, text] of Object.entries(held.files)) {
    for (const sklearn of ["0.20", "0.24", "1.2", "1.5"]) {
      const versions = {
        sklearn,
        pandas: sklearn === "1.5" ? "2.2" : "1.0",
        numpy: sklearn === "1.5" ? "2.0" : "1.19",
      };
      const { bytes } = await fix(new Uint8Array(Buffer.from(text, "base64")), { for: versions });
      await expect(load(bytes), `${name} for ${sklearn}`).resolves.toBeDefined();
    }
  }
});

it("leaves loads of a mended pickle as they were", async () => {
  const bytes = new TextEncoder().encode("N.");
  expect(loads((await fix(bytes, { for: { python: "2.7" } })).bytes)).toBe(null);
});
