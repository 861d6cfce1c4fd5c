/* Copying what was written before, for the unpackers. Copies go by 16 bytes and may write 16 beyond the end. */
#include <wasm_simd128.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

static inline u64 load64(const u8 *at) { u64 v; __builtin_memcpy(&v, at, 8); return v; }
static inline void store64(u8 *at, u64 v) { __builtin_memcpy(at, &v, 8); }
static inline void copy16(u8 *to, const u8 *from) { wasm_v128_store(to, wasm_v128_load(from)); }

/* Writes `length` bytes at `to` that repeat those `offset` before it. */
static inline void match(u8 *to, u32 offset, u32 length) {
  const u8 *from = to - offset;
  if (offset >= 8) {
    /* Most are short: 16 bytes without asking, by halves, as the second may repeat the first. */
    store64(to, load64(from));
    store64(to + 8, load64(from + 8));
    if (length <= 16) return;
    if (offset >= 16) for (u32 i = 16; i < length; i += 16) copy16(to + i, from + i);
    else for (u32 i = 16; i < length; i += 8) store64(to + i, load64(from + i));
  } else if (offset == 1) {
    v128_t same = wasm_i8x16_splat((char)*from);
    for (u32 i = 0; i < length; i += 16) wasm_v128_store(to + i, same);
  } else {
    /* What repeats is shorter than a vector: written out until it is as long. */
    u32 i = 0;
    for (; i < length && i < 16; i++) to[i] = from[i];
    u32 step = offset * (16 / offset);
    for (; i < length; i += step) copy16(to + i, to + i - step);
  }
}
