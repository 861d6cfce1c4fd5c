import { deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { bz2, lz4, lzma, xz, zfile, zstd } from "./core/codecs/index.ts";
import { zipPieces } from "./core/zip/index.ts";
import { dumps, load, loads, sniff, UnsupportedError } from "./index.ts";

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const raw = (s: string): Uint8Array => Uint8Array.from(s, (c) => c.charCodeAt(0));
const zip = (name: string): Uint8Array =>
  raw(`PK\x03\x04${"\0".repeat(22)}${String.fromCharCode(name.length)}\0\0\0${name}`);

/** The head of a tar as Python's tarfile writes it. */
const tar = (name: string): Uint8Array =>
  raw(
    `${name.padEnd(100, "\0")}0000644\0${"0000000\0".repeat(2)}${"0".repeat(11)}\0${"0".repeat(11)}\x00012345\0 0${"\0".repeat(100)}ustar\x0000`,
  );

describe("sniff", () => {
  it.each([
    [
      "Git LFS pointer",
      text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n"),
      /12345 bytes: run "git lfs pull"/,
    ],
    ["zip", Buffer.concat(zipPieces([{ name: "a.txt", data: [text("hello")] }])), /unpack/],
    ["tar", tar("a.txt"), /tar xf/],
    ["7z", raw("7z\xbc\xaf\x27\x1c\0\x04"), /unpack/],
    ["RAR", raw("Rar!\x1a\x07\0"), /unpack/],
    ["Feather", raw("ARROW1\0\0"), /pyarrow/],
    ["ONNX", raw("\x08\x07\x12\x07pytorch"), /onnxruntime/],
    ["TensorFlow Lite", raw("\x1c\0\0\0TFL3"), /LiteRT/],
    ["MATLAB", raw("MATLAB 5.0 MAT-file, Platform: GLNXA64"), /loadmat/],
    ["PDF", raw("%PDF-1.7\n"), /document/],
    ["ELF", raw("\x7fELF\x02\x01"), /program/],
    ["JPEG", raw("\xff\xd8\xff\xe0"), /picture/],
    ["UTF-16 text", raw("\xff\xfeh\0i\0"), /text/],
    ["HTML", text("<!DOCTYPE html><html>"), /web page/],
    ["JSON", text('{"a": 1}'), /JSON.parse/],
    ["JSON", text("[1, 2]"), /JSON.parse/],
  ])("names %s", async (format, bytes, help) => {
    expect(sniff(bytes)).toEqual({ format, help: expect.stringMatching(help) });
    expect(() => loads(bytes)).toThrow(UnsupportedError);
    await expect(load(new Blob([new Uint8Array(bytes)]))).rejects.toThrow(help);
  });

  it("names shells and arrays, which are opened", () => {
    expect(sniff(raw("\x93NUMPY\x01\0")).format).toBe("npy");
    expect(sniff(raw("\x89HDF\r\n\x1a\n\0"))).toEqual({ format: "HDF5", help: expect.stringMatching(/load opens it/) });
    expect([sniff(zip("arr_0.npy")).format, sniff(zip("a/b.npy")).format]).toEqual(["npz", "npz"]);
    expect(sniff(gzipSync("x"))).toEqual({ format: "gzip", help: "load unpacks it" });
    expect(sniff(deflateSync("x"))).toEqual({ format: "zlib", help: "load unpacks it" });
    const skipped = raw("\x57\x2a\x4d\x18\x09\0\0\0skip this");
    for (const codec of [zstd, lz4]) {
      const data = Buffer.concat([skipped, skipped, codec.encode(dumps("abc"))]);
      expect([sniff(data).format, loads(data)]).toEqual([codec.name, "abc"]);
    }
    for (const codec of [bz2, xz, lzma, lz4, zstd, zfile]) {
      expect(sniff(codec.encode(new Uint8Array(9)))).toEqual({ format: codec.name, help: "load unpacks it" });
    }
  });

  it("takes every pickle for one, in any protocol", () => {
    const values = [null, true, 1, 1.5, "x", new Uint8Array(99), [], {}, -5, 2n ** 99n, "[", "{}"];
    for (const value of values) {
      for (let protocol = 0; protocol <= 5; protocol++) expect(sniff(dumps(value, { protocol })).format).toBe("pickle");
    }
  });

  it("gives a stream's first bytes out again", async () => {
    const value = [..."abc".repeat(1000)];
    const bytes = dumps(value);
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < bytes.length; i += 7) yield bytes.subarray(i, i + 7);
    }
    expect(await load(pieces())).toEqual(value);
    expect(await load(new Blob([new Uint8Array(bytes)]))).toEqual(value);
  });
});
