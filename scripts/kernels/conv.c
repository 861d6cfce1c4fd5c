/* Convolutions and activations of float32 with 128-bit vectors. Built by scripts/build-kernels.mjs. */
#include <wasm_simd128.h>

extern unsigned char __heap_base;

__attribute__((export_name("base"))) int base(void) { return (int)&__heap_base; }

static inline void put(float *c, int n, v128_t low, v128_t high) {
  if (n >= 8) {
    wasm_v128_store(c, low);
    wasm_v128_store(c + 4, high);
    return;
  }
  int i = 0;
  if (n >= 4) {
    wasm_v128_store(c, low);
    low = high;
    i = 4;
  }
  if (i < n) c[i] = wasm_f32x4_extract_lane(low, 0);
  if (i + 1 < n) c[i + 1] = wasm_f32x4_extract_lane(low, 1);
  if (i + 2 < n) c[i + 2] = wasm_f32x4_extract_lane(low, 2);
}

/* A picture of d x h x w x c numbers into the middle of one of D x H x W x c zeros, which are there. */
__attribute__((export_name("inset"))) void inset(const float *from, float *to, int d, int h, int row, int top, int plane,
                                                 int wide) {
  to += top;
  for (int i = 0; i < d; i++, to += plane) {
    float *line = to;
    for (int j = 0; j < h; j++, line += wide) {
      int k = 0;
      for (; k + 4 <= row; k += 4) wasm_v128_store(line + k, wasm_v128_load(from + k));
      for (; k < row; k++) line[k] = from[k];
      from += row;
    }
  }
}

/* Rows of eight columns, for four places of the window or one. */
static inline void part(const float *a0, const float *a1, const float *a2, const float *a3, const int *taps, int count,
                        int run, const float *b, const float *bias, float *c, int step, int left) {
  v128_t low = wasm_v128_load(bias), high = wasm_v128_load(bias + 4);
  v128_t p0 = low, p1 = low, p2 = low, p3 = low, q0 = high, q1 = high, q2 = high, q3 = high;
  for (int t = 0; t < count; t++) {
    int at = taps[t], end = at + run;
    for (; at < end; at++, b += 8) {
      v128_t x = wasm_v128_load(b), y = wasm_v128_load(b + 4);
      v128_t v = wasm_v128_load32_splat(a0 + at);
      p0 = wasm_f32x4_add(p0, wasm_f32x4_mul(v, x));
      q0 = wasm_f32x4_add(q0, wasm_f32x4_mul(v, y));
      v = wasm_v128_load32_splat(a1 + at);
      p1 = wasm_f32x4_add(p1, wasm_f32x4_mul(v, x));
      q1 = wasm_f32x4_add(q1, wasm_f32x4_mul(v, y));
      v = wasm_v128_load32_splat(a2 + at);
      p2 = wasm_f32x4_add(p2, wasm_f32x4_mul(v, x));
      q2 = wasm_f32x4_add(q2, wasm_f32x4_mul(v, y));
      v = wasm_v128_load32_splat(a3 + at);
      p3 = wasm_f32x4_add(p3, wasm_f32x4_mul(v, x));
      q3 = wasm_f32x4_add(q3, wasm_f32x4_mul(v, y));
    }
  }
  put(c, left, p0, q0);
  put(c + step, left, p1, q1);
  put(c + 2 * step, left, p2, q2);
  put(c + 3 * step, left, p3, q3);
}

/* c (places x n, rows step apart): the windows that begin at the offsets, each of count taps of run numbers, times the
   panels, plus a bias of whole panels. */
