// CRC-32 of long runs: blocks of 16 bytes are folded into those behind them, until 300 blocks have the sum of all.
//
// x^300 + x^155 + x^117 + x^89 + 1 is a multiple of the polynomial of CRC-32, and so is the same of x^128, since over
// GF(2) f(x^128) = f(x)^128. A block may thus be struck out when it is added to those 145, 183, 211 and 300 places on.
// The way: Russell, "Chorba: A novel CRC32 implementation", 2024. The multiple was found by trying all of five terms.
#include <wasm_simd128.h>

#define REACH 300
#define PIECE 4096

#define EXPORT(name) __attribute__((export_name(#name))) name

// The last blocks before a piece, with what was added to them, and the piece behind them.
static v128_t blocks[REACH + PIECE];

unsigned char *EXPORT(piece)(void) { return (unsigned char *)(blocks + REACH); }

// Forgets what was before.
void EXPORT(clear)(void) {
  for (int i = 0; i < REACH; i++) blocks[i] = wasm_i64x2_splat(0);
}

// Folds the blocks of a piece; a piece may be shorter than REACH.
void EXPORT(fold)(int count) {
  v128_t *at = blocks + REACH;
  for (int i = 0; i < count; i++)
    at[i] = at[i] ^ at[i - 145] ^ at[i - 183] ^ at[i - 211] ^ at[i - 300];
  for (int i = 0; i < REACH; i++) blocks[i] = blocks[i + count];
}

// Adds what is left of the blocks before to the first REACH blocks of the piece, which are not folded themselves.
void EXPORT(finish)(void) {
  v128_t *at = blocks + REACH;
  for (int i = REACH - 1; i >= 0; i--) {
    v128_t sum = at[i] ^ at[i - 300];
    if (i < 145) sum ^= at[i - 145];
    if (i < 183) sum ^= at[i - 183];
    if (i < 211) sum ^= at[i - 211];
    at[i] = sum;
  }
}
