// Rounding of rows and columns to whole numbers of sixteen bits, see int16_impl.h. Part of kernels_impl.h, for one
// instruction set.

typedef int32_t CK_NAME(ints) __attribute__((vector_size(4 * CK_LANES), aligned(4), may_alias));
typedef uint32_t CK_NAME(bits) __attribute__((vector_size(4 * CK_LANES), aligned(4), may_alias));
typedef int16_t CK_NAME(shorts) __attribute__((vector_size(32), aligned(2), may_alias));

#define INTS CK_NAME(ints)
#define UINTS CK_NAME(bits)
#define SHORTS CK_NAME(shorts)

// Sixteen numbers' sum, in a fixed order.
INLINE float CK_NAME(tree_total)(WIDE x) {
    x += __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
    x += __builtin_shufflevector(x, x, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11);
    x += __builtin_shufflevector(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
    return x[0] + x[1];
}

INLINE float CK_NAME(squared_length)(const float *x, size_t count) {
    WIDE sum = (WIDE){0}, other = (WIDE){0};
    size_t j = 0;
    for (; j + 32 <= count; j += 32) {
        const WIDE a = *(const WIDE *)(x + j), b = *(const WIDE *)(x + j + 16);
        sum = CK_FMA(a, a, sum);
        other = CK_FMA(b, b, other);
    }
    for (; j < count; j += 16) {
        const WIDE a = j + 16 <= count ? *(const WIDE *)(x + j) : CK_NAME(tail)(x + j, count - j);
        sum = CK_FMA(a, a, sum);
    }
    return CK_NAME(tree_total)(sum + other);
}

// The nearest whole number stands in the low bits of a float once 3 * 2^22 is added to it.
#define CK_ROUNDER 12582912.0f

// Rounds the numbers times `scale`, below 2^15 then, and adds zeros up to a multiple of sixteen.
INLINE void CK_NAME(round)(const float *x, size_t count, float scale, int16_t *out) {
    for (size_t j = 0; j < count; j += 16) {
        const WIDE a = j + 16 <= count ? *(const WIDE *)(x + j) : CK_NAME(tail)(x + j, count - j);
        *(SHORTS *)(out + j) = __builtin_convertvector((MASK)(a * scale + CK_ROUNDER), SHORTS);
    }
}

// CK_LANES columns of a panel.
INLINE void CK_NAME(quantize_columns)(const float *matrix, size_t depth, size_t stride, size_t columns,
                                      int16_t *packed, float *scales) {
    float edge[CK_LANES] = {0};
    LANE square = (LANE){0}, largest = (LANE){0};
    for (size_t k = 0; k < depth; k++) {
        const float *row = matrix + k * stride;
        if (columns < CK_LANES) row = memcpy(edge, row, columns * sizeof *edge);
        const LANE x = *(const LANE *)row;
        square = CK_FMA(x, x, square);
        const LANE size = (LANE)((INTS)x & 0x7fffffff);
        const INTS more = size > largest;
        largest = (LANE)((more & (INTS)size) | (~more & (INTS)largest));
    }
    const LANE by_length = CK_RIGHT_NORM / __builtin_elementwise_sqrt(square + CK_LEAST_SQUARE);
    const LANE by_size = CK_LARGEST / (largest + CK_LEAST_SQUARE);
    // A length that is no number stays one.
    const INTS less = by_size < by_length;
    const LANE factor = (LANE)((less & (INTS)by_size) | (~less & (INTS)by_length));
    *(LANE *)scales = 1 / factor;
    for (size_t k = 0; k < depth; k += 2, packed += 2 * PANEL) {
        UINTS halves[2] = {(UINTS){0}, (UINTS){0}};
        for (size_t i = 0; i < 2 && k + i < depth; i++) {
            const float *row = matrix + (k + i) * stride;
            if (columns < CK_LANES) row = memcpy(edge, row, columns * sizeof *edge);
            halves[i] = (UINTS)(*(const LANE *)row * factor + CK_ROUNDER);
        }
        *(UINTS *)packed = (halves[0] & 0xffff) | (halves[1] << 16);
    }
}

CK_ATTR static void CK_NAME(quantize)(const float *matrix, size_t depth, size_t columns, int16_t *packed,
                                      float *scales) {
    const size_t pairs = (depth + 1) / 2;
    const float nothing[CK_LANES] = {0};
    for (size_t j = 0; j < columns; j += PANEL, packed += 2 * pairs * PANEL)
        for (size_t l = 0; l < PANEL; l += CK_LANES) {
            const size_t column = j + l;
            if (column < columns)
                CK_NAME(quantize_columns)(matrix + column, depth, columns, columns - column, packed + 2 * l,
                                          scales + column);
            else
                CK_NAME(quantize_columns)(nothing, depth, 0, CK_LANES, packed + 2 * l, scales + column);
        }
}
