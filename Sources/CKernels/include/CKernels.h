// Numeric kernels, one table of functions per instruction set.
//
// Each kernel exists once as source (kernels_impl.h) and is compiled once per instruction set. Sums run in
// one stated order, so every set with fused multiply-add gives the same bits; the x86-64 baseline, which
// has none, may differ in the last bits.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>
#include <stdint.h>

typedef enum ck_isa {
    CK_ISA_BASELINE = 0,   // SSE2 on x86-64, NEON on arm64
    CK_ISA_AVX2 = 1,       // AVX2 and FMA
    CK_ISA_AVX2VNNI = 2,   // these and AVX-VNNI
    CK_ISA_AVX512 = 3,     // AVX-512F, VL, BW and DQ
    CK_ISA_AVX512VNNI = 4  // these and VNNI
} ck_isa;

// The left factor of a product: `rows` rows, each a chain of `segments` runs of `length` numbers.
// A plain matrix has one segment; the patches of a feature map have one segment per window row, so that they
// are multiplied where they lie, without being copied out.
typedef struct ck_left {
    const float *data;
    size_t rows;
    size_t row_stride;      // numbers from one row (one position) to the next
    size_t segments;
    size_t segment_stride;  // numbers from one run to the next
    size_t length;          // numbers in a run
} ck_left;

// A map that a convolution reads, with the border around it.
typedef struct ck_plane {
    const float *data;  // the first number of the first window
    size_t line;        // numbers from one row of places to the next
    size_t channels;    // numbers in a place, a multiple of 16
    size_t depth;       // those of them that are multiplied, the first ones
    size_t window;      // rows and columns of a window: 3 or 4
    size_t height;      // rows of windows
    size_t width;       // windows in a row
} ck_plane;

// Averages of the places of a row over windows.
typedef struct ck_pooling {
    size_t window;    // places in a window
    size_t before;    // places of the first window that would lie before the row, fewer than `window`
    size_t stride;    // places from one window to the next
    float share;      // what the averages are multiplied by
    int accumulates;  // whether they are added to what is there
} ck_pooling;

