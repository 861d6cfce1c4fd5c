/** `canonical: true` gives the C pickler's bytes: batches, frames, references, every protocol. */
import { afterAll, describe, expect, it } from "vitest";
import { loads } from "../../src/formats/pickle/read/loads.ts";
import { dumps } from "../../src/formats/pickle/write/dumps.ts";
import { atLeast, Peer, pythons } from "./support/peer.ts";

const info = pythons()
  .filter(({ version }) => atLeast(version, "3.11"))
  .pop();
const peer = info ? new Peer(info) : null;
afterAll(() => peer?.close());

const sources = [
  "[1,2.0,'a',None,True,(1,2,3,4),{'a':1,'b':[1.0]},b'x',bytearray(b'y'),b'',bytearray()]",
  "[[],{},(),[{}],2**100,-2**70,-1,-256,10**15,1.5,'\\xe9\\u20ac\\U0001f600','\\ud800','x'*300,'\\xe9'*100]",
  "['y'*70000, b'z'*70000, 2**2047,-2**2047,2**40,-2**31,2**31,-128,-32768,255,256,65535,65536,'a\\nb\\\\u']",
  "[float(i) for i in range(2500)]",
  "list(range(3500))",
  "{i: str(i) for i in range(2500)}",
  "{i: i for i in range(2000)}",
  "[list(range(1000)), (1, 2)]",
  "[list(range(1000)), (1, 2), [(3, 4)], 3]",
  "[{i: i for i in range(1000)}, (1, 2, 5, 6)]",
  "[1.0] * 1000 + ['x']",
  "[[[str(i)]] for i in range(30000)]",
  "(lambda a: (a, a, [a]))([1, (2, 3)])",
  "[{'id': i, 'f': float(i), 't': (i, 1.0)} for i in range(3000)]",
  "(lambda l: (l.append(l), l)[1])([1])",
  "(lambda l: (l.append((l,)), l[0])[1])([])",
  "(lambda l: (l.append((l, 1, 2, 3)), l[0])[1])([])",
  "{1.0: 2, (1.0, 2): 3, None: 1, True: 4}",
];

describe.skipIf(peer === null)("canonical dumps", () => {
  it.each(sources)("%s", async (source) => {
    for (let protocol = 0; protocol <= 5; protocol++) {
      const stream = Buffer.from(await (peer as Peer).dumps(source, protocol));
      const value = loads(new Uint8Array(stream));
      expect(stream.equals(dumps(value, { protocol, canonical: true })), `protocol ${protocol}`).toBe(true);
      // What the default writes is the same value.
      const again = loads(dumps(value, { protocol }));
      expect(stream.equals(dumps(again, { protocol, canonical: true })), `protocol ${protocol} again`).toBe(true);
    }
  });
});