__attribute__((export_name("conv"))) void conv(const float *x, const int *offsets, int places, const int *taps, int count,
                                               int run, const float *panels, const float *bias, float *c, int n, int step) {
  int p = 0, size = count * run * 8;
  for (; p + 4 <= places; p += 4, c += 4 * step) {
    const float *b = panels;
    for (int j = 0; j < n; j += 8, b += size) {
      part(x + offsets[p], x + offsets[p + 1], x + offsets[p + 2], x + offsets[p + 3], taps, count, run, b, bias + j, c + j,
           step, n - j);
    }
  }
  for (; p < places; p++, c += step) {
    const float *a = x + offsets[p], *b = panels;
    for (int j = 0; j < n; j += 8) {
      v128_t low = wasm_v128_load(bias + j), high = wasm_v128_load(bias + j + 4);
      for (int t = 0; t < count; t++) {
        int at = taps[t], end = at + run;
        for (; at < end; at++, b += 8) {
          v128_t v = wasm_v128_load32_splat(a + at);
          low = wasm_f32x4_add(low, wasm_f32x4_mul(v, wasm_v128_load(b)));
          high = wasm_f32x4_add(high, wasm_f32x4_mul(v, wasm_v128_load(b + 4)));
        }
      }
      put(c + j, n - j, low, high);
    }
  }
}

/* The same where each channel has a window of its own: c (places x n), the kernel count x n. */
__attribute__((export_name("depthwise"))) void depthwise(const float *x, const int *offsets, int places, const int *taps,
                                                         int count, const float *kernel, const float *bias, float *c, int n) {
  for (int p = 0; p < places; p++, c += n) {
    const float *a = x + offsets[p];
    int j = 0;
    for (; j + 4 <= n; j += 4) {
      v128_t sum = wasm_v128_load(bias + j);
      for (int t = 0; t < count; t++)
        sum = wasm_f32x4_add(sum, wasm_f32x4_mul(wasm_v128_load(a + taps[t] + j), wasm_v128_load(kernel + t * n + j)));
      wasm_v128_store(c + j, sum);
    }
    for (; j < n; j++) {
      float sum = bias[j];
      for (int t = 0; t < count; t++) sum += a[taps[t] + j] * kernel[t * n + j];
      c[j] = sum;
    }
  }
}

/* The largest or the mean of each window: its cells lie at offsets from its place, n channels side by side. */
static inline void pooled(const float *x, const int *offsets, int places, const int *cells, int count, float *c, int n,
                          int most) {
  float by = 1.0f / count;
  for (int p = 0; p < places; p++, c += n) {
    const float *a = x + offsets[p];
    int j = 0;
    if (n >= 4) {
      for (;;) {
        v128_t sum = wasm_v128_load(a + cells[0] + j);
        for (int t = 1; t < count; t++) {
          v128_t v = wasm_v128_load(a + cells[t] + j);
          sum = most ? wasm_f32x4_max(sum, v) : wasm_f32x4_add(sum, v);
        }
        wasm_v128_store(c + j, most ? sum : wasm_f32x4_mul(sum, wasm_f32x4_splat(by)));
        if (j + 4 >= n) break;
        /* The last vector may lie over the one before. */
        j = j + 8 <= n ? j + 4 : n - 4;
      }
      continue;
    }
    for (; j < n; j++) {
      float sum = a[cells[0] + j];
      for (int t = 1; t < count; t++) {
        float v = a[cells[t] + j];
        sum = !most ? sum + v : v > sum || v != v ? v : sum;
      }
      c[j] = most ? sum : sum * by;
    }
  }
}

__attribute__((export_name("pool"))) void pool(const float *x, const int *offsets, int places, const int *cells, int count,
                                               float *c, int n, int most) {
  if (most) pooled(x, offsets, places, cells, count, c, n, 1);
  else pooled(x, offsets, places, cells, count, c, n, 0);
}