typedef struct ck_table {
    ck_isa isa;
    const char *name;
    // Columns in a panel of a packed right factor.
    size_t panel;
    // out[i * out_stride + j] = (accumulate ? out[..] : 0) + sum over k of left[i, k] * right[k, j], k increasing.
    // `right` is packed by ck_pack with this table's panel.
    void (*product)(const ck_left *left, const float *right, size_t columns, float *out,
                    size_t out_stride, int accumulate);
    // Sum and sum of squares over the channels of each of `count` places.
    void (*channel_moments)(const float *data, size_t count, size_t channels, float *sum, float *squares);
    // means[x] and variances[x] of `width` windows of a row of windows, from sums and squares over the channels of each
    // place: `window` lines of places of `line` numbers each, windows `stride` places apart. `share` is one over the
    // numbers in a window; `scratch` has 2 * line numbers.
    void (*window_moments)(const float *sums, const float *squares, size_t line, size_t window, size_t stride,
                           size_t width, float share, float *scratch, float *means, float *variances);
    // rows[i, j] = rows[i, j] * scale[i] - offset[j]; norms[i] = sum over j of rows[i, j]^2.
    void (*normalize_rows)(float *rows, size_t count, size_t columns, size_t stride, const float *scale,
                           const float *offset, float *norms);
    // out[i, j] = max(0, in[i, j] - penalty[j]); with `is_signed` also
    // out[i, columns + j] = max(0, -in[i, j] - penalty[j]).
    void (*shrink)(const float *in, size_t count, size_t columns, size_t in_stride, const float *penalty,
                   int is_signed, float *out, size_t out_stride);
    // best[i] = the largest in[i, j] (of |in[i, j]| with `absolute`); index[i] = its first j.
    void (*row_maximum)(const float *in, size_t count, size_t columns, size_t stride, int absolute,
                        float *best, uint32_t *index);
    // y += a x over `count` numbers.
    void (*add_scaled)(size_t count, float a, const float *x, float *y);
    // Returns sum over j of a[j] * b[j], in sixteen interleaved partial sums added in a fixed order.
    float (*dot)(size_t count, const float *a, const float *b);
    // out[i * out_stride + j] += sum over p of left[p * left_stride + i] * right[p, j], p increasing, i < columns.
    // Row p of the right factor is row p % right->rows of `right` moved on by p / right->rows lines of
    // `line_stride` numbers; there are lines * right->rows of them.
    void (*transposed_product)(const float *left, size_t columns, size_t left_stride, const ck_left *right,
                               size_t lines, size_t line_stride, float *out, size_t out_stride);
    // gradient[i, j] = code[i, j] > 0 ? gradient[i, j] + offset[j] : 0; sum[j] += gradient[i, j], i increasing.
    void (*gate)(const float *code, size_t count, size_t columns, const float *offset, float *gradient,
                 float *sum);
    // Transforms filters for a convolution: `matrix` has window * window * channels rows (window row, window column,
    // channel) of `columns` numbers, channels * columns a multiple of 16; `planes` receives 36 matrices of `channels`
    // rows. The window is 3 or 4.
    void (*transform_filters)(const float *matrix, size_t window, size_t channels, size_t columns, float *planes);
    // Multiplies each window of `in` by filters transformed and packed plane by plane (36 of them, `depth` rows each):
    // out[(y * width + x) * columns + j], columns a multiple of 16. Windows are worked on in tiles of 7 - window by
    // 7 - window; places of the input up to the end of the last tile's are read. `scratch` has
    // ck_convolution_scratch numbers.
    void (*convolve)(const ck_plane *in, const float *filters, size_t columns, float *scratch, float *out);
    // The codes of a row of `width` places, max(0, scale[i] * in[i, j] - above[j]) and, unless `below` is NULL, behind
    // all of these max(0, -scale[i] * in[i, j] - below[j]), averaged as by `pool`.
    void (*rectify)(const float *in, size_t width, size_t columns, const float *scale, const float *above,
                    const float *below, const ck_pooling *pooling, float *out);
    // Averages a row of `width` places over ceil(width / stride) windows; beyond the ends over the places that exist.
    void (*pool)(const float *in, size_t width, size_t channels, const ck_pooling *pooling, float *out);
    // out[i] = share * (rows[0][i] + rows[1][i] + ...) over `count` rows, at least one, in this order.
    void (*sum_rows)(const float *const *rows, size_t count, size_t length, float share, float *out);
    // out[p, j] = features[p, j] - (means[p, j] + sum over k of loadings[p, k, j] * codes[k]), k increasing, j < dimension.
    // The loadings are in bfloat16.
    void (*deviations)(const float *features, const float *means, const uint16_t *loadings, size_t positions,
                       size_t dimension, const float *codes, size_t factors, float *out);
    // norms[p] = |triangle p times x[p]|^2. A triangle is a lower one, in bfloat16, column after column. Each row's sum
    // goes up the columns; the squares are summed in sixteen interleaved partial sums, added in a fixed order.
    void (*triangle_norms)(const uint16_t *triangles, const float *x, size_t positions, size_t dimension,
                           float *norms);
    // Rounds the columns of a right factor to whole numbers of sixteen bits and packs them, two rows' numbers beside each
    // other; `packed` has ck_int16_count numbers, `scales` (what each column is multiplied by) a whole number of panels.
    void (*quantize)(const float *matrix, size_t depth, size_t columns, int16_t *packed, float *scales);
    // out[i * out_stride + j] = sum over k of left[i, k] * right[k, j], with rows `left_stride` apart that are rounded to
    // whole numbers of sixteen bits; depth at most 50000. `scratch` has ck_int16_scratch numbers.
    void (*product_int16)(const float *left, size_t rows, size_t left_stride, size_t depth, const int16_t *right,
                          const float *scales, size_t columns, float *scratch, float *out, size_t out_stride);
    // As `convolve` for windows of 3, with filters that were transformed and then quantized plane by plane. The channels
    // of `in` behind its depth must be zero.
    void (*convolve_int16)(const ck_plane *in, const int16_t *filters, const float *scales, size_t columns,
                           float *scratch, float *out);
} ck_table;

// Returns the table for `isa`, or NULL when this processor can't run it.
const ck_table *ck_table_for(ck_isa isa);

// Numbers in the packed form of a right factor of `depth` rows and `columns` columns.
size_t ck_packed_count(size_t panel, size_t depth, size_t columns);

// Whole numbers in the packed form of a quantized right factor.
size_t ck_int16_count(size_t panel, size_t depth, size_t columns);

// Numbers of scratch memory for a product of whole numbers of that depth.
size_t ck_int16_scratch(size_t depth);

// Numbers of scratch memory for a convolution of maps with so many channels.
size_t ck_convolution_scratch(size_t channels);

// Brings the 2 x 2 places of a map together in one: out[(y * width + x) * stored + (2 * dy + dx) * channels + c] is
// in[(2 * y + dy) * line + (2 * x + dx) * channels + c], or 0 at and behind row `rows` or column `columns` of the
// input. `stored`, at least 4 * channels, is what a place of the output takes; the rest of it is 0.
void ck_gather(const float *in, size_t line, size_t rows, size_t columns, size_t channels, size_t height, size_t width,
               size_t stored, float *out);

// Packs a row-major right factor into panels of `panel` columns, the last one filled up with zeros.
void ck_pack(size_t panel, size_t depth, size_t columns, const float *matrix, size_t stride, float *packed);

// Fused multiply-adds on registers alone: the machine's own peak. Returns a number that depends on all of
// them, and 2 * the multiply-adds done in `operations`.
float ck_peak(const ck_table *table, size_t rounds, double *operations);

// Makes the C library keep large freed memory for the next map instead of giving it back to the system, which would
// clear each page anew. For the whole process; does nothing where the library has no such choice.
void ck_reuse_memory(void);

#endif
