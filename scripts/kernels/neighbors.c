/* Nearest neighbours among kept points with 128-bit vectors. Built by scripts/build-kernels.mjs.

   What enters a heap is the distance as plain code has it, one running sum in the order of the columns, and it enters in
   the order in which plain code has it. */
#include <wasm_simd128.h>

extern unsigned char __heap_base;

__attribute__((export_name("base"))) int base(void) { return (int)&__heap_base; }

/* The k smallest so far, the largest on top (sklearn/utils/_heap.pyx). */
static inline void push(double *values, int *places, int size, double value, int place) {
  if (value >= values[0]) return;
  int at = 0;
  for (;;) {
    int left = 2 * at + 1, right = left + 1, swap;
    if (left >= size) break;
    if (right >= size) {
      if (values[left] > value) swap = left;
      else break;
    } else if (values[left] >= values[right]) {
      if (value < values[left]) swap = left;
      else break;
    } else if (value < values[right]) swap = right;
    else break;
    values[at] = values[swap];
    places[at] = places[swap];
    at = swap;
  }
  values[at] = value;
  places[at] = place;
}

/* A kept table of points for a search one by one. */
typedef struct {
  int count, dims;
  const double *points;  /* (count, dims) */
  const double *norms;   /* squares of the points, summed up */
  const double *mean;    /* of the columns */
  const float *panels;   /* points less the mean, in panels of eight */
  const float *offsets;  /* squares of those less what rounding may add; a multiple of eight of them */
  double slack, rounding, spare;
} Points;

/* Fills in what a table of points needs besides the points: (n, d) at p->points. */
__attribute__((export_name("prepare"))) void prepare(Points *p, float *panels, float *offsets, double *norms, double *mean) {
  int n = p->count, d = p->dims;
  for (int l = 0; l < d; l++) mean[l] = 0;
  for (int j = 0; j < n; j++) {
    const double *row = p->points + j * d;
    double sum = 0;
    for (int l = 0; l < d; l++) {
      mean[l] += row[l];
      sum += row[l] * row[l];
    }
    norms[j] = sum;
  }
  double middle = 0;
  for (int l = 0; l < d; l++) {
    mean[l] /= n;
    middle += mean[l] * mean[l];
  }
  /* Single precision is off by at most slack times the squares, double by rounding times them. */
  double slack = (d + 16) * 0x1p-23, rounding = (4 * d + 64) * 0x1p-53;
  p->slack = slack;
  p->rounding = rounding;
  p->spare = rounding * middle;
  for (int j = 0; j < n; j += 8) {
    for (int c = 0; c < 8; c++) {
      double own = 0;
      for (int l = 0; l < d; l++) {
        double v = j + c < n ? p->points[(j + c) * d + l] - mean[l] : 0;
        panels[j * d + l * 8 + c] = (float)v;
        own += v * v;
      }
      /* Past the end nothing is near; where single precision may overflow nothing is known. */
      double known = own < 1e30 ? own * (1 - slack) - rounding * norms[j + c < n ? j + c : 0] : __builtin_nan("");
      offsets[j + c] = j + c < n ? (float)known : __builtin_inff();
    }
  }
  p->norms = norms;
  p->mean = mean;
  p->panels = panels;
  p->offsets = offsets;
}

#define WAITING 4

/* One row's search. */
typedef struct {
  const double *x;
  double norm, base;
  float limit;
  double *values;
  int *places;
  int waiting[WAITING], count;
} Row;

static inline void settle(Row *row) {
  double largest = row->values[0];
  /* Rounded up, and by what the sum in single precision may be off; NaN lets all pass. */
  double limit = largest - row->base;
  row->limit = largest == 0 ? -__builtin_inff() : (float)(limit + (limit < 0 ? -limit : limit) * 0x1p-22);
}

/* The distances of the points that wait, by xx - 2xy + yy, in their order. */
static void finish(const Points *p, Row *row, int k) {
  int d = p->dims, count = row->count;
  const double *x = row->x;
  const double *r0 = p->points + row->waiting[0] * d;
  const double *r1 = count > 1 ? p->points + row->waiting[1] * d : r0;
  const double *r2 = count > 2 ? p->points + row->waiting[2] * d : r0;
  const double *r3 = count > 3 ? p->points + row->waiting[3] * d : r0;
  double sums[WAITING] = {0, 0, 0, 0};
  double a = 0, b = 0, c = 0, e = 0;
  for (int l = 0; l < d; l++) {
    double v = x[l];
    a += v * r0[l];
    b += v * r1[l];
    c += v * r2[l];
    e += v * r3[l];
  }
  sums[0] = a;
  sums[1] = b;
  sums[2] = c;
  sums[3] = e;
  for (int i = 0; i < count; i++) {
    double v = row->norm - 2 * sums[i] + p->norms[row->waiting[i]];
    /* What rounding made negative counts as 0, which is no nearer than a largest of 0. */
    if (row->values[0] == 0) break;
    push(row->values, row->places, k, v < 0 ? 0 : v, row->waiting[i]);
  }
  row->count = 0;
  settle(row);
}