static inline v128_t exponential(v128_t x) {
  x = wasm_f32x4_min(wasm_f32x4_max(x, wasm_f32x4_splat(-87.0f)), wasm_f32x4_splat(88.0f));
  v128_t n = wasm_f32x4_nearest(wasm_f32x4_mul(x, wasm_f32x4_splat(1.44269504f)));
  /* The logarithm of two in two parts, so that what is left is exact. */
  v128_t r = wasm_f32x4_sub(x, wasm_f32x4_mul(n, wasm_f32x4_splat(0.693359375f)));
  r = wasm_f32x4_add(r, wasm_f32x4_mul(n, wasm_f32x4_splat(2.12194440e-4f)));
  /* A polynomial fitted to exp between -ln(2)/2 and ln(2)/2, relative error 2e-9. */
  v128_t y = wasm_f32x4_splat(0.001383684459142387f);
  y = wasm_f32x4_add(wasm_f32x4_mul(y, r), wasm_f32x4_splat(0.008374815806746483f));
  y = wasm_f32x4_add(wasm_f32x4_mul(y, r), wasm_f32x4_splat(0.04166822507977486f));
  y = wasm_f32x4_add(wasm_f32x4_mul(y, r), wasm_f32x4_splat(0.16666419804096222f));
  y = wasm_f32x4_add(wasm_f32x4_mul(y, r), wasm_f32x4_splat(0.49999991059303284f));
  y = wasm_f32x4_add(wasm_f32x4_mul(y, r), wasm_f32x4_splat(1.0f));
  y = wasm_f32x4_add(wasm_f32x4_mul(y, r), wasm_f32x4_splat(1.0f));
  v128_t power = wasm_i32x4_shl(wasm_i32x4_add(wasm_i32x4_trunc_sat_f32x4(n), wasm_i32x4_splat(127)), 23);
  return wasm_f32x4_mul(y, power);
}

static inline v128_t activated(v128_t x, int kind) {
  v128_t one = wasm_f32x4_splat(1.0f);
  /* As Math.max(0, x) does, a NaN stays. */
  if (kind == 1) return wasm_f32x4_max(x, wasm_f32x4_splat(0.0f));
  if (kind == 3) {
    v128_t y = wasm_f32x4_div(one, wasm_f32x4_add(one, exponential(wasm_f32x4_neg(x))));
    return wasm_v128_bitselect(y, x, wasm_f32x4_eq(x, x));
  }
  v128_t size = wasm_f32x4_abs(x), z = wasm_f32x4_mul(x, x);
  v128_t e = exponential(wasm_f32x4_add(size, size));
  v128_t far = wasm_f32x4_sub(one, wasm_f32x4_div(wasm_f32x4_splat(2.0f), wasm_f32x4_add(e, one)));
  far = wasm_v128_or(far, wasm_v128_and(x, wasm_f32x4_splat(-0.0f)));
  /* Near zero an odd polynomial, fitted up to 0.65. */
  v128_t y = wasm_f32x4_splat(-0.005515082739293575f);
  y = wasm_f32x4_add(wasm_f32x4_mul(y, z), wasm_f32x4_splat(0.020469345152378082f));
  y = wasm_f32x4_add(wasm_f32x4_mul(y, z), wasm_f32x4_splat(-0.05368800088763237f));
  y = wasm_f32x4_add(wasm_f32x4_mul(y, z), wasm_f32x4_splat(0.1333083063364029f));
  y = wasm_f32x4_add(wasm_f32x4_mul(y, z), wasm_f32x4_splat(-0.3333325982093811f));
  v128_t near = wasm_f32x4_add(x, wasm_f32x4_mul(wasm_f32x4_mul(x, z), y));
  y = wasm_v128_bitselect(near, far, wasm_f32x4_lt(size, wasm_f32x4_splat(0.625f)));
  return wasm_v128_bitselect(y, x, wasm_f32x4_eq(x, x));
}

/* Numbers in place: 1 relu, 2 tanh, 3 sigmoid; there is room for whole vectors. */
__attribute__((export_name("activate"))) void activate(float *x, int n, int kind) {
  if (kind == 1) {
    for (int i = 0; i < n; i += 4) wasm_v128_store(x + i, activated(wasm_v128_load(x + i), 1));
  } else if (kind == 2) {
    for (int i = 0; i < n; i += 4) wasm_v128_store(x + i, activated(wasm_v128_load(x + i), 2));
  } else {
    for (int i = 0; i < n; i += 4) wasm_v128_store(x + i, activated(wasm_v128_load(x + i), 3));
  }
}
