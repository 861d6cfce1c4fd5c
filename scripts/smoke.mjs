// A quick look at the built package in whatever runtime runs this.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as all from "brine";
import * as joblib from "brine/joblib";
import * as pickle from "brine/pickle";
import { smoke } from "./smoke-cases.mjs";

const done = smoke(pickle);
const folder = mkdtempSync(join(tmpdir(), "brine-"));
try {
  const path = join(folder, "value.pkl");
  await pickle.dump({ a: [1, "two"] }, path);
  const back = await pickle.load(path);
  if (pickle.repr(back) !== "{'a': [1, 'two']}") throw new Error(`smoke: load of a file gave ${pickle.repr(back)}`);
  const packed = gzipSync(pickle.dumps([1, "a"]));
  for (const back of [all.loads(packed), await all.load(packed), await all.load(new Blob([packed, packed]))]) {
    if (all.repr(back) !== "[1, 'a']") throw new Error(`smoke: load of gzip gave ${all.repr(back)}`);
  }
  for (const compress of ["zlib", "gzip", "bz2", "lzma", "xz", "lz4"]) {
    const file = join(folder, `value.${compress}`);
    await joblib.dump([new Float64Array([1, 2]), "a"], file, { compress });
    for (const back of [
      await all.load(file),
      joblib.loads(joblib.dumps([new Float64Array([1, 2]), "a"], { compress })),
    ]) {
      if (all.repr(back) !== "[array([1., 2.]), 'a']") throw new Error(`smoke: ${compress} gave ${all.repr(back)}`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`smoke: ${done}`);
