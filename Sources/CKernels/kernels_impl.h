// The kernels, once. Included by kernels.c once per instruction set with these set:
// CK_NAME(x) a symbol's name, CK_ATTR the target attribute, CK_LANES floats in a register, CK_ROWS rows of the
// register tile, CK_FMA(a, b, c) = a * b + c.

typedef float CK_NAME(lane) __attribute__((vector_size(4 * CK_LANES), aligned(4), may_alias));
// Element-wise kernels and reductions use sixteen lanes everywhere, so that their order of summation is the same.
typedef float CK_NAME(wide) __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t CK_NAME(wide_mask) __attribute__((vector_size(64), aligned(4), may_alias));

#define LANE CK_NAME(lane)
#define WIDE CK_NAME(wide)
#define MASK CK_NAME(wide_mask)
#define PANEL (2 * CK_LANES)
#define INLINE CK_ATTR static inline __attribute__((always_inline))

// One register tile: `rows` rows by `lanes` registers (both constants) of one panel. Columns at and past `columns`
// are not stored.
INLINE void CK_NAME(tile)(const int rows, const int lanes, const ck_left *left, const float *start,
                          const float *right, size_t columns, float *out, size_t out_stride, int accumulate) {
    LANE sum[CK_ROWS][2];
    float edge[PANEL];
    const int whole = columns >= (size_t)lanes * CK_LANES;
    _Pragma("clang loop unroll(full)") for (int i = 0; i < rows; i++) {
        float *row = out + (size_t)i * out_stride;
        if (accumulate && !whole) {
            for (size_t j = 0; j < PANEL; j++) edge[j] = j < columns ? row[j] : 0;
            row = edge;
        }
        _Pragma("clang loop unroll(full)") for (int l = 0; l < lanes; l++)
            sum[i][l] = accumulate ? *(const LANE *)(row + l * CK_LANES) : (LANE){0};
    }
    for (size_t s = 0; s < left->segments; s++) {
        const float *a = start + s * left->segment_stride;
        for (size_t k = 0; k < left->length; k++, right += PANEL) {
            LANE b[2];
            _Pragma("clang loop unroll(full)") for (int l = 0; l < lanes; l++)
                b[l] = *(const LANE *)(right + l * CK_LANES);
            _Pragma("clang loop unroll(full)") for (int i = 0; i < rows; i++) {
                // Nothing but the copies is left of this; adding to zero would be done.
                const LANE x = a[(size_t)i * left->row_stride + k] - (LANE){0};
                _Pragma("clang loop unroll(full)") for (int l = 0; l < lanes; l++)
                    sum[i][l] = CK_FMA(x, b[l], sum[i][l]);
            }
        }
    }
    _Pragma("clang loop unroll(full)") for (int i = 0; i < rows; i++) {
        float *row = out + (size_t)i * out_stride;
        float *place = whole ? row : edge;
        _Pragma("clang loop unroll(full)") for (int l = 0; l < lanes; l++)
            *(LANE *)(place + l * CK_LANES) = sum[i][l];
        if (!whole)
            for (size_t j = 0; j < columns; j++) row[j] = edge[j];
    }
}

// All rows of a block by one panel.
INLINE void CK_NAME(panel)(const int lanes, const ck_left *left, size_t first, size_t rows,
                           const float *right, size_t columns, float *out, size_t out_stride,
                           int accumulate) {
    const float *data = left->data + first * left->row_stride;
    out += first * out_stride;
    size_t i = 0;
    for (; i + CK_ROWS <= rows; i += CK_ROWS)
        CK_NAME(tile)(CK_ROWS, lanes, left, data + i * left->row_stride, right, columns,
                      out + i * out_stride, out_stride, accumulate);
    if (CK_ROWS > 8)
        for (; i + 8 <= rows; i += 8)
            CK_NAME(tile)(8, lanes, left, data + i * left->row_stride, right, columns, out + i * out_stride,
                          out_stride, accumulate);
    for (; i + 4 <= rows; i += 4)
        CK_NAME(tile)(4, lanes, left, data + i * left->row_stride, right, columns, out + i * out_stride,
                      out_stride, accumulate);
    for (; i < rows; i++)
        CK_NAME(tile)(1, lanes, left, data + i * left->row_stride, right, columns, out + i * out_stride,
                      out_stride, accumulate);
}

