/* Inflate that stops where input or room ends. Built by scripts/build-kernels.mjs. Source: RFC 1951.

   One instance is one stream. The caller writes packed bytes to `input` behind the `held` ones that are left over, runs,
   and takes what was unpacked: `produced` bytes at `product`. */
#include "match.h"

#define EXPORT(name) __attribute__((export_name(#name)))

enum { INPUT = 1 << 17, HISTORY = 32768, OUTPUT = 1 << 17, SLACK = 320 };
enum { LONGEST = 15, LIT_ROOT = 11, DIST_ROOT = 10 };
/* Entries that the worst complete codes need: of literals by exhaustive search as in zlib's enough.c, of distances as
   many as the root and a largest subtable for each of 30. */
enum { LIT_ROOM = 2342, DIST_ROOM = 1024 + 30 * 32, PRE_ROOM = 128 };
enum { NEED_INPUT, FULL, END, TRUNCATED = -1, BAD_BLOCK = -2, BAD_STORED = -3, BAD_CODES = -4, BAD_SYMBOL = -5, FAR = -6 };
/* An entry. Bits 0 to 5: bits of the code, if this is a literal or the code of a size, else 0. Of a length or distance:
   bits 6 to 11 of the code and its extra bits, 12 to 15 of the code alone. Value: 16 to 31. Where all of 0 to 5 and 12 to
   15 are 0, bits 6 to 11 tell: a subtable and bits of its index, the end of a block and bits of its code, or nothing. */
enum { LITERAL = 63, COPY = 15 << 12, TOTAL = 6, CODE = 12, VALUE = 16, SUB = 16 << TOTAL, STOP = 32 << TOTAL, BAD = 0 };
enum { HEAD, STORED, CODES, DONE };

static u8 input[INPUT + 16], output[HISTORY + OUTPUT + SLACK];
static u32 lit[LIT_ROOM], dist[DIST_ROOM];
static u32 in_at, in_end, out_at, out_from, mode, final, stored, count;
static u64 bits;

static const u16 LENGTHS[29] = {3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115,
  131, 163, 195, 227, 258};
static const u8 LENGTH_BITS[29] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
static const u16 DISTANCES[30] = {1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025,
  1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
static const u8 ORDER[19] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};

EXPORT(input) u8 *input_at(void) { return input; }
EXPORT(capacity) u32 capacity(void) { return INPUT; }
EXPORT(product) u8 *product(void) { return output + out_from; }
EXPORT(produced) u32 produced(void) { return out_at - out_from; }

/* Moves what is left of the input to its beginning, and tells how much that is. */
EXPORT(held) u32 held(void) {
  in_end -= in_at;
  __builtin_memmove(input, input + in_at, in_end);
  in_at = 0;
  return in_end;
}

enum { PRE, LIT, DIST };

static u32 entry_of(u32 what, u32 symbol, u32 size) {
  u32 value, extra;
  if (what == PRE || (what == LIT && symbol < 256)) return symbol << VALUE | size;
  if (what == LIT && symbol == 256) return STOP | size << TOTAL;
  if (what == DIST) {
    if (symbol >= 30) return BAD;
    value = DISTANCES[symbol];
    extra = symbol < 4 ? 0 : (symbol >> 1) - 1;
  } else {
    if (symbol >= 286) return BAD;
    value = LENGTHS[symbol - 257];
    extra = LENGTH_BITS[symbol - 257];
  }
  return value << VALUE | size << CODE | (size + extra) << TOTAL;
}

