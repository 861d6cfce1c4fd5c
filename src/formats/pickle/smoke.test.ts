import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { repr } from "../../core/values/repr.ts";
import { loads } from "./read/loads.ts";

const exprs = ["[1,2.0,'a',None,True,(1,2,3,4),{'a':1,'b':[1.0]},{1,2},frozenset([3]),b'x',bytearray(b'y')]", "[[],{},(),[{}],2**100,-2**70,-1,-256,10**15, 1.5, 'é€😀', '\\ud800']",
 "[float(i) for i in range(2500)]", "list(range(3500))", "{i:str(i) for i in range(2500)}", "[list(range(1000)),(1,2)]", "[list(range(1000)),(1,2),[(3,4)],3]", "[{i:i for i in range(1000)},(1,2,5,6)]", "[1.0]*1000+['x']"];
test.each(exprs)("%s", (e) => {
  for (const p of [0, 1, 2, 3, 4, 5]) {
    const out = execFileSync("python3.11", ["-c", `import pickle,sys;v=${e};sys.stdout.buffer.write(pickle.dumps(v,${p}))`]);
    const rep = execFileSync("python3.11", ["-c", `v=${e};import sys;sys.stdout.buffer.write(repr(v).encode('utf-8','surrogatepass'))`]).toString();
    expect(repr(loads(out))).toBe(rep);
  }
});
