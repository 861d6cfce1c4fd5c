/* Walks down decision trees, eight rows at once. Built by scripts/build-kernels.mjs.

   A node is its threshold, feature, and children: 16 bytes (float32) or 24 (float64, four of them spare). A leaf's
   children are itself, so that rows which are there already stay while others go on. */
extern unsigned char __heap_base;

__attribute__((export_name("base"))) int base(void) { return (int)&__heap_base; }

typedef struct { float cut; int feature, left, right; } node32;
typedef struct { double cut; int feature, left, right, spare; } node64;

#define WALK(NAME, NODE, T) \
  __attribute__((export_name(#NAME))) void NAME(const NODE *nodes, const T *x, int rows, int cols, int *leaves) { \
    for (int i = 0; i < rows; i += 8) { \
      const T *row = x + i * cols; \
      int at[8] = {0}, moved; \
      do { \
        moved = 0; \
        _Pragma("clang loop unroll(full)") for (int r = 0; r < 8; r++) { \
          const NODE *node = nodes + at[r]; \
          int next = row[r * cols + node->feature] <= node->cut ? node->left : node->right; \
          moved |= next ^ at[r]; \
          at[r] = next; \
        } \
      } while (moved); \
      for (int r = 0; r < 8; r++) leaves[i + r] = at[r]; \
    } \
  }

WALK(walk32, node32, float)
WALK(walk64, node64, double)