CK_ATTR static void CK_NAME(product)(const ck_left *left, const float *right, size_t columns, float *out,
                                     size_t out_stride, int accumulate) {
    const size_t depth = left->segments * left->length;
    // A panel of the right factor stays in the first-level cache while all rows pass by it; rows go in blocks
    // that stay in the second-level cache while all panels pass by them.
    const size_t block = 96;
    for (size_t first = 0; first < left->rows; first += block) {
        const size_t rows = left->rows - first < block ? left->rows - first : block;
        const float *panel = right;
        for (size_t j = 0; j < columns; j += PANEL, panel += depth * PANEL) {
            const size_t width = columns - j;
            if (width > CK_LANES)
                CK_NAME(panel)(2, left, first, rows, panel, width, out + j, out_stride, accumulate);
            else
                CK_NAME(panel)(1, left, first, rows, panel, width, out + j, out_stride, accumulate);
        }
    }
}

INLINE float CK_NAME(total)(WIDE x) {
    float sum = 0;
    for (int l = 0; l < 16; l++) sum += x[l];
    return sum;
}

INLINE WIDE CK_NAME(tail)(const float *x, size_t count) {
    WIDE v = (WIDE){0};
    for (size_t l = 0; l < count; l++) v[l] = x[l];
    return v;
}

INLINE WIDE CK_NAME(select)(MASK mask, WIDE yes, WIDE no) {
    return (WIDE)((mask & (MASK)yes) | (~mask & (MASK)no));
}

INLINE WIDE CK_NAME(positive)(WIDE x) { return CK_NAME(select)(x > (WIDE){0}, x, (WIDE){0}); }

CK_ATTR static void CK_NAME(channel_moments)(const float *data, size_t count, size_t channels, float *sum,
                                             float *squares) {
    if (channels == 3) {
        // Colour images: a loop of known length, which the compiler turns into vectors over places.
        for (size_t i = 0; i < count; i++) {
            const float a = data[3 * i], b = data[3 * i + 1], c = data[3 * i + 2];
            sum[i] = a + b + c;
            squares[i] = CK_FMA1(c, c, CK_FMA1(b, b, a * a));
        }
        return;
    }
    if (channels < 16) {
        for (size_t i = 0; i < count; i++) {
            float s = 0, q = 0;
            for (size_t c = 0; c < channels; c++) {
                const float x = data[i * channels + c];
                s += x;
                q = CK_FMA1(x, x, q);
            }
            sum[i] = s;
            squares[i] = q;
        }
        return;
    }
    for (size_t i = 0; i < count; i++, data += channels) {
        WIDE s = (WIDE){0}, q = (WIDE){0};
        size_t c = 0;
        for (; c + 16 <= channels; c += 16) {
            const WIDE x = *(const WIDE *)(data + c);
            s += x;
            q = CK_FMA(x, x, q);
        }
        if (c < channels) {
            const WIDE x = CK_NAME(tail)(data + c, channels - c);
            s += x;
            q = CK_FMA(x, x, q);
        }
        sum[i] = CK_NAME(total)(s);
        squares[i] = CK_NAME(total)(q);
    }
}

// Adds up `count` lines of `line` numbers.
INLINE void CK_NAME(add_lines)(const float *lines, size_t count, size_t line, float *sum) {
    size_t x = 0;
    for (; x + 16 <= line; x += 16) {
        WIDE total = *(const WIDE *)(lines + x);
        for (size_t y = 1; y < count; y++) total += *(const WIDE *)(lines + y * line + x);
        *(WIDE *)(sum + x) = total;
    }
    for (; x < line; x++) {
        float total = lines[x];
        for (size_t y = 1; y < count; y++) total += lines[y * line + x];
        sum[x] = total;
    }
}

