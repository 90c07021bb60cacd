// Kernels over the statistics of positions, which are kept in bfloat16: they are read whole for each image, so memory
// is what they cost. Included by kernels_impl.h, with the same macros set.
//
// Rows that no register fits are ended by a register that overlaps the one before: what it computes again comes out
// the same, and sums leave it out.

// Numbers in bfloat16: the upper halves of floats.
typedef uint16_t CK_NAME(halves) __attribute__((vector_size(32), aligned(2), may_alias));
typedef uint32_t CK_NAME(wide_bits) __attribute__((vector_size(64), aligned(4), may_alias));

#define HALVES CK_NAME(halves)
#define BITS CK_NAME(wide_bits)

INLINE WIDE CK_NAME(widen)(const uint16_t *x) {
    return (WIDE)(__builtin_convertvector(*(const HALVES *)x, BITS) << 16);
}

INLINE float CK_NAME(widen1)(uint16_t x) {
    const uint32_t bits = (uint32_t)x << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

// Subtracting zero from a number changes no bit of it, so that nothing but the copies is left of this.
INLINE WIDE CK_NAME(copies)(float x) { return x - (WIDE){0}; }

// `registers` (a constant) times sixteen numbers of one position. Without factors there may be no loadings.
INLINE void CK_NAME(deviation_block)(const int registers, const float *features, const float *means,
                                     const uint16_t *loadings, size_t first, size_t dimension, const float *codes,
                                     size_t factors, float *out) {
    WIDE expected[4];
    _Pragma("clang loop unroll(full)") for (int r = 0; r < registers; r++)
        expected[r] = *(const WIDE *)(means + 16 * r);
    for (size_t k = 0; k < factors; k++, first += dimension) {
        const WIDE code = CK_NAME(copies)(codes[k]);
        _Pragma("clang loop unroll(full)") for (int r = 0; r < registers; r++)
            expected[r] = CK_FMA(CK_NAME(widen)(loadings + first + 16 * r), code, expected[r]);
    }
    _Pragma("clang loop unroll(full)") for (int r = 0; r < registers; r++)
        *(WIDE *)(out + 16 * r) = *(const WIDE *)(features + 16 * r) - expected[r];
}

CK_ATTR static void CK_NAME(deviations)(const float *features, const float *means, const uint16_t *loadings,
                                        size_t positions, size_t dimension, const float *codes, size_t factors,
                                        float *out) {
    for (size_t p = 0; p < positions; p++) {
        const size_t first = p * factors * dimension;
        size_t j = 0;
        for (; j + 64 <= dimension; j += 64)
            CK_NAME(deviation_block)(4, features + j, means + j, loadings, first + j, dimension, codes, factors,
                                     out + j);
        for (; j + 32 <= dimension; j += 32)
            CK_NAME(deviation_block)(2, features + j, means + j, loadings, first + j, dimension, codes, factors,
                                     out + j);
        if (j < dimension && dimension >= 16) {
            if (dimension - j > 16) {
                CK_NAME(deviation_block)(1, features + j, means + j, loadings, first + j, dimension, codes, factors,
                                         out + j);
            }
            j = dimension - 16;
            CK_NAME(deviation_block)(1, features + j, means + j, loadings, first + j, dimension, codes, factors,
                                     out + j);
            j = dimension;
        }
        for (; j < dimension; j++) {
            float expected = means[j];
            for (size_t k = 0; k < factors; k++)
                expected = CK_FMA1(CK_NAME(widen1)(loadings[first + k * dimension + j]), codes[k], expected);
            out[j] = features[j] - expected;
        }
        features += dimension;
        means += dimension;
        out += dimension;
    }
}

// Rows `first..<first + 16` of a product with a lower triangle whose columns lie one after the other.
INLINE WIDE CK_NAME(triangle_rows)(const uint16_t *triangle, size_t dimension, size_t first, const float *x) {
    WIDE sum = (WIDE){0};
    MASK lane;
    for (int l = 0; l < 16; l++) lane[l] = l;
    // Row `first` of column k; where the column begins below that row, the end of columns before it.
    const uint16_t *place = triangle + first;
    size_t k = 0;
    for (; k < first; place += dimension - 1 - k, k++)
        sum = CK_FMA(CK_NAME(widen)(place), CK_NAME(copies)(x[k]), sum);
    for (int above = 0; above < 16; place += dimension - 1 - k, k++, above++) {
        const WIDE column = CK_NAME(select)(lane >= above, CK_NAME(widen)(place), (WIDE){0});
        sum = CK_FMA(column, CK_NAME(copies)(x[k]), sum);
    }
    return sum;
}

CK_ATTR static void CK_NAME(triangle_norms)(const uint16_t *triangles, const float *x, size_t positions,
                                            size_t dimension, float *norms) {
    MASK lane;
    for (int l = 0; l < 16; l++) lane[l] = l;
    for (size_t p = 0; p < positions; p++) {
        WIDE sum = (WIDE){0};
        if (dimension >= 16) {
            size_t first = 0;
            for (; first + 16 <= dimension; first += 16) {
                const WIDE y = CK_NAME(triangle_rows)(triangles, dimension, first, x);
                sum = CK_FMA(y, y, sum);
            }
            if (first < dimension) {
                const int known = (int)(first + 16 - dimension);
                const WIDE rows = CK_NAME(triangle_rows)(triangles, dimension, dimension - 16, x);
                const WIDE y = CK_NAME(select)(lane >= known, rows, (WIDE){0});
                sum = CK_FMA(y, y, sum);
            }
        } else {
            float y[16] = {0};
            const uint16_t *column = triangles;
            for (size_t k = 0; k < dimension; column += dimension - k, k++)
                for (size_t j = k; j < dimension; j++) y[j] = CK_FMA1(CK_NAME(widen1)(column[j - k]), x[k], y[j]);
            sum = *(const WIDE *)y * *(const WIDE *)y;
        }
        norms[p] = CK_NAME(total)(sum);
        triangles += dimension * (dimension + 1) / 2;
        x += dimension;
    }
}

#undef HALVES
#undef BITS
