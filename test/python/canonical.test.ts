import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { loads } from "./read/loads.ts";
import { dumps } from "./write/dumps.ts";
const exprs = ["[1,2.0,'a',None,True,(1,2,3,4),{'a':1,'b':[1.0]},b'x',bytearray(b'y'),b'',bytearray()]", "[[],{},(),[{}],2**100,-2**70,-1,-256,10**15, 1.5, 'é€😀', '\\ud800', 'x'*300, 'é'*100,'y'*70000, b'z'*70000, 2**2047,-2**2047,2**40,-2**31,2**31,-128,-32768,255,256,65535,65536, 'a\\nb\\\\u']",
 "[float(i) for i in range(2500)]", "list(range(3500))", "{i:str(i) for i in range(2500)}", "[list(range(1000)),(1,2)]", "[list(range(1000)),(1,2),[(3,4)],3]", "[{i:i for i in range(1000)},(1,2,5,6)]", "[1.0]*1000+['x']", "[[[str(i)]] for i in range(30000)]","(lambda a:(a,a,[a]))([1,(2,3)])", "[{'id':i,'f':float(i),'t':(i,1.0)} for i in range(3000)]", "(lambda l:(l.append(l),l)[1])([1])", "(lambda l:(l.append((l,)),l[0])[1])([])","(lambda l:(l.append((l,1,2,3)),l[0])[1])([])", "{1.0:2,(1.0,2):3,None:1,True:4}"];
const sets=["{1,2}","set(range(1000))","[{1},frozenset([1,2.0]),set(),frozenset()]"];
test.each([...exprs,...sets])("%s", (e) => {
  const py=`
import pickle,sys,json,base64
v=${e}
print(json.dumps([base64.b64encode(pickle.dumps(v,p)).decode() for p in range(6)]))`;
  const out = JSON.parse(execFileSync("/root/.pyenv/versions/3.13.0/bin/python", ["-c", py], { maxBuffer: 1 << 28 }).toString()) as string[];
  out.forEach((b, p) => {
    const bytes = Buffer.from(b, "base64");
    if (sets.includes(e) && p < 4) return;
    const again = Buffer.from(dumps(loads(bytes), { protocol: p, canonical: true }));
    if (!again.equals(bytes)) console.log(p, bytes.subarray(0,200).toString("latin1"), "\n", again.subarray(0,200).toString("latin1"));
    expect(again.equals(bytes), `protocol ${p}`).toBe(true);
    expect(Buffer.from(dumps(loads(dumps(loads(bytes),{protocol:p})), { protocol: p, canonical: true })).equals(bytes)).toBe(true);
  });
});
