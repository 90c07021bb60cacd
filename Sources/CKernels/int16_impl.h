// Products of whole numbers of sixteen bits in place of floats: twice as many a multiplication. Part of kernels_impl.h,
// for one way to multiply: CK_INT16(x) a symbol's name, CK_INT16_ATTR the target attribute, CK_DOT(sum, a, b) = sum + the
// products of the low and of the high halves of a and b, lane by lane.
//
// Each row of the left factor is brought to the length CK_LEFT_NORM and each column of the right one to CK_RIGHT_NORM
// before it is rounded. By Cauchy and Schwarz no sum, nor any part of one, can then leave thirty-two bits; so sums are
// exact and the same in whatever order they are made.

#define CK_INT16_INLINE CK_INT16_ATTR static inline __attribute__((always_inline))

CK_INT16_INLINE void CK_INT16(tile)(const int rows, const int lanes, const int16_t *left, size_t left_stride,
                                         const float *lengths, size_t pairs, const int16_t *right,
                                         const int16_t *ahead, const float *scales, size_t columns, float *out,
                                         size_t out_stride) {
    INTS sum[CK_ROWS][2];
    float edge[PANEL];
    const int whole = columns >= (size_t)lanes * CK_LANES;
    _Pragma("clang loop unroll(full)") for (int i = 0; i < rows; i++)
        _Pragma("clang loop unroll(full)") for (int l = 0; l < lanes; l++) sum[i][l] = (INTS){0};
    for (size_t k = 0; k < pairs; k++, right += 2 * PANEL, ahead += 2 * PANEL) {
        INTS b[2];
        __builtin_prefetch(ahead);
        _Pragma("clang loop unroll(full)") for (int l = 0; l < lanes; l++)
            b[l] = *(const INTS *)(right + 2 * l * CK_LANES);
        _Pragma("clang loop unroll(full)") for (int i = 0; i < rows; i++) {
            int32_t pair;
            memcpy(&pair, left + (size_t)i * left_stride + 2 * k, sizeof pair);
            const INTS x = (INTS){0} + pair;
            _Pragma("clang loop unroll(full)") for (int l = 0; l < lanes; l++)
                sum[i][l] = CK_DOT(sum[i][l], x, b[l]);
        }
    }
    _Pragma("clang loop unroll(full)") for (int i = 0; i < rows; i++) {
        float *row = out + (size_t)i * out_stride;
        float *place = whole ? row : edge;
        _Pragma("clang loop unroll(full)") for (int l = 0; l < lanes; l++)
            *(LANE *)(place + l * CK_LANES) =
                __builtin_convertvector(sum[i][l], LANE) * lengths[i] * *(const LANE *)(scales + l * CK_LANES);
        if (!whole)
            for (size_t j = 0; j < columns; j++) row[j] = edge[j];
    }
}

// Rows by one panel. `ahead` is the panel after it, which is brought nearer meanwhile: each pass over the rows asks for
// one line of the cache of each pair.
CK_INT16_INLINE void CK_INT16(rows)(const int lanes, const ck_whole_rows *left, size_t pairs, const int16_t *right,
                                    const int16_t *ahead, const float *scales, size_t columns, float *out,
                                    size_t out_stride) {
    const int16_t *data = left->data;
    const size_t stride = left->stride;
    const float *lengths = left->lengths;
    size_t i = 0;
    for (; i + CK_ROWS <= left->rows; i += CK_ROWS)
        CK_INT16(tile)(CK_ROWS, lanes, data + i * stride, stride, lengths + i, pairs, right,
                       ahead + i / CK_ROWS % 2 * PANEL, scales, columns, out + i * out_stride, out_stride);
    if (CK_ROWS > 8)
        for (; i + 8 <= left->rows; i += 8)
            CK_INT16(tile)(8, lanes, data + i * stride, stride, lengths + i, pairs, right, right, scales, columns,
                           out + i * out_stride, out_stride);
    for (; i + 4 <= left->rows; i += 4)
        CK_INT16(tile)(4, lanes, data + i * stride, stride, lengths + i, pairs, right, right, scales, columns,
                       out + i * out_stride, out_stride);
    for (; i < left->rows; i++)
        CK_INT16(tile)(1, lanes, data + i * stride, stride, lengths + i, pairs, right, right, scales, columns,
                       out + i * out_stride, out_stride);
}

CK_INT16_ATTR static __attribute__((noinline)) void CK_INT16(panel)(const ck_whole_rows *left, size_t pairs,
                                                                    const int16_t *right, const int16_t *ahead,
                                                                    const float *scales, size_t columns, float *out,
                                                                    size_t out_stride) {
    if (columns > CK_LANES)
        CK_INT16(rows)(2, left, pairs, right, ahead, scales, columns, out, out_stride);
    else
        CK_INT16(rows)(1, left, pairs, right, ahead, scales, columns, out, out_stride);
}