CK_ATTR static void CK_NAME(window_moments)(const float *sums, const float *squares, size_t line, size_t window,
                                            size_t stride, size_t width, float share, float *scratch, float *means,
                                            float *variances) {
    float *total = scratch, *total_squares = scratch + line;
    CK_NAME(add_lines)(sums, window, line, total);
    CK_NAME(add_lines)(squares, window, line, total_squares);
    for (size_t x = 0; x < width; x++, total += stride, total_squares += stride) {
        float sum = 0, square = 0;
        for (size_t dx = 0; dx < window; dx++) {
            sum += total[dx];
            square += total_squares[dx];
        }
        const float mean = sum * share, variance = square * share - mean * mean;
        means[x] = mean;
        variances[x] = variance > 0 ? variance : 0;
    }
}

CK_ATTR static void CK_NAME(normalize_rows)(float *rows, size_t count, size_t columns, size_t stride,
                                            const float *scale, const float *offset, float *norms) {
    for (size_t i = 0; i < count; i++, rows += stride) {
        const WIDE factor = (WIDE){0} + scale[i];
        WIDE norm = (WIDE){0};
        size_t j = 0;
        for (; j + 16 <= columns; j += 16) {
            const WIDE x = CK_FMA(*(const WIDE *)(rows + j), factor, -*(const WIDE *)(offset + j));
            *(WIDE *)(rows + j) = x;
            norm = CK_FMA(x, x, norm);
        }
        if (j < columns) {
            WIDE x = CK_NAME(tail)(rows + j, columns - j);
            x = CK_FMA(x, factor, -CK_NAME(tail)(offset + j, columns - j));
            for (size_t l = 0; j + l < columns; l++) rows[j + l] = x[l];
            norm = CK_FMA(x, x, norm);
        }
        norms[i] = CK_NAME(total)(norm);
    }
}

CK_ATTR static void CK_NAME(shrink)(const float *in, size_t count, size_t columns, size_t in_stride,
                                    const float *penalty, int is_signed, float *out, size_t out_stride) {
    for (size_t i = 0; i < count; i++, in += in_stride, out += out_stride) {
        size_t j = 0;
        for (; j + 16 <= columns; j += 16) {
            const WIDE x = *(const WIDE *)(in + j), l = *(const WIDE *)(penalty + j);
            *(WIDE *)(out + j) = CK_NAME(positive)(x - l);
            if (is_signed) *(WIDE *)(out + columns + j) = CK_NAME(positive)(-x - l);
        }
        for (; j < columns; j++) {
            const float plus = in[j] - penalty[j], minus = -in[j] - penalty[j];
            out[j] = plus > 0 ? plus : 0;
            if (is_signed) out[columns + j] = minus > 0 ? minus : 0;
        }
    }
}

CK_ATTR static void CK_NAME(row_maximum)(const float *in, size_t count, size_t columns, size_t stride,
                                         int absolute, float *best, uint32_t *index) {
    MASK start;
    for (int l = 0; l < 16; l++) start[l] = l;
    const MASK keep = absolute ? (MASK){0} + INT32_MAX : (MASK){0} - 1;
    for (size_t i = 0; i < count; i++, in += stride) {
        WIDE high = (WIDE){0} - INFINITY;
        MASK at = start, here = start;
        size_t j = 0;
        for (; j + 16 <= columns; j += 16) {
            const WIDE x = (WIDE)((*(const MASK *)(in + j)) & keep);
            const MASK better = x > high;
            high = CK_NAME(select)(better, x, high);
            at = (better & here) | (~better & at);
            here += 16;
        }
        float top = -INFINITY;
        int32_t place = 0;
        if (j > 0)
            for (int l = 0; l < 16; l++)
                if (high[l] > top || (high[l] == top && at[l] < place)) {
                    top = high[l];
                    place = at[l];
                }
        for (; j < columns; j++) {
            const float x = absolute && in[j] < 0 ? -in[j] : in[j];
            if (x > top) {
                top = x;
                place = (int32_t)j;
            }
        }
        best[i] = top;
        index[i] = (uint32_t)place;
    }
}