/* Makes the table of a code; 0 when there is no such code. What has no meaning in it is BAD. */
static int build(u32 *table, u32 root, u32 what, const u8 *sizes, u32 n) {
  u16 counts[LONGEST + 1] = {0}, first[LONGEST + 2], order[288];
  for (u32 i = 0; i < n; i++) counts[sizes[i]]++;
  counts[0] = 0;
  u32 max = LONGEST;
  while (max > 1 && counts[max] == 0) max--;
  int left = 1;
  first[1] = 0;
  for (u32 size = 1; size <= LONGEST; size++) {
    left = left * 2 - counts[size];
    if (left < 0) return 0;
    first[size + 1] = (u16)(first[size] + counts[size]);
  }
  /* As zlib: a code with gaps is let through only where it is one of a single bit, or none at all. */
  if (left > 0 && (what == PRE || max > 1)) return 0;
  for (u32 i = 0; i < n; i++) if (sizes[i]) order[first[sizes[i]]++] = (u16)i;
  for (u32 i = 0; i < 1u << root; i++) table[i] = BAD;
  u32 used = 1u << root, code = 0, at = 0, prefix = ~0u, sub = 0, start = 0;
  for (u32 size = 1; size <= max; size++) {
    for (; counts[size]; counts[size]--, at++) {
      if (size <= root) {
        u32 entry = entry_of(what, order[at], size);
        for (u32 i = code; i < 1u << root; i += 1u << size) table[i] = entry;
      } else {
        u32 low = code & ((1u << root) - 1);
        if (low != prefix) {
          /* The subtable is as large as the codes that share these first bits want it. */
          prefix = low;
          start = used;
          sub = size - root;
          int room = 1 << sub;
          for (u32 longer = size; longer < max; longer++) {
            room -= counts[longer];
            if (room <= 0) break;
            sub++;
            room <<= 1;
          }
          used += 1u << sub;
          for (u32 i = start; i < used; i++) table[i] = BAD;
          table[low] = start << VALUE | SUB | sub << TOTAL;
        }
        u32 entry = entry_of(what, order[at], size - root);
        for (u32 i = code >> root; i < 1u << sub; i += 1u << (size - root)) table[start + i] = entry;
      }
      /* The next code, counted from its last bit. */
      u32 bit = 1u << (size - 1);
      while (code & bit) { code ^= bit; bit >>= 1; }
      code |= bit;
    }
  }
  return 1;
}

/* Gives whole bytes back to the input, so that less than one is held. */
static void settle(void) {
  in_at -= count >> 3;
  count &= 7;
  bits &= (1u << count) - 1;
}

/* Bits for reading one by one; what was not there when it was wanted is told by `lacking`. */
typedef struct { u64 bits; u32 count, at; int lacking; } reader;

static u32 take(reader *r, u32 n) {
  while (r->count < n) {
    if (r->at == in_end) { r->lacking = 1; return 0; }
    r->bits |= (u64)input[r->at++] << r->count;
    r->count += 8;
  }
  u32 value = (u32)(r->bits & ((1ull << n) - 1));
  r->bits >>= n;
  r->count -= n;
  return value;
}

/* The entry of the next symbol, bits of its code taken; BAD, or `lacking`. */
static u32 symbol(reader *r, const u32 *table, u32 root) {
  while (r->count < LONGEST && r->at < in_end) {
    r->bits |= (u64)input[r->at++] << r->count;
    r->count += 8;
  }
  u32 entry = table[r->bits & ((1u << root) - 1)], taken = 0;
  if (!(entry & (LITERAL | COPY)) && entry & SUB) {
    entry = table[(entry >> VALUE) + ((r->bits >> root) & ((1u << (entry >> TOTAL & 15)) - 1))];
    taken = root;
  }
  if (entry == BAD) {
    /* With more bits it might be another. */
    if (r->count < LONGEST) r->lacking = 1;
    return BAD;
  }
  taken += entry & LITERAL ? entry & LITERAL : entry & COPY ? entry >> CODE & 15 : entry >> TOTAL & 15;
  if (taken > r->count) { r->lacking = 1; return BAD; }
  r->bits >>= taken;
  r->count -= taken;
  return entry;
}

/* Extra bits that follow a length or distance. */
#define EXTRA(e) (((e) >> TOTAL & 63) - ((e) >> CODE & 15))

static void commit(const reader *r) {
  bits = r->bits;
  count = r->count;
  in_at = r->at;
  settle();
}

static int codes_of_head(reader *r) {
  u8 sizes[320 + 16] = {0};
  u32 table[PRE_ROOM];
  u32 lits = take(r, 5) + 257, dists = take(r, 5) + 1, pres = take(r, 4) + 4;
  if (r->lacking) return 0;
  if (lits > 286 || dists > 30) return BAD_CODES;
  u8 pre[19] = {0};
  for (u32 i = 0; i < pres; i++) pre[ORDER[i]] = (u8)take(r, 3);
  if (r->lacking) return 0;
  if (!build(table, 7, PRE, pre, 19)) return BAD_CODES;
  for (u32 i = 0; i < lits + dists;) {
    u32 entry = symbol(r, table, 7);
    if (r->lacking) return 0;
    if (entry == BAD) return BAD_CODES;
    u32 value = entry >> VALUE;
    if (value < 16) { sizes[i++] = (u8)value; continue; }
    u32 repeat = value == 16 ? 3 + take(r, 2) : value == 17 ? 3 + take(r, 3) : 11 + take(r, 7);
    if (r->lacking) return 0;
    if ((value == 16 && i == 0) || i + repeat > lits + dists) return BAD_CODES;
    u8 size = value == 16 ? sizes[i - 1] : 0;
    while (repeat--) sizes[i++] = size;
  }
  /* A block must be able to end. */
  if (sizes[256] == 0) return BAD_CODES;
  if (!build(lit, LIT_ROOT, LIT, sizes, lits) || !build(dist, DIST_ROOT, DIST, sizes + lits, dists)) return BAD_CODES;
  return 1;
}

