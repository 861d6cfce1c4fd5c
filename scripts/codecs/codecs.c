/*
 * The face of the wasm module: liblzma and libbzip2 behind one small streaming interface.
 *
 * One instance of the module serves one coder: memory that a large dictionary took goes with the instance.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <bzlib.h>
#include <lzma.h>

#define EXPORT(name) __attribute__((export_name(#name), visibility("default")))

enum { BZ2_DECODE, BZ2_ENCODE, LZMA_DECODE, XZ_ENCODE, ALONE_ENCODE };
/* What `run` returns. */
enum { GOING, END, DAMAGED, NO_MEMORY, MEMORY_LIMIT, UNSUPPORTED, NO_SUCH_FORMAT, BAD_LEVEL };

#define INPUT (1 << 16)
#define OUTPUT (1 << 18)

static uint8_t input[INPUT];
static uint8_t output[OUTPUT];
static int kind;
static bz_stream bz;
static lzma_stream lz = LZMA_STREAM_INIT;
static uint32_t consumed, produced;

EXPORT(input) uint8_t *input_at(void) { return input; }
EXPORT(output) uint8_t *output_at(void) { return output; }
EXPORT(consumed) uint32_t consumed_bytes(void) { return consumed; }
EXPORT(produced) uint32_t produced_bytes(void) { return produced; }

void bz_internal_error(int code) { (void)code; __builtin_trap(); }

static int of_lzma(lzma_ret ret) {
  switch (ret) {
    case LZMA_OK: case LZMA_BUF_ERROR: case LZMA_NO_CHECK: case LZMA_UNSUPPORTED_CHECK: case LZMA_GET_CHECK: return GOING;
    case LZMA_STREAM_END: return END;
    case LZMA_MEM_ERROR: return NO_MEMORY;
    case LZMA_MEMLIMIT_ERROR: return MEMORY_LIMIT;
    case LZMA_FORMAT_ERROR: return NO_SUCH_FORMAT;
    case LZMA_OPTIONS_ERROR: return UNSUPPORTED;
    default: return DAMAGED;
  }
}

/* Begins a coder; `memory` is the most a decoder may take. */
EXPORT(begin) int begin(int what, int level, uint32_t memory) {
  kind = what;
  lzma_options_lzma options;
  switch (kind) {
    case BZ2_DECODE: return BZ2_bzDecompressInit(&bz, 0, 0) == BZ_OK ? GOING : NO_MEMORY;
    case BZ2_ENCODE: {
      int ret = BZ2_bzCompressInit(&bz, level, 0, 0);
      return ret == BZ_OK ? GOING : ret == BZ_MEM_ERROR ? NO_MEMORY : BAD_LEVEL;
    }
    case LZMA_DECODE: return of_lzma(lzma_auto_decoder(&lz, memory, 0));
    case XZ_ENCODE: return of_lzma(lzma_easy_encoder(&lz, (uint32_t)level, LZMA_CHECK_CRC64));
    default:
      if (lzma_lzma_preset(&options, (uint32_t)level)) return BAD_LEVEL;
      return of_lzma(lzma_alone_encoder(&lz, &options));
  }
}

/* Codes `length` bytes of `input` from `at` on into `output`; `finish`: no more will come. */
EXPORT(run) int run(uint32_t at, uint32_t length, uint32_t room, int finish) {
  int code;
  if (kind <= BZ2_ENCODE) {
    bz.next_in = (char *)input + at;
    bz.avail_in = length;
    bz.next_out = (char *)output;
    bz.avail_out = room;
    int ret = kind == BZ2_DECODE ? BZ2_bzDecompress(&bz) : BZ2_bzCompress(&bz, finish ? BZ_FINISH : BZ_RUN);
    consumed = length - bz.avail_in;
    produced = room - bz.avail_out;
    code = ret == BZ_STREAM_END ? END
      : ret == BZ_MEM_ERROR ? NO_MEMORY
      : ret == BZ_DATA_ERROR_MAGIC ? NO_SUCH_FORMAT
      /* The compressor says so when there is nothing to do. */
      : ret >= 0 || (kind == BZ2_ENCODE && ret == BZ_PARAM_ERROR) ? GOING
      : DAMAGED;
  } else {
    lz.next_in = input + at;
    lz.avail_in = length;
    lz.next_out = output;
    lz.avail_out = room;
    code = of_lzma(lzma_code(&lz, finish ? LZMA_FINISH : LZMA_RUN));
    consumed = length - lz.avail_in;
    produced = room - lz.avail_out;
  }
  return code;
}
