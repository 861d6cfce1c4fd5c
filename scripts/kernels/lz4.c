/* Unpacks LZ4 blocks. Built by scripts/build-kernels.mjs.

   Copies go by 16 bytes and may write up to 32 beyond their end: the caller leaves so much room behind what is written
   and behind the input. */
#include <wasm_simd128.h>

typedef unsigned char u8;
typedef unsigned int u32;

extern u8 __heap_base;

enum { CUT_LENGTH = -1, CUT_LITERALS = -2, TOO_LARGE = -3, CUT_OFFSET = -4, FAR_MATCH = -5 };

__attribute__((export_name("base"))) int base(void) { return (int)&__heap_base; }

static inline void copy16(u8 *to, const u8 *from) { wasm_v128_store(to, wasm_v128_load(from)); }

/* Unpacks `size` bytes at `in` to `window + at`, up to `limit` at most; the place behind the last byte, or what is wrong. */
__attribute__((export_name("unpack"))) int unpack(const u8 *in, u32 size, u8 *window, u32 at, u32 limit) {
  const u8 *end = in + size;
  u8 *out = window + at, *stop = window + limit;
  while (in < end) {
    u32 token = *in++, literals = token >> 4;
    if (literals == 15) {
      u32 more;
      do {
        if (in >= end) return CUT_LENGTH;
        more = *in++;
        literals += more;
      } while (more == 255);
    }
    if (literals > (u32)(end - in)) return CUT_LITERALS;
    if (literals > (u32)(stop - out)) return TOO_LARGE;
    copy16(out, in);
    if (literals > 16) {
      if (literals > 256) __builtin_memcpy(out, in, literals);
      else for (u32 i = 16; i < literals; i += 16) copy16(out + i, in + i);
    }
    in += literals;
    out += literals;
    if (in == end) break;
    if (end - in < 2) return CUT_OFFSET;
    u32 offset = in[0] | in[1] << 8;
    in += 2;
    if (offset == 0 || offset > (u32)(out - window)) return FAR_MATCH;
    u32 length = (token & 15) + 4;
    if (length == 19) {
      u32 more;
      do {
        if (in >= end) return CUT_LENGTH;
        more = *in++;
        length += more;
      } while (more == 255);
    }
    if (length > (u32)(stop - out)) return TOO_LARGE;
    const u8 *from = out - offset;
    u8 *to = out;
    out += length;
    if (offset >= 16) {
      copy16(to, from);
      for (u32 i = 16; i < length; i += 16) copy16(to + i, from + i);
    } else if (offset == 1) {
      v128_t same = wasm_i8x16_splat((char)*from);
      for (u32 i = 0; i < length; i += 16) wasm_v128_store(to + i, same);
    } else if (offset == 8) {
      v128_t same = wasm_v128_load64_splat(from);
      for (u32 i = 0; i < length; i += 16) wasm_v128_store(to + i, same);
    } else {
      /* What repeats is shorter than a vector: written out until it is as long. */
      u32 i = 0;
      for (; i < length && i < 16; i++) to[i] = from[i];
      u32 step = offset * (16 / offset);
      for (; i < length; i += step) copy16(to + i, to + i - step);
    }
  }
  return (int)(out - window);
}
