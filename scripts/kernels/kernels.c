/* Products of float32 matrices with 128-bit vectors. Built by scripts/build-kernels.mjs. */
#include <wasm_simd128.h>

extern unsigned char __heap_base;

__attribute__((export_name("base"))) int base(void) { return (int)&__heap_base; }

/* Columns of b in panels of eight: panel after panel, row after row, what is missing as zeros. */
__attribute__((export_name("pack"))) void pack(const float *b, float *panels, int k, int n) {
  for (int j = 0; j < n; j += 8) {
    for (int i = 0; i < k; i++) {
      for (int c = 0; c < 8; c++) *panels++ = j + c < n ? b[i * n + j + c] : 0.0f;
    }
  }
}

static inline void put(float *c, int n, v128_t low, v128_t high) {
  if (n >= 8) {
    wasm_v128_store(c, low);
    wasm_v128_store(c + 4, high);
    return;
  }
  float part[8];
  wasm_v128_store(part, low);
  wasm_v128_store(part + 4, high);
  for (int i = 0; i < n; i++) c[i] = part[i];
}

/* c (m x n) = a (m x k) times b in panels, plus a bias of whole panels. */
__attribute__((export_name("matmul"))) void matmul(const float *a, const float *panels, const float *bias, float *c,
                                                   int m, int k, int n) {
  int i = 0;
  for (; i + 4 <= m; i += 4) {
    const float *a0 = a + i * k, *a1 = a0 + k, *a2 = a1 + k, *a3 = a2 + k;
    const float *b = panels;
    for (int j = 0; j < n; j += 8) {
      v128_t low = wasm_v128_load(bias + j), high = wasm_v128_load(bias + j + 4);
      v128_t p0 = low, p1 = low, p2 = low, p3 = low, q0 = high, q1 = high, q2 = high, q3 = high;
      for (int l = 0; l < k; l++, b += 8) {
        v128_t x = wasm_v128_load(b), y = wasm_v128_load(b + 4);
        v128_t v = wasm_v128_load32_splat(a0 + l);
        p0 = wasm_f32x4_add(p0, wasm_f32x4_mul(v, x));
        q0 = wasm_f32x4_add(q0, wasm_f32x4_mul(v, y));
        v = wasm_v128_load32_splat(a1 + l);
        p1 = wasm_f32x4_add(p1, wasm_f32x4_mul(v, x));
        q1 = wasm_f32x4_add(q1, wasm_f32x4_mul(v, y));
        v = wasm_v128_load32_splat(a2 + l);
        p2 = wasm_f32x4_add(p2, wasm_f32x4_mul(v, x));
        q2 = wasm_f32x4_add(q2, wasm_f32x4_mul(v, y));
        v = wasm_v128_load32_splat(a3 + l);
        p3 = wasm_f32x4_add(p3, wasm_f32x4_mul(v, x));
        q3 = wasm_f32x4_add(q3, wasm_f32x4_mul(v, y));
      }
      float *to = c + i * n + j;
      put(to, n - j, p0, q0);
      put(to + n, n - j, p1, q1);
      put(to + 2 * n, n - j, p2, q2);
      put(to + 3 * n, n - j, p3, q3);
    }
  }
  for (; i < m; i++) {
    const float *row = a + i * k;
    const float *b = panels;
    for (int j = 0; j < n; j += 8) {
      v128_t p = wasm_v128_load(bias + j), q = wasm_v128_load(bias + j + 4);
      for (int l = 0; l < k; l++, b += 8) {
        v128_t v = wasm_v128_load32_splat(row + l);
        p = wasm_f32x4_add(p, wasm_f32x4_mul(v, wasm_v128_load(b)));
        q = wasm_f32x4_add(q, wasm_f32x4_mul(v, wasm_v128_load(b + 4)));
      }
      put(c + i * n + j, n - j, p, q);
    }
  }
}
