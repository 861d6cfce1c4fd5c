/* Products and distances of float64 rows, and what follows them, with 128-bit vectors. Built by scripts/build-kernels.mjs.

   Every number that pack, dots, squares and distances give is one running sum in the order of the columns, as plain code
   has it: the lanes of a vector belong to different rows of b. Of largest it is the greatest size, past what is no number. */
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
#define LARGEST(sum, v, x) sum = wasm_f64x2_pmax(sum, wasm_f64x2_abs(wasm_f64x2_sub(v, x)))

/* c (m, n): what STEP sums over the k columns of a (m, k) and the panels. Four rows and one panel at once; rows that are
   left over meet four panels at once. */
#define KERNEL(NAME, STEP) \
  __attribute__((export_name(#NAME))) void NAME(const double *a, const double *panels, double *c, int m, int k, int n) { \
    int i = 0; \
    for (; i + 4 <= m; i += 4) { \
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
    for (; i < m; i++) { \
      const double *row = a + i * k; \
      double *to = c + i * n; \
      int j = 0; \
      for (; j + 16 <= n; j += 16) { \
        const double *b0 = panels + j * k, *b1 = b0 + 4 * k, *b2 = b1 + 4 * k, *b3 = b2 + 4 * k; \
        v128_t p0 = wasm_f64x2_splat(0), p1 = p0, p2 = p0, p3 = p0, q0 = p0, q1 = p0, q2 = p0, q3 = p0; \
        for (int l = 0; l < k; l++, b0 += 4, b1 += 4, b2 += 4, b3 += 4) { \
          v128_t v = wasm_v128_load64_splat(row + l); \
          STEP(p0, v, wasm_v128_load(b0)); \
          STEP(q0, v, wasm_v128_load(b0 + 2)); \
          STEP(p1, v, wasm_v128_load(b1)); \
          STEP(q1, v, wasm_v128_load(b1 + 2)); \
          STEP(p2, v, wasm_v128_load(b2)); \
          STEP(q2, v, wasm_v128_load(b2 + 2)); \
          STEP(p3, v, wasm_v128_load(b3)); \
          STEP(q3, v, wasm_v128_load(b3 + 2)); \
        } \
        put(to + j, 4, p0, q0); \
        put(to + j + 4, 4, p1, q1); \
        put(to + j + 8, 4, p2, q2); \
        put(to + j + 12, 4, p3, q3); \
      } \
      for (; j < n; j += 4) { \
        const double *b = panels + j * k; \
        v128_t p = wasm_f64x2_splat(0), q = p; \
        for (int l = 0; l < k; l++, b += 4) { \
          v128_t v = wasm_v128_load64_splat(row + l); \
          STEP(p, v, wasm_v128_load(b)); \
          STEP(q, v, wasm_v128_load(b + 2)); \
        } \
        put(to + j, n - j, p, q); \
      } \
    } \
  }

KERNEL(dots, DOT)
KERNEL(squares, SQUARE)
KERNEL(distances, DISTANCE)
KERNEL(largest, LARGEST)

/* The two parts of a number, of 26 bits each. */
#define HALVES(v, high, low) \
  v128_t high = wasm_f64x2_mul(v, wasm_f64x2_splat(134217729)); \
  high = wasm_f64x2_sub(high, wasm_f64x2_sub(high, v)); \
  v128_t low = wasm_f64x2_sub(v, high)

/* The cube as it is rounded but once: what the roundings of its two products lost is added. Numbers so large that they
   have no halves are multiplied plainly. */
static inline v128_t cube(v128_t v) {
  HALVES(v, h, l);
  v128_t p = wasm_f64x2_mul(v, v);
  v128_t hl = wasm_f64x2_mul(h, l);
  v128_t e = wasm_f64x2_add(wasm_f64x2_sub(wasm_f64x2_mul(h, h), p), wasm_f64x2_add(hl, hl));
  e = wasm_f64x2_add(e, wasm_f64x2_mul(l, l));
  HALVES(p, g, k);
  v128_t c = wasm_f64x2_mul(p, v);
  v128_t f = wasm_f64x2_add(wasm_f64x2_sub(wasm_f64x2_mul(g, h), c), wasm_f64x2_mul(g, l));
  f = wasm_f64x2_add(wasm_f64x2_add(f, wasm_f64x2_mul(k, h)), wasm_f64x2_mul(k, l));
  v128_t whole = wasm_f64x2_add(c, wasm_f64x2_add(f, wasm_f64x2_mul(e, v)));
  return wasm_v128_bitselect(whole, c, wasm_f64x2_lt(v, wasm_f64x2_splat(0x1p300)));
}

/* c (m, n): the sums of the cubes of the sizes of differences. */
__attribute__((export_name("cubes"))) void cubes(const double *a, const double *panels, double *c, int m, int k, int n) {
  for (; m > 0; m--, a += k, c += n) {
    const double *b = panels;
    for (int j = 0; j < n; j += 4) {
      v128_t p = wasm_f64x2_splat(0), q = p;
      for (int l = 0; l < k; l++, b += 4) {
        v128_t v = wasm_v128_load64_splat(a + l);
        p = wasm_f64x2_add(p, cube(wasm_f64x2_abs(wasm_f64x2_sub(v, wasm_v128_load(b)))));
        q = wasm_f64x2_add(q, cube(wasm_f64x2_abs(wasm_f64x2_sub(v, wasm_v128_load(b + 2)))));
      }
      put(c + j, n - j, p, q);
    }
  }
}

/* Adds a bias to each row; with `cut`, what is negative becomes zero. */
__attribute__((export_name("biased"))) void biased(double *c, const double *bias, int m, int n, int cut) {
  v128_t zero = wasm_f64x2_splat(0);
  for (int i = 0; i < m; i++, c += n) {
    int j = 0;
    for (; j + 2 <= n; j += 2) {
      v128_t v = wasm_f64x2_add(wasm_v128_load(c + j), wasm_v128_load(bias + j));
      wasm_v128_store(c + j, cut ? wasm_f64x2_max(v, zero) : v);
    }
    for (; j < n; j++) {
      double v = c[j] + bias[j];
      c[j] = cut && v < 0 ? 0 : v;
    }
  }
}

/* e to the power of two numbers, within one unit in the last place. x = k ln 2 + r, |r| <= ln 2 / 2. */
static inline v128_t exponential(v128_t x) {
  x = wasm_f64x2_max(wasm_f64x2_splat(-746), wasm_f64x2_min(wasm_f64x2_splat(710), x));
  v128_t k = wasm_f64x2_nearest(wasm_f64x2_mul(x, wasm_f64x2_splat(1.4426950408889634)));
  v128_t r = wasm_f64x2_sub(x, wasm_f64x2_mul(k, wasm_f64x2_splat(6.93147180369123816490e-01)));
  r = wasm_f64x2_sub(r, wasm_f64x2_mul(k, wasm_f64x2_splat(1.90821492927058770002e-10)));
#define TERM(p, c) p = wasm_f64x2_add(wasm_f64x2_mul(p, r), wasm_f64x2_splat(c))
  v128_t p = wasm_f64x2_splat(1.0 / 6227020800.0);
  TERM(p, 1.0 / 479001600.0);
  TERM(p, 1.0 / 39916800.0);
  TERM(p, 1.0 / 3628800.0);
  TERM(p, 1.0 / 362880.0);
  TERM(p, 1.0 / 40320.0);
  TERM(p, 1.0 / 5040.0);
  TERM(p, 1.0 / 720.0);
  TERM(p, 1.0 / 120.0);
  TERM(p, 1.0 / 24.0);
  TERM(p, 1.0 / 6.0);
  TERM(p, 0.5);
  TERM(p, 1.0);
  TERM(p, 1.0);
  /* 2 to the power of k in two halves, for what is below the least normal number. */
  v128_t whole = wasm_i32x4_trunc_sat_f64x2_zero(k);
  v128_t half = wasm_i32x4_shr(whole, 1);
  v128_t bias = wasm_i64x2_splat(1023);
  v128_t one = wasm_i64x2_shl(wasm_i64x2_add(wasm_i64x2_extend_low_i32x4(half), bias), 52);
  v128_t two = wasm_i64x2_shl(wasm_i64x2_add(wasm_i64x2_extend_low_i32x4(wasm_i32x4_sub(whole, half)), bias), 52);
  return wasm_f64x2_mul(wasm_f64x2_mul(p, one), two);
}

/* exp(scale v) of each number. */
__attribute__((export_name("exps"))) void exps(double *c, int count, double scale) {
  v128_t s = wasm_f64x2_splat(scale);
  int i = 0;
  for (; i + 2 <= count; i += 2) wasm_v128_store(c + i, exponential(wasm_f64x2_mul(wasm_v128_load(c + i), s)));
  if (i < count) c[i] = wasm_f64x2_extract_lane(exponential(wasm_f64x2_splat(c[i] * scale)), 0);
}

/* Decisions of a support vector machine for all pairs of k classes. Kernel values (m, count) stand class by class, sizes
   says how many each has; coef (count, wide) has the k - 1 weights of each support vector, wide a multiple of four; sums
   is room for k * wide numbers. Each decision is one running sum, first over the one class, then over the other. */
__attribute__((export_name("decide"))) void decide(
    const double *values, int m, int count, const double *coef, int wide, const int *sizes, int k,
    const double *intercept, double *sums, double *out) {
  for (int row = 0; row < m; row++, values += count) {
    const double *v = values, *w = coef;
    for (int c = 0; c < k; c++) {
      double *own = sums + c * wide;
      for (int l = 0; l < wide; l++) own[l] = l < c ? sums[l * wide + c - 1] : 0;
      int size = sizes[c];
      for (int l = 0; l < wide; l += 4) {
        v128_t p = wasm_v128_load(own + l), q = wasm_v128_load(own + l + 2);
        const double *from = w + l;
        for (int s = 0; s < size; s++, from += wide) {
          v128_t x = wasm_v128_load64_splat(v + s);
          DOT(p, x, wasm_v128_load(from));
          DOT(q, x, wasm_v128_load(from + 2));
        }
        wasm_v128_store(own + l, p);
        wasm_v128_store(own + l + 2, q);
      }
      v += size;
      w += size * wide;
    }
    const double *b = intercept;
    for (int i = 0; i < k; i++) {
      for (int j = i + 1; j < k; j++) *out++ = sums[j * wide + i] + *b++;
    }
  }
}
