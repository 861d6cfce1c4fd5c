/**
 * Hashes of texts as TensorFlow makes them: FarmHash's 64-bit fingerprint, and SipHash-2-4 for those with a salt.
 *
 * @module
 */

const MASK = (1n << 64n) - 1n;
const K0 = 0xc3a5c85c97cb3127n;
const K1 = 0xb492b66fbe98f273n;
const K2 = 0x9ae16a3b2f90404fn;

const wrap = (x: bigint): bigint => x & MASK;
const rotate = (x: bigint, by: bigint): bigint => wrap((x >> by) | (x << (64n - by)));
const shiftMix = (x: bigint): bigint => x ^ (x >> 47n);

/** `x` and `y` mixed into one, by a multiplier. */
function mixed(x: bigint, y: bigint, by: bigint): bigint {
  let a = wrap((x ^ y) * by);
  a ^= a >> 47n;
  let b = wrap((y ^ a) * by);
  b ^= b >> 47n;
  return wrap(b * by);
}

/** The fingerprint of bytes (FarmHash, `farmhashna::Hash64`). */
export function fingerprint64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const n = bytes.length;
  const word = (at: number): bigint => view.getBigUint64(at, true);
  const half = (at: number): bigint => BigInt(view.getUint32(at, true));
  const size = BigInt(n);
  if (n <= 16) {
    if (n >= 8) {
      const by = K2 + size * 2n;
      const a = wrap(word(0) + K2);
      const b = word(n - 8);
      const c = wrap(rotate(b, 37n) * by + a);
      const d = wrap((rotate(a, 25n) + b) * by);
      return mixed(c, d, wrap(by));
    }
    if (n >= 4) return mixed(wrap(size + (half(0) << 3n)), half(n - 4), wrap(K2 + size * 2n));
    if (n === 0) return K2;
    const [a, b, c] = [bytes[0], bytes[n >> 1], bytes[n - 1]] as [number, number, number];
    const y = BigInt(a + (b << 8));
    const z = BigInt(n + (c << 2));
    return wrap(shiftMix(wrap(wrap(y * K2) ^ wrap(z * K0))) * K2);
  }
  if (n <= 32) {
    const by = wrap(K2 + size * 2n);
    const a = wrap(word(0) * K1);
    const b = word(8);
    const c = wrap(word(n - 8) * by);
    const d = wrap(word(n - 16) * K2);
    return mixed(wrap(rotate(wrap(a + b), 43n) + rotate(c, 30n) + d), wrap(a + rotate(wrap(b + K2), 18n) + c), by);
  }
  if (n <= 64) {
    const by = wrap(K2 + size * 2n);
    const a = wrap(word(0) * K2);
    const b = word(8);
    const c = wrap(word(n - 8) * by);
    const d = wrap(word(n - 16) * K2);
    const y = wrap(rotate(wrap(a + b), 43n) + rotate(c, 30n) + d);
    const z = mixed(y, wrap(a + rotate(wrap(b + K2), 18n) + c), by);
    const e = wrap(word(16) * by);
    const f = word(24);
    const g = wrap((y + word(n - 32)) * by);
    const h = wrap((z + word(n - 24)) * by);
    return mixed(wrap(rotate(wrap(e + f), 43n) + rotate(g, 30n) + h), wrap(e + rotate(wrap(f + a), 18n) + g), by);
  }
  let x = 81n;
  let y = wrap(81n * K1 + 113n);
  let z = wrap(shiftMix(wrap(y * K2 + 113n)) * K2);
  let [v0, v1, w0, w1] = [0n, 0n, 0n, 0n];
  x = wrap(x * K2 + word(0));
  const weak = (at: number, a: bigint, b: bigint): [bigint, bigint] => {
    const [p, q, r, s] = [word(at), word(at + 8), word(at + 16), word(at + 24)];
    let first = wrap(a + p);
    let second = rotate(wrap(b + first + s), 21n);
    const kept = first;
    first = wrap(first + q + r);
    second = wrap(second + rotate(first, 44n));
    return [wrap(first + s), wrap(second + kept)];
  };
  const end = Math.floor((n - 1) / 64) * 64;
  const last = n - 64;
  for (let at = 0; at !== end; at += 64) {
    x = wrap(rotate(wrap(x + y + v0 + word(at + 8)), 37n) * K1);
    y = wrap(rotate(wrap(y + v1 + word(at + 48)), 42n) * K1);
    x ^= w1;
    y = wrap(y + v0 + word(at + 40));
    z = wrap(rotate(wrap(z + w0), 33n) * K1);
    [v0, v1] = weak(at, wrap(v1 * K1), wrap(x + w0));
    [w0, w1] = weak(at + 32, wrap(z + w1), wrap(y + word(at + 16)));
    [z, x] = [x, z];
  }
  const by = wrap(K1 + ((z & 0xffn) << 1n));
  w0 = wrap(w0 + BigInt((n - 1) & 63));
  v0 = wrap(v0 + w0);
  w0 = wrap(w0 + v0);
  x = wrap(rotate(wrap(x + y + v0 + word(last + 8)), 37n) * by);
  y = wrap(rotate(wrap(y + v1 + word(last + 48)), 42n) * by);
  x ^= wrap(w1 * 9n);
  y = wrap(y + v0 * 9n + word(last + 40));
  z = wrap(rotate(wrap(z + w0), 33n) * by);
  [v0, v1] = weak(last, wrap(v1 * by), wrap(x + w0));
  [w0, w1] = weak(last + 32, wrap(z + w1), wrap(y + word(last + 16)));
  [z, x] = [x, z];
  return mixed(wrap(mixed(v0, w0, by) + wrap(shiftMix(y) * K0) + z), wrap(mixed(v1, w1, by) + x), by);
}

/** SipHash-2-4 of bytes under a key of two words. */
export function sipHash(bytes: Uint8Array, k0: bigint, k1: bigint): bigint {
  let [a, b] = [k0 ^ 0x736f6d6570736575n, k1 ^ 0x646f72616e646f6dn];
  let [c, d] = [k0 ^ 0x6c7967656e657261n, k1 ^ 0x7465646279746573n];
  const turn = (x: bigint, by: bigint): bigint => rotate(x, 64n - by);
  const rounds = (count: number): void => {
    for (let i = 0; i < count; i++) {
      a = wrap(a + b);
      b = turn(b, 13n) ^ a;
      a = turn(a, 32n);
      c = wrap(c + d);
      d = turn(d, 16n) ^ c;
      a = wrap(a + d);
      d = turn(d, 21n) ^ a;
      c = wrap(c + b);
      b = turn(b, 17n) ^ c;
      c = turn(c, 32n);
    }
  };
  const whole = bytes.length - (bytes.length % 8);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const take = (word: bigint): void => {
    d ^= word;
    rounds(2);
    a ^= word;
  };
  for (let at = 0; at < whole; at += 8) take(view.getBigUint64(at, true));
  let rest = BigInt(bytes.length & 255) << 56n;
  for (let i = whole; i < bytes.length; i++) rest |= BigInt(bytes[i] as number) << BigInt(8 * (i - whole));
  take(rest);
  c ^= 0xffn;
  rounds(4);
  return a ^ b ^ c ^ d;
}