static inline void begin(const Points *p, Row *row, const double *x, float *single, double *values, int *places, int k) {
  double sum = 0, own = 0;
  for (int l = 0; l < p->dims; l++) {
    double v = x[l] - p->mean[l];
    sum += x[l] * x[l];
    own += v * v;
    single[l] = (float)v;
  }
  row->x = x;
  row->norm = sum;
  row->base = own > 1e-25 && own < 1e30 ? own * (1 - p->slack) - p->rounding * sum - p->spare : __builtin_nan("");
  row->values = values;
  row->places = places;
  row->count = 0;
  for (int i = 0; i < k; i++) {
    values[i] = __builtin_inf();
    places[i] = 0;
  }
  settle(row);
}

static inline int pick(const Points *p, Row *row, int k, int j, v128_t low, v128_t high, v128_t first, v128_t second) {
  v128_t limit = wasm_f32x4_splat(row->limit);
  v128_t a = wasm_f32x4_ge(wasm_f32x4_sub(first, wasm_f32x4_add(low, low)), limit);
  v128_t b = wasm_f32x4_ge(wasm_f32x4_sub(second, wasm_f32x4_add(high, high)), limit);
  int mask = (wasm_i32x4_bitmask(a) | wasm_i32x4_bitmask(b) << 4) ^ 255;
  if (mask == 0) return 0;
  int picked = 0;
  while (mask != 0) {
    int c = __builtin_ctz(mask);
    mask &= mask - 1;
    if (j + c >= p->count) break;
    row->waiting[row->count++] = j + c;
    picked++;
    if (row->count == WAITING) finish(p, row, k);
  }
  return picked;
}

/* The k nearest points of m rows of x: heaps (m, k). Most points are ruled out by sums in single precision. Gives how
   many were not; singles is room for 4 * dims numbers. */
