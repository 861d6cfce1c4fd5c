/* Unpacks LZ4 blocks. Built by scripts/build-kernels.mjs.

   Copies go by 16 bytes and may write up to 32 beyond their end: the caller leaves so much room behind what is written
   and behind the input. */
#include "match.h"

extern u8 __heap_base;

enum { CUT_LENGTH = -1, CUT_LITERALS = -2, TOO_LARGE = -3, CUT_OFFSET = -4, FAR_MATCH = -5 };

__attribute__((export_name("base"))) int base(void) { return (int)&__heap_base; }

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
    match(out, offset, length);
    out += length;
  }
  return (int)(out - window);
}