CK_ATTR static void CK_NAME(add_scaled)(size_t count, float a, const float *x, float *y) {
    const WIDE factor = (WIDE){0} + a;
    size_t j = 0;
    for (; j + 16 <= count; j += 16)
        *(WIDE *)(y + j) = CK_FMA(*(const WIDE *)(x + j), factor, *(const WIDE *)(y + j));
    for (; j < count; j++) y[j] = CK_FMA1(x[j], a, y[j]);
}

CK_ATTR static float CK_NAME(dot)(size_t count, const float *a, const float *b) {
    WIDE sum = (WIDE){0};
    size_t j = 0;
    for (; j + 16 <= count; j += 16)
        sum = CK_FMA(*(const WIDE *)(a + j), *(const WIDE *)(b + j), sum);
    if (j < count) sum = CK_FMA(CK_NAME(tail)(a + j, count - j), CK_NAME(tail)(b + j, count - j), sum);
    return CK_NAME(total)(sum);
}

// Positions that are packed together, and columns of the left factor, in a transposed product.
#define CK_POSITIONS 128
#define CK_CHANNELS 144

// One register tile of a transposed product of packed factors: `left` in panels of CK_ROWS, `right` of PANEL numbers.
INLINE void CK_NAME(outer_tile)(const int rows, const int lanes, const float *left, const float *right,
                                size_t count, size_t columns, float *out, size_t out_stride) {
    LANE sum[CK_ROWS][2];
    float edge[PANEL] = {0};
    const int whole = columns >= (size_t)lanes * CK_LANES;
    _Pragma("clang loop unroll(full)") for (int i = 0; i < rows; i++) {
        float *row = out + (size_t)i * out_stride;
        if (!whole) {
            for (size_t j = 0; j < columns; j++) edge[j] = row[j];
            row = edge;
        }
        _Pragma("clang loop unroll(full)") for (int l = 0; l < lanes; l++)
            sum[i][l] = *(const LANE *)(row + l * CK_LANES);
    }
    for (size_t p = 0; p < count; p++, left += CK_ROWS, right += PANEL) {
        LANE b[2];
        _Pragma("clang loop unroll(full)") for (int l = 0; l < lanes; l++)
            b[l] = *(const LANE *)(right + l * CK_LANES);
        _Pragma("clang loop unroll(full)") for (int i = 0; i < rows; i++) {
            const LANE x = left[i] - (LANE){0};
            _Pragma("clang loop unroll(full)") for (int l = 0; l < lanes; l++)
                sum[i][l] = CK_FMA(x, b[l], sum[i][l]);
        }
    }
    _Pragma("clang loop unroll(full)") for (int i = 0; i < rows; i++) {
        float *row = out + (size_t)i * out_stride;
        float *place = whole ? row : edge;
        _Pragma("clang loop unroll(full)") for (int l = 0; l < lanes; l++)
            *(LANE *)(place + l * CK_LANES) = sum[i][l];
        if (!whole)
            for (size_t j = 0; j < columns; j++) row[j] = edge[j];
    }
}

// All packed rows of the left factor by one packed panel of the right one.
INLINE void CK_NAME(outer_panel)(const int lanes, const float *left, size_t channels, const float *right,
                                 size_t count, size_t columns, float *out, size_t out_stride) {
    for (size_t i = 0; i < channels; i += CK_ROWS, left += CK_ROWS * count) {
        const size_t rows = channels - i < CK_ROWS ? channels - i : CK_ROWS;
        float *start = out + i * out_stride;
        if (rows == CK_ROWS) {
            CK_NAME(outer_tile)(CK_ROWS, lanes, left, right, count, columns, start, out_stride);
            continue;
        }
        size_t r = 0;
        for (; r + 4 <= rows; r += 4)
            CK_NAME(outer_tile)(4, lanes, left + r, right, count, columns, start + r * out_stride, out_stride);
        for (; r < rows; r++)
            CK_NAME(outer_tile)(1, lanes, left + r, right, count, columns, start + r * out_stride, out_stride);
    }
}

// Copies a few numbers; a call of memcpy costs more than most runs are long.
INLINE void CK_NAME(copy)(float *to, const float *from, size_t count) {
    size_t k = 0;
    for (; k + 4 <= count; k += 4) memcpy(to + k, from + k, 4 * sizeof *to);
    for (; k < count; k++) to[k] = from[k];
}