__attribute__((export_name("search"))) int search(
    const Points *p, const double *x, int m, int k, double *values, int *places, float *singles) {
  int d = p->dims, n = p->count, tried = 0;
  for (int i = 0; i < m; i += 4) {
    Row rows[4];
    int own = m - i < 4 ? m - i : 4;
    for (int r = 0; r < 4; r++) {
      if (r < own) begin(p, rows + r, x + (i + r) * d, singles + r * d, values + (i + r) * k, places + (i + r) * k, k);
    }
    if (own < 4) {
      for (int r = 0; r < own; r++) {
        const float *b = p->panels;
        for (int j = 0; j < n; j += 16) {
          /* Two panels at once; after the last one the first of two is taken for the second as well. */
          int both = j + 8 < n;
          const float *b1 = both ? b + 8 * d : b;
          const float *a = singles + r * d;
          v128_t p0 = wasm_f32x4_splat(0), q0 = p0, p1 = p0, q1 = p0, p2 = p0, q2 = p0, p3 = p0, q3 = p0;
          int l = 0;
          for (; l + 2 <= d; l += 2) {
            v128_t v = wasm_v128_load32_splat(a + l), w = wasm_v128_load32_splat(a + l + 1);
            p0 = wasm_f32x4_add(p0, wasm_f32x4_mul(v, wasm_v128_load(b + l * 8)));
            q0 = wasm_f32x4_add(q0, wasm_f32x4_mul(v, wasm_v128_load(b + l * 8 + 4)));
            p1 = wasm_f32x4_add(p1, wasm_f32x4_mul(v, wasm_v128_load(b1 + l * 8)));
            q1 = wasm_f32x4_add(q1, wasm_f32x4_mul(v, wasm_v128_load(b1 + l * 8 + 4)));
            p2 = wasm_f32x4_add(p2, wasm_f32x4_mul(w, wasm_v128_load(b + l * 8 + 8)));
            q2 = wasm_f32x4_add(q2, wasm_f32x4_mul(w, wasm_v128_load(b + l * 8 + 12)));
            p3 = wasm_f32x4_add(p3, wasm_f32x4_mul(w, wasm_v128_load(b1 + l * 8 + 8)));
            q3 = wasm_f32x4_add(q3, wasm_f32x4_mul(w, wasm_v128_load(b1 + l * 8 + 12)));
          }
          if (l < d) {
            v128_t v = wasm_v128_load32_splat(a + l);
            p0 = wasm_f32x4_add(p0, wasm_f32x4_mul(v, wasm_v128_load(b + l * 8)));
            q0 = wasm_f32x4_add(q0, wasm_f32x4_mul(v, wasm_v128_load(b + l * 8 + 4)));
            p1 = wasm_f32x4_add(p1, wasm_f32x4_mul(v, wasm_v128_load(b1 + l * 8)));
            q1 = wasm_f32x4_add(q1, wasm_f32x4_mul(v, wasm_v128_load(b1 + l * 8 + 4)));
          }
          const float *o = p->offsets + j;
          tried += pick(p, rows + r, k, j, wasm_f32x4_add(p0, p2), wasm_f32x4_add(q0, q2), wasm_v128_load(o),
                        wasm_v128_load(o + 4));
          if (both)
            tried += pick(p, rows + r, k, j + 8, wasm_f32x4_add(p1, p3), wasm_f32x4_add(q1, q3), wasm_v128_load(o + 8),
                          wasm_v128_load(o + 12));
          b += 16 * d;
        }
      }
    } else {
      const float *b = p->panels;
      const float *a0 = singles, *a1 = a0 + d, *a2 = a1 + d, *a3 = a2 + d;
      for (int j = 0; j < n; j += 8) {
        v128_t p0 = wasm_f32x4_splat(0), p1 = p0, p2 = p0, p3 = p0, q0 = p0, q1 = p0, q2 = p0, q3 = p0;
        for (int l = 0; l < d; l++, b += 8) {
          v128_t s = wasm_v128_load(b), t = wasm_v128_load(b + 4);
          v128_t v = wasm_v128_load32_splat(a0 + l);
          p0 = wasm_f32x4_add(p0, wasm_f32x4_mul(v, s));
          q0 = wasm_f32x4_add(q0, wasm_f32x4_mul(v, t));
          v = wasm_v128_load32_splat(a1 + l);
          p1 = wasm_f32x4_add(p1, wasm_f32x4_mul(v, s));
          q1 = wasm_f32x4_add(q1, wasm_f32x4_mul(v, t));
          v = wasm_v128_load32_splat(a2 + l);
          p2 = wasm_f32x4_add(p2, wasm_f32x4_mul(v, s));
          q2 = wasm_f32x4_add(q2, wasm_f32x4_mul(v, t));
          v = wasm_v128_load32_splat(a3 + l);
          p3 = wasm_f32x4_add(p3, wasm_f32x4_mul(v, s));
          q3 = wasm_f32x4_add(q3, wasm_f32x4_mul(v, t));
        }
        v128_t first = wasm_v128_load(p->offsets + j), second = wasm_v128_load(p->offsets + j + 4);
        tried += pick(p, rows, k, j, p0, q0, first, second);
        tried += pick(p, rows + 1, k, j, p1, q1, first, second);
        tried += pick(p, rows + 2, k, j, p2, q2, first, second);
        tried += pick(p, rows + 3, k, j, p3, q3, first, second);
      }
    }
    for (int r = 0; r < own; r++) if (rows[r].count > 0) finish(p, rows + r, k);
  }
  return tried;
}

/* A kept KD tree or ball tree. Nodes 2i + 1 and 2i + 2 are the children of i, and stand beside each other in bounds. */
typedef struct {
  int count, dims, nodes, is_ball, is_manhattan;
  const int *start, *end, *leaf;  /* of each node */
  const int *order;               /* points in the order of the leaves */
  const int *panel;               /* of each leaf, the first of its panels of four points */
  const double *panels;
  const double *bounds;           /* of each pair of nodes and column: two low and two high bounds, or two centres */
  const double *radius;
} Tree;

static inline v128_t added(v128_t sum, v128_t diff, int is_manhattan) {
  return wasm_f64x2_add(sum, is_manhattan ? wasm_f64x2_abs(diff) : wasm_f64x2_mul(diff, diff));
}

/* The least that a point of two nodes may be away, as BinaryTree's min_rdist has it. */
static inline v128_t least(const Tree *t, int pair, const double *x, int is_ball, int is_manhattan) {
  int d = t->dims;
  v128_t sum = wasm_f64x2_splat(0), zero = sum;
  if (is_ball) {
    const double *b = t->bounds + pair * d * 2;
    for (int l = 0; l < d; l++, b += 2)
      sum = added(sum, wasm_f64x2_sub(wasm_v128_load64_splat(x + l), wasm_v128_load(b)), is_manhattan);
    if (!is_manhattan) sum = wasm_f64x2_sqrt(sum);
    /* The root stands alone, in the second place of the first pair. */
    int first = 2 * pair - 1;
    v128_t radius = wasm_f64x2_make(first < 0 ? 0 : t->radius[first], t->radius[first + 1]);
    sum = wasm_f64x2_max(zero, wasm_f64x2_sub(sum, radius));
    return is_manhattan ? sum : wasm_f64x2_mul(sum, sum);
  }
  const double *b = t->bounds + pair * d * 4;
  v128_t half = wasm_f64x2_splat(0.5);
  for (int l = 0; l < d; l++, b += 4) {
    v128_t v = wasm_v128_load64_splat(x + l);
    v128_t low = wasm_f64x2_sub(wasm_v128_load(b), v), high = wasm_f64x2_sub(v, wasm_v128_load(b + 2));
    v128_t gap = wasm_f64x2_add(wasm_f64x2_add(low, wasm_f64x2_abs(low)), wasm_f64x2_add(high, wasm_f64x2_abs(high)));
    gap = wasm_f64x2_mul(gap, half);
    sum = added(sum, gap, is_manhattan);
  }
  return sum;
}

