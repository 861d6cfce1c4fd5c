import { expect, test } from "vitest";
import { zipPieces } from "../../core/zip/index.ts";
import { scan } from "./index.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const said = async (text: string): Promise<string[]> => {
  const { verdict, findings } = await scan(bytes(text));
  return [verdict, ...findings.map(({ rule, path }) => `${rule} ${path}`)];
};

test("a call of os.system is told with its place and its arguments", async () => {
  const report = await scan(bytes("cos\nsystem\n(S'true'\ntR."), { name: "model.pkl" });
  expect(report.verdict).toBe("dangerous");
  expect(report.findings[0]).toMatchObject({
    rule: "dangerous-name",
    severity: "dangerous",
    offset: 0,
    path: "model.pkl+0x0",
    global: "os.system",
    arguments: '"true"',
  });
  expect(report.findings[0]?.lines).toEqual([
    '>     0: GLOBAL "os system"',
    "     11: MARK",
    '     12: STRING "true"',
    "     20: TUPLE",
  ]);
  expect(report.globals).toEqual([{ name: "os.system", verdict: "dangerous", count: 1, uses: ["reduce"] }]);
  expect(report.files).toEqual([{ path: "model.pkl", format: "pickle", size: 23 }]);
});

test("ordinary values are safe, foreign classes suspicious", async () => {
  expect(await said("(lp0\nI1\naI2\na.")).toEqual(["safe"]);
  expect(await said("ccollections\nOrderedDict\n(tR.")).toEqual(["safe"]);
  expect(await said("cshop.models\nOrder\n(tR.")).toEqual(["suspicious", "unknown-name bytes+0x0"]);
  expect((await scan(bytes("cshop.models\nOrder\n(tR."), { allow: ["shop.models.Order"] })).verdict).toBe("safe");
  expect((await scan(bytes("cos\nsystem\n(tR."), { allow: ["os.system"] })).verdict).toBe("dangerous");
});

test("blocks of pandas 1.3, which are made by a partial, are safe, those of other functions are not", async () => {
  const made = (state: string): string => {
    const partial = `cfunctools\npartial\n(cpandas.core.internals.blocks\nnew_block\ntR(${state}(t(S'ndim'\nI2\ndNtb`;
    return `${partial}(cpandas._libs.internals\nBlockPlacement\n(I0\ntRtR.`;
  };
  expect(await said(made("cpandas.core.internals.blocks\nnew_block\n"))).toEqual(["safe"]);
  expect((await said(made("cos\nsystem\n")))[0]).toBe("dangerous");
});

test("what searches and pipelines of scikit-learn hold: splitters, folders of a memory, distributions of SciPy", async () => {
  expect(await said("csklearn.model_selection._split\nLeaveOneGroupOut\n(tR.")).toEqual(["safe"]);
  expect(await said("csklearn.metrics._dist_metrics\nDiceDistance64\n(tR.")).toEqual(["safe"]);
  expect(await said("csklearn.metrics._dist_metrics\nPyFuncDistance64\n(tR.")).toContain("unknown-name bytes+0x0");
  expect(await said("cjoblib._store_backends\nFileSystemStoreBackend\n(tR.")).toEqual(["safe"]);
  const bound = (made: string): Promise<string[]> => said(`c__builtin__\ngetattr\n(${made}S'_entropy'\ntR.`);
  expect((await bound("cscipy.stats\nrandint_gen\n(tR"))[0]).toBe("suspicious");
  expect((await bound("ccopy_reg\n__newobj__\n(cscipy.stats\nrandint_gen\ntR"))[0]).toBe("suspicious");
  expect((await bound("ccollections\nOrderedDict\n(tR"))[0]).toBe("dangerous");
  expect((await bound("ccopy_reg\n__newobj__\n(ccollections\nOrderedDict\ntR"))[0]).toBe("dangerous");
  expect((await bound("cscipy.stats\nrandint_gen\n"))[0]).toBe("dangerous");
});

test("what checkpoints of torch hold besides tensors", async () => {
  expect(await said("ctorch._C\nGenerator\n(tR.")).toEqual(["safe"]);
  expect(await said("ctorch.utils.hooks\nRemovableHandle\n(tR.")).toEqual(["safe"]);
  expect(await said("ctorch.utils.data.sampler\nRandomSampler\n(tR.")).toEqual(["safe"]);
  const lazy = "c__builtin__\ngetattr\n(ctorch.nn.modules.linear\nLazyLinear\n(tRS'_infer_parameters'\ntR.";
  expect((await said(lazy))[0]).toBe("suspicious");
  expect((await said("ctorch.utils.data\nDataLoader\n(tR."))[0]).toBe("dangerous");
  expect((await said("ctorch._C\n_jit_pass\n(tR."))[0]).toBe("dangerous");
});

test("nothing can be read, and nothing is safe for that", async () => {
  expect(await said("")).toEqual(["suspicious", "broken-pickle bytes+0x0"]);
  expect(await said("this is no pickle")).toEqual(["suspicious", "broken-pickle bytes+0x4"]);
  expect(await said("7z\xbc\xaf\x27\x1c\0\0")).toEqual(["suspicious", "not-inspected bytes+0x0"]);
});

test("programs, and operations of TensorFlow that reach files", async () => {
  expect(await said("\x7fELF\x02\x01\x01")).toEqual(["suspicious", "program bytes+0x0"]);
  const layer = { class_name: "TFOpLambda", config: { name: "x", function: "io.read_file" } };
  const model = { class_name: "Functional", config: { layers: [layer] } };
  expect(await said(JSON.stringify(model))).toEqual(["dangerous", expect.stringMatching(/^keras-op bytes\+0x/)]);
});

test("files of a zip that share bytes", async () => {
  const items = ["a", "b"].map((name) => ({ name, data: [bytes(`${name.repeat(300)}.`)] }));
  const zip = Buffer.concat(zipPieces(items));
  const central = zip.indexOf("PK\x01\x02");
  zip.writeUInt32LE(zip.readUInt32LE(central + 20) + 50, central + 20);
  const { verdict, findings } = await scan(new Uint8Array(zip), { name: "a.zip" });
  expect(verdict).toBe("suspicious");
  expect(findings.map(({ rule }) => rule)).toContain("zip-overlap");
});

test("zips of torch without sums, which it writes on demand, and with one that is wrong", async () => {
  const items = ["m/data.pkl", "m/byteorder"].map((name) => ({ name, data: [bytes("(lp0\nI1\na.")] }));
  const zip = Buffer.concat(zipPieces(items));
  for (const [head, sum] of [
    ["PK\x03\x04", 14],
    ["PK\x01\x02", 16],
  ] as const) {
    for (let at = zip.indexOf(head); at >= 0; at = zip.indexOf(head, at + 4)) zip.writeUInt32LE(0, at + sum);
  }
  expect((await scan(zip)).verdict).toBe("safe");
  zip.writeUInt32LE(5, zip.indexOf("PK\x01\x02") + 16);
  expect((await scan(zip)).findings.map(({ rule }) => rule)).toContain("zip-crc");
});