// Packs columns `first..<first + width` of `count` rows of the right factor, filled up with zeros to PANEL.
INLINE void CK_NAME(pack_positions)(const ck_left *right, size_t line_stride, size_t start, size_t count,
                                    size_t first, size_t width, float *packed) {
    size_t line = start / right->rows, row = start % right->rows;
    const size_t segment = first / right->length, offset = first % right->length;
    for (size_t p = 0; p < count; p++, packed += PANEL) {
        const float *patch = right->data + line * line_stride + row * right->row_stride;
        const float *run = patch + segment * right->segment_stride;
        if (width == PANEL && offset + PANEL <= right->length) {
            *(LANE *)packed = *(const LANE *)(run + offset);
            *(LANE *)(packed + CK_LANES) = *(const LANE *)(run + offset + CK_LANES);
        } else {
            size_t at = offset, j = 0;
            while (j < width) {
                size_t part = right->length - at < width - j ? right->length - at : width - j;
                CK_NAME(copy)(packed + j, run + at, part);
                j += part;
                at = 0;
                run += right->segment_stride;
            }
            for (; j < PANEL; j++) packed[j] = 0;
        }
        if (++row == right->rows) {
            row = 0;
            line++;
        }
    }
}

CK_ATTR static void CK_NAME(transposed_product)(const float *left, size_t columns, size_t left_stride,
                                                const ck_left *right, size_t lines, size_t line_stride,
                                                float *out, size_t out_stride) {
    float packed_left[CK_POSITIONS * (CK_CHANNELS + CK_ROWS)], packed_right[CK_POSITIONS * PANEL];
    const size_t total = lines * right->rows, depth = right->segments * right->length;
    for (size_t start = 0; start < total; start += CK_POSITIONS) {
        const size_t count = total - start < CK_POSITIONS ? total - start : CK_POSITIONS;
        for (size_t first = 0; first < columns; first += CK_CHANNELS) {
            const size_t channels = columns - first < CK_CHANNELS ? columns - first : CK_CHANNELS;
            float *packed = packed_left;
            for (size_t i = 0; i < channels; i += CK_ROWS) {
                const size_t rows = channels - i < CK_ROWS ? channels - i : CK_ROWS;
                const float *source = left + start * left_stride + first + i;
                if (rows == CK_ROWS)
                    for (size_t p = 0; p < count; p++, packed += CK_ROWS, source += left_stride)
                        memcpy(packed, source, CK_ROWS * sizeof *packed);
                else
                    for (size_t p = 0; p < count; p++, packed += CK_ROWS, source += left_stride)
                        CK_NAME(copy)(packed, source, rows);
            }
            for (size_t j = 0; j < depth; j += PANEL) {
                const size_t width = depth - j < PANEL ? depth - j : PANEL;
                CK_NAME(pack_positions)(right, line_stride, start, count, j, width, packed_right);
                float *place = out + first * out_stride + j;
                if (width > CK_LANES)
                    CK_NAME(outer_panel)(2, packed_left, channels, packed_right, count, width, place, out_stride);
                else
                    CK_NAME(outer_panel)(1, packed_left, channels, packed_right, count, width, place, out_stride);
            }
        }
    }
}

CK_ATTR static void CK_NAME(gate)(const float *code, size_t count, size_t columns, const float *offset,
                                  float *gradient, float *sum) {
    for (size_t i = 0; i < count; i++, code += columns, gradient += columns) {
        size_t j = 0;
        for (; j + 16 <= columns; j += 16) {
            const MASK active = *(const WIDE *)(code + j) > (WIDE){0};
            const WIDE x = CK_NAME(select)(active, *(const WIDE *)(gradient + j) + *(const WIDE *)(offset + j),
                                           (WIDE){0});
            *(WIDE *)(gradient + j) = x;
            *(WIDE *)(sum + j) += x;
        }
        for (; j < columns; j++) {
            gradient[j] = code[j] > 0 ? gradient[j] + offset[j] : 0;
            sum[j] += gradient[j];
        }
    }
}

#include "layer_impl.h"

