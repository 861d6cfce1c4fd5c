/** MD5 and SHA-1 against Node's own, over lengths around the blocks and in pieces. */
import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { MD5, SHA1 } from "./hashes.ts";

it("equal Node's, whole and in pieces", () => {
  const bytes = Uint8Array.from({ length: 700 }, (_, i) => (i * 131 + (i >> 3)) & 255);
  for (let size = 0; size < 300; size++) {
    const part = bytes.subarray(0, size);
    expect(new MD5().update(part).hex()).toBe(createHash("md5").update(part).digest("hex"));
    expect(new SHA1().update(part).hex()).toBe(createHash("sha1").update(part).digest("hex"));
  }
  for (const step of [1, 7, 63, 64, 65, 200]) {
    const [md5, sha1] = [new MD5(), new SHA1()];
    for (let at = 0; at < bytes.length; at += step) {
      md5.update(bytes.subarray(at, at + step));
      sha1.update(bytes.subarray(at, at + step));
    }
    expect(md5.hex()).toBe(createHash("md5").update(bytes).digest("hex"));
    expect(sha1.hex()).toBe(createHash("sha1").update(bytes).digest("hex"));
  }
});