/* Reads the head of a block; 1 when it is done, 0 when input is lacking, or what is wrong. */
static int head(void) {
  reader r = {bits, count, in_at, 0};
  u32 last = take(&r, 1), type = take(&r, 2);
  if (r.lacking) return 0;
  if (type == 0) {
    take(&r, r.count & 7);
    u32 size = take(&r, 16), other = take(&r, 16);
    if (r.lacking) return 0;
    if ((size ^ other) != 0xffff) return BAD_STORED;
    stored = size;
    mode = STORED;
  } else if (type == 1) {
    u8 sizes[288];
    for (u32 i = 0; i < 288; i++) sizes[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
    build(lit, LIT_ROOT, LIT, sizes, 288);
    for (u32 i = 0; i < 32; i++) sizes[i] = 5;
    build(dist, DIST_ROOT, DIST, sizes, 32);
    mode = CODES;
  } else if (type == 2) {
    int made = codes_of_head(&r);
    if (made <= 0) return made;
    mode = CODES;
  } else return BAD_BLOCK;
  final = last;
  commit(&r);
  return 1;
}

#define REFILL() (b |= load64(in) << c, in += (63 - c) >> 3, c |= 56)
#define TAKE(n) (b >>= (n), c -= (n))

/* Symbols while there is plenty of input and room; 2 at the end of the block, 1 to go on one by one, or what is wrong. */
static int fast(void) {
  if (in_end < 16 || in_at >= in_end - 16) return 1;
  const u8 *in = input + in_at, *most_in = input + in_end - 16;
  u8 *out = output + out_at, *most_out = output + HISTORY + OUTPUT;
  u64 b = bits;
  u32 c = count;
  int result = 1;
  while (in < most_in && out < most_out) {
    REFILL();
    /* A literal is written and passed without asking whether it is one: in numbers the chances are even. */
    u32 e = lit[b & ((1 << LIT_ROOT) - 1)];
    *out = (u8)(e >> VALUE);
    out += (e & LITERAL) != 0;
    TAKE(e & LITERAL);
    e = lit[b & ((1 << LIT_ROOT) - 1)];
    if (e & LITERAL) {
      *out++ = (u8)(e >> VALUE);
      TAKE(e & LITERAL);
      e = lit[b & ((1 << LIT_ROOT) - 1)];
      if (e & LITERAL) {
        *out++ = (u8)(e >> VALUE);
        TAKE(e & LITERAL);
        continue;
      }
    }
    if (!(e & COPY)) {
      if (e & SUB) {
        TAKE(LIT_ROOT);
        e = lit[(e >> VALUE) + (u32)(b & ((1u << (e >> TOTAL & 15)) - 1))];
      }
      if (e & LITERAL) {
        *out++ = (u8)(e >> VALUE);
        TAKE(e & LITERAL);
        continue;
      }
      if (!(e & COPY)) {
        result = e & STOP ? 2 : BAD_SYMBOL;
        TAKE(e >> TOTAL & 15);
        break;
      }
    }
    u32 total = e >> TOTAL & 63;
    u32 length = (e >> VALUE) + ((u32)(b & ((1u << total) - 1)) >> (e >> CODE & 15));
    TAKE(total);
    u32 d = dist[b & ((1 << DIST_ROOT) - 1)];
    REFILL();
    if (!(d & COPY)) {
      if (d & SUB) {
        TAKE(DIST_ROOT);
        d = dist[(d >> VALUE) + (u32)(b & ((1u << (d >> TOTAL & 15)) - 1))];
      }
      if (!(d & COPY)) { result = BAD_SYMBOL; break; }
    }
    total = d >> TOTAL & 63;
    u32 offset = (d >> VALUE) + ((u32)(b & ((1u << total) - 1)) >> (d >> CODE & 15));
    TAKE(total);
    if (offset > (u32)(out - output)) { result = FAR; break; }
    match(out, offset, length);
    out += length;
  }
  bits = b;
  count = c;
  in_at = (u32)(in - input);
  out_at = (u32)(out - output);
  settle();
  return result;
}

/* One symbol, where input or room may end; 2 at the end of the block, 1 when it is done, 0 when input is lacking. */
static int single(void) {
  reader r = {bits, count, in_at, 0};
  u32 e = symbol(&r, lit, LIT_ROOT);
  if (r.lacking) return 0;
  if (e == BAD) return BAD_SYMBOL;
  int done = 1;
  if (e & LITERAL) output[out_at++] = (u8)(e >> VALUE);
  else if (e & COPY) {
    u32 length = (e >> VALUE) + take(&r, EXTRA(e));
    u32 d = symbol(&r, dist, DIST_ROOT);
    if (r.lacking) return 0;
    if (d == BAD) return BAD_SYMBOL;
    u32 offset = (d >> VALUE) + take(&r, EXTRA(d));
    if (r.lacking) return 0;
    if (offset > out_at) return FAR;
    match(output + out_at, offset, length);
    out_at += length;
  } else done = 2;
  commit(&r);
  return done;
}

/* Unpacks with `added` more bytes of input, until it lacks input or room, or is at the end. What was unpacked before
   must have been taken. */
EXPORT(run) int run(u32 added) {
  in_end += added;
  if (out_at > HISTORY) {
    __builtin_memmove(output, output + out_at - HISTORY, HISTORY);
    out_at = HISTORY;
  }
  out_from = out_at;
  while (mode != DONE) {
    if (out_at >= HISTORY + OUTPUT) return FULL;
    int done = 1;
    if (mode == HEAD) done = head();
    else if (mode == STORED) {
      u32 n = stored;
      if (n > in_end - in_at) n = in_end - in_at;
      if (n > HISTORY + OUTPUT - out_at) n = HISTORY + OUTPUT - out_at;
      __builtin_memcpy(output + out_at, input + in_at, n);
      in_at += n;
      out_at += n;
      stored -= n;
      if (stored == 0) done = 2;
      else if (in_at == in_end) done = 0;
    } else {
      done = fast();
      if (done == 1) {
        if (out_at >= HISTORY + OUTPUT) return FULL;
        done = single();
      }
    }
    if (done < 0) return done;
    if (done == 0) return NEED_INPUT;
    if (done == 2) mode = final ? DONE : HEAD;
  }
  return END;
}

/* Adler-32 of what was unpacked, on top of `sum`. */
EXPORT(adler) u32 adler(u32 sum) {
  const u8 *at = output + out_from, *end = output + out_at;
  u32 a = sum & 0xffff, b = sum >> 16;
  const v128_t high = wasm_i16x8_const(16, 15, 14, 13, 12, 11, 10, 9), low = wasm_i16x8_const(8, 7, 6, 5, 4, 3, 2, 1);
  while (end - at >= 16) {
    u32 blocks = (u32)(end - at) >> 4;
    if (blocks > 340) blocks = 340;
    v128_t plain = wasm_i32x4_splat(0), weighed = plain, before = plain;
    for (u32 i = 0; i < blocks; i++, at += 16) {
      v128_t v = wasm_v128_load(at);
      before = wasm_i32x4_add(before, plain);
      plain = wasm_i32x4_add(plain, wasm_u32x4_extadd_pairwise_u16x8(wasm_u16x8_extadd_pairwise_u8x16(v)));
      weighed = wasm_i32x4_add(weighed, wasm_i32x4_dot_i16x8(wasm_u16x8_extend_low_u8x16(v), high));
      weighed = wasm_i32x4_add(weighed, wasm_i32x4_dot_i16x8(wasm_u16x8_extend_high_u8x16(v), low));
    }
#define ALL(v) (wasm_u32x4_extract_lane(v, 0) + wasm_u32x4_extract_lane(v, 1) + wasm_u32x4_extract_lane(v, 2) + wasm_u32x4_extract_lane(v, 3))
    b += 16 * (blocks * a + ALL(before)) + ALL(weighed);
    a += ALL(plain);
    a %= 65521;
    b %= 65521;
  }
  for (; at < end; at++) {
    a += *at;
    b += a;
  }
  return (b % 65521) << 16 | a % 65521;
}
