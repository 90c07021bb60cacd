#include "CKernels.h"

#include <math.h>
#include <string.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif
#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Where a sum of products is to be fused it says so; nothing is fused on the side.
#pragma clang fp contract(off)
// Wide vectors are passed only between functions that are always inlined: there is no call to keep stable.
#pragma clang diagnostic ignored "-Wpsabi"

// The most that a convolution of any kernel set has at once, see layer_impl.h.
#define CK_MOST_TILES 24
#define CK_MOST_GROUP 32
#define CK_MOST_SPREAD 16
// Numbers that are left out to begin on a line of the cache.
#define CK_MOST_ALIGNMENT 16

// Whole numbers of sixteen bits, see int16_impl.h: the lengths of rows and columns and the largest number; 2^31 is above
// the product of the lengths, each with the rounding of fifty thousand numbers added.
#define CK_LEFT_NORM 32700.0f
#define CK_RIGHT_NORM 65000.0f
#define CK_LARGEST 32766.0f
// Keeps rows of zeros from being divided by.
#define CK_LEAST_SQUARE 1e-30f
// Rows that are rounded together.
#define CK_BLOCK 96

// Rows that are rounded, and what each is multiplied by.
typedef struct ck_whole_rows {
    const int16_t *data;
    const float *lengths;
    size_t rows;
    size_t stride;
} ck_whole_rows;

#define CK_NAME(x) ck_##x##_baseline
#define CK_ATTR
#define CK_LANES 4
#define CK_ISA_VALUE CK_ISA_BASELINE
#if defined(__aarch64__)
#define CK_ROWS 8
#define CK_FMA(a, b, c) __builtin_elementwise_fma((a), (b), (c))
#define CK_FMA1(a, b, c) __builtin_fmaf((a), (b), (c))
#define CK_ISA_TEXT "neon"
#else
#define CK_ROWS 6
#define CK_FMA(a, b, c) ((a) * (b) + (c))
#define CK_FMA1(a, b, c) ((a) * (b) + (c))
#define CK_ISA_TEXT "baseline"
#endif
#if defined(__x86_64__)
#define CK_DOT(sum, a, b) ((INTS)_mm_add_epi32((__m128i)(sum), _mm_madd_epi16((__m128i)(a), (__m128i)(b))))
#else
#define CK_LOW(x) ((INTS)((UINTS)(x) << 16) >> 16)
#define CK_HIGH(x) ((INTS)(x) >> 16)
#define CK_DOT(sum, a, b) \
    ((INTS)((UINTS)(sum) + (UINTS)(CK_LOW(a) * CK_LOW(b)) + (UINTS)(CK_HIGH(a) * CK_HIGH(b))))
#endif
#include "kernels_impl.h"

#if defined(__x86_64__)
#define CK_NAME(x) ck_##x##_avx2
#define CK_ATTR __attribute__((target("avx2,fma")))
#define CK_LANES 8
#define CK_ROWS 6
#define CK_FMA(a, b, c) __builtin_elementwise_fma((a), (b), (c))
#define CK_FMA1(a, b, c) __builtin_fmaf((a), (b), (c))
#define CK_ISA_VALUE CK_ISA_AVX2
#define CK_ISA_TEXT "avx2"
#define CK_DOT(sum, a, b) \
    ((INTS)_mm256_add_epi32((__m256i)(sum), _mm256_madd_epi16((__m256i)(a), (__m256i)(b))))
#define CK_VNNI_NAME(x) ck_##x##_avx2vnni
#define CK_VNNI_ATTR __attribute__((target("avxvnni,avx2,fma")))
#define CK_VNNI_DOT "%{vex%} vpdpwssd %2, %1, %0"
#define CK_VNNI_ISA_VALUE CK_ISA_AVX2VNNI
#define CK_VNNI_ISA_TEXT "avx2vnni"
#include "kernels_impl.h"

#define CK_NAME(x) ck_##x##_avx512
#define CK_ATTR __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")))
#define CK_LANES 16
#define CK_ROWS 12
#define CK_FMA(a, b, c) __builtin_elementwise_fma((a), (b), (c))
#define CK_FMA1(a, b, c) __builtin_fmaf((a), (b), (c))
#define CK_ISA_VALUE CK_ISA_AVX512
#define CK_ISA_TEXT "avx512"
#define CK_DOT(sum, a, b) \
    ((INTS)_mm512_add_epi32((__m512i)(sum), _mm512_madd_epi16((__m512i)(a), (__m512i)(b))))
