import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compareDescriptions } from "../support/describe-types.ts";
import { atLeast, Peer, PeerError, pythons } from "./support/peer.ts";

// Only the Pythons themselves: what one writes every other reads the same, so the measure itself can be trusted.
const found = pythons();
const peers: Peer[] = [];

beforeAll(() => {
  for (const info of found) peers.push(new Peer(info));
});

afterAll(async () => {
  await Promise.all(peers.map((peer) => peer.close()));
});

const values: [source: string, since?: string][] = [
  ["[None, True, 0, -1, 2**70, 1.0, -0.0, float('nan'), 1e300, 1j]"],
  ["(u'caf\\xe9 \\u03c0', u'', u'\\U0001f600', u'a\\nb\\\\')"],
  ["{u'a': {u'b': (1, 2.0, ())}}"],
  ["[set([1, (2, 3), u'x', frozenset([4])]), frozenset()]"],
  ["(lambda a: (a.append(a), a)[1])([])"],
  ["(lambda d: [d, d, (d, d)])({1: 2})"],
  ["Person(u'Ann', 41)", "3.6"],
  ["collections.OrderedDict([(u'b', 1), (u'a', 2)])"],
  ["MyList([1, 2.0])"],
  ["Point(1, 2.0)"],
  ["[ValueError(u'bad', 1), len, Person, functools.partial(int, u'10')]"],
  ["[decimal.Decimal(u'1.50'), fractions.Fraction(1, 3), datetime.timedelta(1, 2, 3)]"],
  ["[bytearray(b'abc'), b'\\x00\\xff', range(3)]", "3.6"],
  ["[Color.RED, Perm.R | Perm.W, {Color.RED: 1}]", "3.6"],
  ["[datetime.datetime(2024, 10, 27, 2, 30, tzinfo=datetime.timezone.utc)]", "3.6"],
  ["NewArgsEx(3, depth=4.0)", "3.6"],
  ["Item('pen', 1.0)", "3.7"],
];

describe.skipIf(found.length === 0)("real Pythons", () => {
  it("answer with the version they were found as", async () => {
    for (const peer of peers) expect((await peer.about()).version).toBe(peer.info.version);
  });

  it.each(values)("write and read alike: %s", async (source, since = "2.7") => {
    const able = peers.filter((peer) => atLeast(peer.info.version, since));
    const expected = await Promise.all(able.map((peer) => peer.value(source)));
    for (const [w, writer] of able.entries()) {
      for (let protocol = 0; protocol <= (await writer.about()).highest; protocol++) {
        const stream = await writer.dumps(source, protocol);
        const able2 = able.filter(
          (_, r) => protocol <= 2 || atLeast(able[r]!.info.version, protocol > 4 ? "3.8" : "3.6"),
        );
        const told = await Promise.all(able2.map((reader) => reader.describe(stream, { encoding: "latin1" })));
        for (const [r, reader] of able2.entries()) {
          const label = `${writer.info.version} protocol ${protocol} read by ${reader.info.version}`;
          expect({ label, found: compareDescriptions(expected[w], told[r]) }).toEqual({ label, found: null });
        }
      }
    }
  });

  it("compare what they load with an expression", async () => {
    for (const peer of peers) {
      const stream = await peer.dumps("[1, 2.0]", 2);
      expect((await peer.loadsEqual(stream, "[1, 2.0]")).equal).toBe(true);
      expect((await peer.loadsEqual(stream, "[1, 2]")).equal).toBe(false);
      expect(await peer.check(stream, "value[1] == 2 and type(value[1]) is float")).toBe(true);
    }
  });

  it("list and optimize a stream", async () => {
    for (const peer of peers) {
      const stream = await peer.dumps("[1, [2]]", 2);
      expect(await peer.dis(stream)).toContain("highest protocol among opcodes = 2");
      const short = await peer.optimize(stream);
      expect(short.length).toBeLessThan(stream.length);
      expect((await peer.loadsEqual(short, "[1, [2]]")).equal).toBe(true);
    }
  });

  it("hand over buffers", async () => {
    for (const peer of peers.filter((p) => atLeast(p.info.version, "3.8"))) {
      const { stream, buffers } = await peer.dumpsOutOfBand("[pickle.PickleBuffer(bytearray(b'abc'))]", 5);
      expect(buffers).toEqual([{ data: "616263", readonly: false }]);
      expect(await peer.describe(stream, { buffers })).toEqual(await peer.value("[bytearray(b'abc')]"));
    }
  });

  it("raise in Python what a bad stream deserves", async () => {
    for (const peer of peers) {
      await expect(peer.describe(new TextEncoder().encode("garbage"))).rejects.toThrow(PeerError);
    }
  });

  it("go thousands of levels deep", async () => {
    const depth = 3000;
    const stream = new Uint8Array([...Array(depth).fill(0x5d), ...Array(depth - 1).fill(0x61), 0x2e]);
    for (const peer of peers) expect((await peer.describe(stream)).nodes.length).toBe(depth);
  });
});
