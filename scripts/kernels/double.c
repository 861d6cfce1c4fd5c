/* Products and distances of float64 rows with 128-bit vectors. Built by scripts/build-kernels.mjs.

   Every number of the output is one running sum in the order of the columns, as plain code has it: the lanes of a vector
   belong to different rows of b. */
#include <wasm_simd128.h>

extern unsigned char __heap_base;

__attribute__((export_name("base"))) int base(void) { return (int)&__heap_base; }

/* Items of b in panels of four columns: b (k, n), or its transpose (n, k) with steps changed round. */
__attribute__((export_name("pack"))) void pack(const double *b, double *panels, int k, int n, int row, int column) {
  for (int j = 0; j < n; j += 4) {
    for (int i = 0; i < k; i++) {
      for (int c = 0; c < 4; c++) *panels++ = j + c < n ? b[i * row + (j + c) * column] : 0.0;
    }
  }
}

static inline void put(double *c, int n, v128_t low, v128_t high) {
  if (n >= 4) {
    wasm_v128_store(c, low);
    wasm_v128_store(c + 2, high);
    return;
  }
  double part[4];
  wasm_v128_store(part, low);
  wasm_v128_store(part + 2, high);
  for (int i = 0; i < n; i++) c[i] = part[i];
}

#define DOT(sum, v, x) sum = wasm_f64x2_add(sum, wasm_f64x2_mul(v, x))
#define SQUARE(sum, v, x) \
  do { \
    v128_t diff = wasm_f64x2_sub(v, x); \
    sum = wasm_f64x2_add(sum, wasm_f64x2_mul(diff, diff)); \
  } while (0)
#define DISTANCE(sum, v, x) sum = wasm_f64x2_add(sum, wasm_f64x2_abs(wasm_f64x2_sub(v, x)))

/* c (m, n): what STEP sums over the k columns of a (m, k) and the panels. m is a multiple of four. */
#define KERNEL(NAME, STEP) \
  __attribute__((export_name(#NAME))) void NAME(const double *a, const double *panels, double *c, int m, int k, int n) { \
    for (int i = 0; i < m; i += 4) { \
      const double *a0 = a + i * k, *a1 = a0 + k, *a2 = a1 + k, *a3 = a2 + k; \
      const double *b = panels; \
      for (int j = 0; j < n; j += 4) { \
        v128_t p0 = wasm_f64x2_splat(0), p1 = p0, p2 = p0, p3 = p0, q0 = p0, q1 = p0, q2 = p0, q3 = p0; \
        for (int l = 0; l < k; l++, b += 4) { \
          v128_t x = wasm_v128_load(b), y = wasm_v128_load(b + 2); \
          v128_t v = wasm_v128_load64_splat(a0 + l); \
          STEP(p0, v, x); \
          STEP(q0, v, y); \
          v = wasm_v128_load64_splat(a1 + l); \
          STEP(p1, v, x); \
          STEP(q1, v, y); \
          v = wasm_v128_load64_splat(a2 + l); \
          STEP(p2, v, x); \
          STEP(q2, v, y); \
          v = wasm_v128_load64_splat(a3 + l); \
          STEP(p3, v, x); \
          STEP(q3, v, y); \
        } \
        double *to = c + i * n + j; \
        put(to, n - j, p0, q0); \
        put(to + n, n - j, p1, q1); \
        put(to + 2 * n, n - j, p2, q2); \
        put(to + 3 * n, n - j, p3, q3); \
      } \
    } \
  }

KERNEL(dots, DOT)
KERNEL(squares, SQUARE)
KERNEL(distances, DISTANCE)