CK_ATTR static float CK_NAME(peak)(size_t rounds) {
    LANE sum[10];
    LANE x = (LANE){0} + 0.999f, y = (LANE){0} + 1e-6f;
    for (int i = 0; i < 10; i++) sum[i] = (LANE){0} + (float)i;
    for (size_t r = 0; r < rounds; r++) {
        _Pragma("clang loop unroll(full)") for (int i = 0; i < 10; i++) sum[i] = CK_FMA(sum[i], x, y);
        // Keeps the compiler from computing the result without the loop.
        __asm__ volatile("" : "+r"(rounds));
    }
    float result = 0;
    for (int i = 0; i < 10; i++)
        for (int l = 0; l < CK_LANES; l++) result += sum[i][l];
    return result;
}

#include "positions_impl.h"

#include "quantize_impl.h"

#define CK_INT16(x) CK_NAME(int16_##x)
#define CK_INT16_ATTR CK_ATTR
#include "int16_impl.h"

// The table with one way of whole products.
#define CK_TABLE(isa, text, product_int16, convolve_int16) \
    {                                                      \
        isa,                                               \
        text,                                              \
        PANEL,                                             \
        CK_NAME(product),                                  \
        CK_NAME(channel_moments),                          \
        CK_NAME(window_moments),                           \
        CK_NAME(normalize_rows),                           \
        CK_NAME(shrink),                                   \
        CK_NAME(row_maximum),                              \
        CK_NAME(add_scaled),                               \
        CK_NAME(dot),                                      \
        CK_NAME(transposed_product),                       \
        CK_NAME(gate),                                     \
        CK_NAME(transform_filters),                        \
        CK_NAME(convolve),                                 \
        CK_NAME(rectify),                                  \
        CK_NAME(pool),                                     \
        CK_NAME(sum_rows),                                 \
        CK_NAME(deviations),                               \
        CK_NAME(triangle_norms),                           \
        CK_NAME(quantize),                                 \
        product_int16,                                     \
        convolve_int16,                                    \
    }

static const ck_table CK_NAME(table) = CK_TABLE(CK_ISA_VALUE, CK_ISA_TEXT, CK_INT16(product), CK_INT16(convolve));

// The same once more for processors that multiply and add whole numbers in one instruction.
#ifdef CK_VNNI_NAME
#undef CK_INT16
#undef CK_INT16_ATTR
#undef CK_DOT
#define CK_INT16(x) CK_VNNI_NAME(int16_##x)
#define CK_INT16_ATTR CK_VNNI_ATTR
#define CK_DOT(sum, a, b) CK_INT16(dot)((sum), (a), (b))

// The compiler would make two instructions of the intrinsic.
CK_INT16_ATTR static inline __attribute__((always_inline)) INTS CK_INT16(dot)(INTS sum, INTS a, INTS b) {
    __asm__(CK_VNNI_DOT : "+v"(sum) : "v"(a), "v"(b));
    return sum;
}

#include "int16_impl.h"

static const ck_table CK_VNNI_NAME(table) =
    CK_TABLE(CK_VNNI_ISA_VALUE, CK_VNNI_ISA_TEXT, CK_INT16(product), CK_INT16(convolve));
#undef CK_VNNI_NAME
#undef CK_VNNI_ATTR
#undef CK_VNNI_DOT
#undef CK_VNNI_ISA_VALUE
#undef CK_VNNI_ISA_TEXT
#endif

#undef CK_POSITIONS
#undef CK_CHANNELS
#undef CK_TILES
#undef CK_GROUP
#undef CK_SPREAD
#undef CK_ROUNDER
#undef CK_TABLE
#undef CK_INT16
#undef CK_INT16_ATTR
#undef CK_DOT
#undef INTS
#undef UINTS
#undef SHORTS
#undef LANE
#undef WIDE
#undef MASK
#undef PANEL
#undef INLINE
#undef CK_NAME
#undef CK_ATTR
#undef CK_LANES
#undef CK_ROWS
#undef CK_FMA
#undef CK_FMA1
#undef CK_ISA_VALUE
#undef CK_ISA_TEXT