/* The points of a leaf, eight at once while there are so many. */
static inline void leaf(const Tree *t, int node, const double *x, double *values, int *places, int k, int is_manhattan) {
  int d = t->dims, from = t->start[node], count = t->end[node] - from;
  const double *b = t->panels + (long)t->panel[node] * 4 * d;
  const int *order = t->order + from;
  double sums[8];
  for (int i = 0; i < count; i += 8, b += 8 * d) {
    int both = count - i > 4;
    const double *b0 = b, *b1 = both ? b + 4 * d : b;
    v128_t p = wasm_f64x2_splat(0), q = p, r = p, s = p, limit = wasm_v128_load64_splat(values);
    for (int l = 0; l < d;) {
      int next = d - l < 24 ? d : l + 16;
      for (; l < next; l++, b0 += 4, b1 += 4) {
        v128_t v = wasm_v128_load64_splat(x + l);
        p = added(p, wasm_f64x2_sub(v, wasm_v128_load(b0)), is_manhattan);
        q = added(q, wasm_f64x2_sub(v, wasm_v128_load(b0 + 2)), is_manhattan);
        r = added(r, wasm_f64x2_sub(v, wasm_v128_load(b1)), is_manhattan);
        s = added(s, wasm_f64x2_sub(v, wasm_v128_load(b1 + 2)), is_manhattan);
      }
      /* Sums only grow: none of these will be let in. */
      if (wasm_i64x2_all_true(wasm_v128_and(wasm_v128_and(wasm_f64x2_ge(p, limit), wasm_f64x2_ge(q, limit)),
                                            wasm_v128_and(wasm_f64x2_ge(r, limit), wasm_f64x2_ge(s, limit)))))
        goto next;
    }
    wasm_v128_store(sums, p);
    wasm_v128_store(sums + 2, q);
    wasm_v128_store(sums + 4, r);
    wasm_v128_store(sums + 6, s);
    int last = count - i < 8 ? count - i : 8;
    for (int j = 0; j < last; j++) push(values, places, k, sums[j], order[i + j]);
  next:;
  }
}

/* Goes down the tree, nearer children first (BinaryTree._query_single_depthfirst). */
static inline void walk(const Tree *t, const double *x, double *values, int *places, int k, int is_ball, int is_manhattan) {
  int nodes[128], top = 0;
  double far[128];
  nodes[0] = 0;
  far[0] = wasm_f64x2_extract_lane(least(t, 0, x, is_ball, is_manhattan), 1);
  top = 1;
  while (top > 0) {
    int node = nodes[--top];
    if (far[top] > values[0]) continue;
    if (t->leaf[node]) {
      leaf(t, node, x, values, places, k, is_manhattan);
      continue;
    }
    v128_t both = least(t, node + 1, x, is_ball, is_manhattan);
    double a = wasm_f64x2_extract_lane(both, 0), b = wasm_f64x2_extract_lane(both, 1);
    int near = a <= b ? 2 * node + 1 : 2 * node + 2;
    nodes[top] = a <= b ? near + 1 : near - 1;
    far[top++] = a <= b ? b : a;
    nodes[top] = near;
    far[top++] = a <= b ? a : b;
  }
}

/* The k nearest points of m rows of x: heaps (m, k). */
__attribute__((export_name("descend"))) void descend(const Tree *t, const double *x, int m, int k, double *values, int *places) {
  for (int i = 0; i < m; i++, x += t->dims, values += k, places += k) {
    for (int j = 0; j < k; j++) {
      values[j] = __builtin_inf();
      places[j] = 0;
    }
    if (t->is_ball) {
      if (t->is_manhattan) walk(t, x, values, places, k, 1, 1);
      else walk(t, x, values, places, k, 1, 0);
    } else if (t->is_manhattan) walk(t, x, values, places, k, 0, 1);
    else walk(t, x, values, places, k, 0, 0);
  }
}