CK_INT16_ATTR static void CK_INT16(product)(const float *left, size_t rows, size_t left_stride, size_t depth,
                                            const int16_t *right, const float *scales, size_t columns,
                                            float *scratch, float *out, size_t out_stride) {
    const size_t stored = (depth + 15) / 16 * 16, pairs = (depth + 1) / 2;
    float *lengths = CK_NAME(aligned)(scratch);
    int16_t *whole = (int16_t *)(lengths + CK_BLOCK);
    for (size_t first = 0; first < rows; first += CK_BLOCK) {
        const size_t count = rows - first < CK_BLOCK ? rows - first : CK_BLOCK;
        for (size_t i = 0; i < count; i++) {
            const float *row = left + (first + i) * left_stride;
            const float length =
                __builtin_elementwise_sqrt(CK_NAME(squared_length)(row, depth) + CK_LEAST_SQUARE);
            CK_NAME(round)(row, depth, CK_LEFT_NORM / length, whole + i * stored);
            lengths[i] = length * (1 / CK_LEFT_NORM);
        }
        const ck_whole_rows block = {whole, lengths, count, stored};
        const int16_t *panel = right;
        for (size_t j = 0; j < columns; j += PANEL, panel += 2 * pairs * PANEL)
            CK_INT16(panel)(&block, pairs, panel, j + PANEL < columns ? panel + 2 * pairs * PANEL : right, scales + j,
                            columns - j, out + first * out_stride + j, out_stride);
    }
}

CK_INT16_ATTR static void CK_INT16(convolve)(const ck_plane *in, const int16_t *filters, const float *scales,
                                             size_t columns, float *scratch, float *out) {
    const size_t side = 4;
    const size_t channels = in->channels, pairs = (in->depth + 1) / 2, tiles_wide = (in->width + side - 1) / side;
    const size_t total = tiles_wide * ((in->height + side - 1) / side), even = CK_NAME(even_tiles)(total, channels);
    const size_t packed_columns = (columns + PANEL - 1) / PANEL * PANEL;
    // Planes are spread over the cache's sets.
    const size_t plane = CK_TILES * channels + 2 * CK_SPREAD, line = channels + CK_SPREAD;
    const size_t product_plane = CK_TILES * CK_GROUP + CK_SPREAD;
    float *products = CK_NAME(aligned)(scratch), *tile = products + 36 * product_plane;
    float *lengths = tile + 36 * line;
    int16_t *whole = (int16_t *)(lengths + 36 * CK_TILES);
    for (size_t first = 0; first < total; first += even) {
        const size_t count = total - first < even ? total - first : even;
        for (size_t t = 0; t < count; t++) {
            const size_t y = side * ((first + t) / tiles_wide), x = side * ((first + t) % tiles_wide);
            float length[48] = {0}, factor[48];
            CK_NAME(before)(in->data + y * in->line + x * channels, in->line, channels, tile, line);
            for (size_t p = 0; p < 36; p++) length[p] = CK_NAME(squared_length)(tile + p * line, channels);
            for (size_t p = 0; p < 48; p += 16) {
                const WIDE root = __builtin_elementwise_sqrt(*(const WIDE *)(length + p) + CK_LEAST_SQUARE);
                *(WIDE *)(factor + p) = CK_LEFT_NORM / root;
                *(WIDE *)(length + p) = root * (1 / CK_LEFT_NORM);
            }
            for (size_t p = 0; p < 36; p++) {
                CK_NAME(round)(tile + p * line, channels, factor[p], whole + p * plane + t * channels);
                lengths[p * CK_TILES + t] = length[p];
            }
        }
        for (size_t j = 0; j < columns; j += CK_GROUP) {
            const size_t width = columns - j < CK_GROUP ? columns - j : CK_GROUP;
            for (size_t p = 0; p < 36; p++) {
                const int16_t *right = filters + (p * packed_columns + j) * 2 * pairs;
                const size_t next = p < 35 ? (p + 1) * packed_columns + j : 0;
                const ck_whole_rows tiles = {whole + p * plane, lengths + p * CK_TILES, count, channels};
                for (size_t k = 0; k < width; k += PANEL, right += 2 * pairs * PANEL)
                    CK_INT16(panel)(&tiles, pairs, right, filters + next * 2 * pairs,
                                    scales + p * packed_columns + j + k, width - k,
                                    products + p * product_plane + k, CK_GROUP);
            }
            for (size_t t = 0; t < count; t++) {
                const size_t y = side * ((first + t) / tiles_wide), x = side * ((first + t) % tiles_wide);
                CK_NAME(after)(4, products + t * CK_GROUP, product_plane, width,
                               out + (y * in->width + x) * columns + j, columns, in->width * columns,
                               in->height - y, in->width - x);
            }
        }
    }
}

#undef CK_INT16_INLINE