#define CK_VNNI_NAME(x) ck_##x##_avx512vnni
#define CK_VNNI_ATTR __attribute__((target("avx512vnni,avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")))
#define CK_VNNI_DOT "vpdpwssd %2, %1, %0"
#define CK_VNNI_ISA_VALUE CK_ISA_AVX512VNNI
#define CK_VNNI_ISA_TEXT "avx512vnni"
#include "kernels_impl.h"
#endif

const ck_table *ck_table_for(ck_isa isa) {
    switch (isa) {
    case CK_ISA_BASELINE:
        return &ck_table_baseline;
#if defined(__x86_64__)
    case CK_ISA_AVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &ck_table_avx2 : NULL;
    case CK_ISA_AVX2VNNI:
        return ck_table_for(CK_ISA_AVX2) && __builtin_cpu_supports("avxvnni") ? &ck_table_avx2vnni : NULL;
    case CK_ISA_AVX512:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                       __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")
                   ? &ck_table_avx512
                   : NULL;
    case CK_ISA_AVX512VNNI:
        return ck_table_for(CK_ISA_AVX512) && __builtin_cpu_supports("avx512vnni") ? &ck_table_avx512vnni : NULL;
#endif
    default:
        return NULL;
    }
}

size_t ck_packed_count(size_t panel, size_t depth, size_t columns) {
    return (columns + panel - 1) / panel * panel * depth;
}

size_t ck_convolution_scratch(size_t channels) {
    // Transforms and products of the tiles that are worked on together.
    return CK_MOST_ALIGNMENT + 36 * (CK_MOST_TILES * (channels + CK_MOST_GROUP) + 2 * CK_MOST_SPREAD);
}

size_t ck_int16_scratch(size_t depth) { return CK_MOST_ALIGNMENT + CK_BLOCK + CK_BLOCK * ((depth + 15) / 16 * 8); }

size_t ck_int16_count(size_t panel, size_t depth, size_t columns) {
    return (columns + panel - 1) / panel * panel * ((depth + 1) / 2 * 2);
}

void ck_gather(const float *in, size_t line, size_t rows, size_t columns, size_t channels, size_t height, size_t width,
               size_t stored, float *out) {
    memset(out, 0, height * width * stored * sizeof *out);
    const size_t pairs = columns / 2 < width ? columns / 2 : width;
    for (size_t y = 0; y < 2 * height && y < rows; y++, in += line) {
        // Two places side by side are a run in both maps.
        float *row = out + y / 2 * width * stored + y % 2 * 2 * channels;
        if (channels == 3)
            for (size_t x = 0; x < pairs; x++) memcpy(row + x * stored, in + 6 * x, 6 * sizeof *in);
        else if (channels == 1)
            for (size_t x = 0; x < pairs; x++) memcpy(row + x * stored, in + 2 * x, 2 * sizeof *in);
        else
            for (size_t x = 0; x < pairs; x++)
                memcpy(row + x * stored, in + 2 * channels * x, 2 * channels * sizeof *in);
        if (pairs < width && columns % 2)
            memcpy(row + pairs * stored, in + 2 * channels * pairs, channels * sizeof *in);
    }
}

void ck_pack(size_t panel, size_t depth, size_t columns, const float *matrix, size_t stride, float *packed) {
    for (size_t first = 0; first < columns; first += panel) {
        const size_t width = columns - first < panel ? columns - first : panel;
        for (size_t k = 0; k < depth; k++, packed += panel) {
            memcpy(packed, matrix + k * stride + first, width * sizeof *packed);
            memset(packed + width, 0, (panel - width) * sizeof *packed);
        }
    }
}

float ck_peak(const ck_table *table, size_t rounds, double *operations) {
    *operations = 2.0 * 10 * (double)(table->panel / 2) * (double)rounds;
#if defined(__x86_64__)
    if (table->isa == CK_ISA_AVX512 || table->isa == CK_ISA_AVX512VNNI) return ck_peak_avx512(rounds);
    if (table->isa == CK_ISA_AVX2 || table->isa == CK_ISA_AVX2VNNI) return ck_peak_avx2(rounds);
#endif
    return ck_peak_baseline(rounds);
}

void ck_reuse_memory(void) {
#if defined(__GLIBC__)
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
#endif
}
