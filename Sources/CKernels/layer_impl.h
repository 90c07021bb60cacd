// What a thresholding layer does: convolutions of 3 x 3 windows by Winograd's minimal filtering, rectifying, pooling.
// Part of kernels_impl.h, for one instruction set.
//
// Source: Lavin and Gray (2016), "Fast Algorithms for Convolutional Neural Networks", F(4 x 4, 3 x 3): sixteen outputs
// from 6 x 6 places with 36 products a channel in place of 144. Points 0, 1, -1, 2, -2 and infinity.

// Tiles that are worked on together: their transforms stay in the second-level cache.
#define CK_TILES 24
#define CK_SPREAD 16
// Columns of a round, a multiple of PANEL and of sixteen.
#define CK_GROUP (PANEL < 16 ? 16 : PANEL)

// One line of the input's transform: six numbers to six.
#define CK_BEFORE(d0, d1, d2, d3, d4, d5, o0, o1, o2, o3, o4, o5)          \
    do {                                                                   \
        const WIDE even = CK_FMA((d2), four_below, (d4));                  \
        const WIDE odd = CK_FMA((d1), four_below, (d3));                   \
        const WIDE step = (d4) - (d2), twice = ((d3) - (d1)) + ((d3) - (d1)); \
        (o0) = CK_FMA((d0), four, CK_FMA((d2), five_below, (d4)));         \
        (o1) = even + odd;                                                 \
        (o2) = even - odd;                                                 \
        (o3) = step + twice;                                               \
        (o4) = step - twice;                                               \
        (o5) = CK_FMA((d1), four, CK_FMA((d3), five_below, (d5)));         \
    } while (0)

// One line of the output's transform: six numbers to four.
#define CK_AFTER(m0, m1, m2, m3, m4, m5, y0, y1, y2, y3)                       \
    do {                                                                       \
        const WIDE sum = (m1) + (m2), difference = (m1) - (m2);                \
        const WIDE far = (m3) + (m4), apart = (m3) - (m4);                     \
        (y0) = ((m0) + sum) + far;                                             \
        (y1) = CK_FMA(apart, two, difference);                                 \
        (y2) = CK_FMA(far, four, sum);                                         \
        (y3) = CK_FMA(apart, eight, difference) + (m5);                        \
    } while (0)

// The transform of one tile: 6 x 6 places with `channels` numbers, into 36 planes.
INLINE void CK_NAME(before)(const float *tile, size_t line, size_t channels, float *out, size_t plane) {
    const WIDE four = (WIDE){0} + 4, four_below = (WIDE){0} - 4, five_below = (WIDE){0} - 5;
    for (size_t c = 0; c < channels; c += 16) {
        WIDE t[6][6];
        _Pragma("clang loop unroll(full)") for (int x = 0; x < 6; x++) {
            const float *place = tile + x * channels + c;
            const WIDE d0 = *(const WIDE *)place, d1 = *(const WIDE *)(place + line),
                       d2 = *(const WIDE *)(place + 2 * line), d3 = *(const WIDE *)(place + 3 * line),
                       d4 = *(const WIDE *)(place + 4 * line), d5 = *(const WIDE *)(place + 5 * line);
            CK_BEFORE(d0, d1, d2, d3, d4, d5, t[0][x], t[1][x], t[2][x], t[3][x], t[4][x], t[5][x]);
        }
        _Pragma("clang loop unroll(full)") for (int y = 0; y < 6; y++) {
            WIDE o[6];
            CK_BEFORE(t[y][0], t[y][1], t[y][2], t[y][3], t[y][4], t[y][5], o[0], o[1], o[2], o[3], o[4], o[5]);
            _Pragma("clang loop unroll(full)") for (int x = 0; x < 6; x++)
                *(WIDE *)(out + (size_t)(6 * y + x) * plane + c) = o[x];
        }
    }
}

// The outputs of one tile, `width` of its columns and `height` of its rows: 36 planes of `columns` numbers, a multiple
// of sixteen.
INLINE void CK_NAME(after)(const float *in, size_t plane, size_t columns, float *out, size_t place,
                           size_t row, size_t height, size_t width) {
    const WIDE two = (WIDE){0} + 2, four = (WIDE){0} + 4, eight = (WIDE){0} + 8;
    for (size_t c = 0; c < columns; c += 16) {
        WIDE t[4][6];
        _Pragma("clang loop unroll(full)") for (int x = 0; x < 6; x++) {
            WIDE m[6];
            _Pragma("clang loop unroll(full)") for (int y = 0; y < 6; y++)
                m[y] = *(const WIDE *)(in + (size_t)(6 * y + x) * plane + c);
            CK_AFTER(m[0], m[1], m[2], m[3], m[4], m[5], t[0][x], t[1][x], t[2][x], t[3][x]);
        }
        _Pragma("clang loop unroll(full)") for (int y = 0; y < 4; y++) {
            WIDE o[4];
            CK_AFTER(t[y][0], t[y][1], t[y][2], t[y][3], t[y][4], t[y][5], o[0], o[1], o[2], o[3]);
            if ((size_t)y >= height) continue;
            _Pragma("clang loop unroll(full)") for (int x = 0; x < 4; x++)
                if ((size_t)x < width) *(WIDE *)(out + y * row + x * place + c) = o[x];
        }
    }
}

// One line of the filters' transform: three numbers to six.
INLINE void CK_NAME(filter_points)(WIDE a, WIDE b, WIDE c, WIDE *points) {
    const WIDE sum = a + c, far = a * 0.25f + c, sixth = (WIDE){0} - 1 / 6.0f, close = (WIDE){0} + 1 / 6.0f;
    points[0] = a * 0.25f;
    points[1] = (sum + b) * sixth;
    points[2] = (sum - b) * sixth;
    points[3] = (far + b * 0.5f) * close;
    points[4] = (far - b * 0.5f) * close;
    points[5] = c;
}

CK_ATTR static void CK_NAME(transform_filters)(const float *matrix, size_t channels, size_t columns,
                                               float *planes) {
    const size_t step = channels * columns;
    for (size_t i = 0; i < step; i += 16) {
        WIDE lines[3][6];
        for (size_t x = 0; x < 3; x++) {
            const float *filter = matrix + x * step + i;
            CK_NAME(filter_points)(*(const WIDE *)filter, *(const WIDE *)(filter + 3 * step),
                                   *(const WIDE *)(filter + 6 * step), lines[x]);
        }
        for (size_t y = 0; y < 6; y++) {
            WIDE points[6];
            CK_NAME(filter_points)(lines[0][y], lines[1][y], lines[2][y], points);
            for (size_t x = 0; x < 6; x++) *(WIDE *)(planes + (6 * y + x) * step + i) = points[x];
        }
    }
}

CK_ATTR static void CK_NAME(convolve)(const ck_plane *in, const float *filters, size_t columns, float *scratch,
                                      float *out) {
    const size_t channels = in->channels, tiles_wide = (in->width + 3) / 4;
    const size_t total = tiles_wide * ((in->height + 3) / 4);
    const size_t parts = (total + CK_TILES - 1) / CK_TILES, most = (total + parts - 1) / parts;
    const size_t even = (most + 3) / 4 * 4 < CK_TILES ? (most + 3) / 4 * 4 : CK_TILES;
    const size_t packed_columns = (columns + PANEL - 1) / PANEL * PANEL;
    // Planes are spread over the cache's sets.
    const size_t plane = CK_TILES * channels + CK_SPREAD, product_plane = CK_TILES * CK_GROUP + CK_SPREAD;
    float *products = scratch + 36 * plane;
    for (size_t first = 0; first < total; first += even) {
        const size_t count = total - first < even ? total - first : even;
        for (size_t t = 0; t < count; t++) {
            const size_t y = (first + t) / tiles_wide, x = (first + t) % tiles_wide;
            CK_NAME(before)(in->data + 4 * y * in->line + 4 * x * channels, in->line, channels,
                            scratch + t * channels, plane);
        }
        for (size_t j = 0; j < columns; j += CK_GROUP) {
            const size_t width = columns - j < CK_GROUP ? columns - j : CK_GROUP;
            for (size_t p = 0; p < 36; p++) {
                const ck_left left = {scratch + p * plane, count, channels, 1, 0, channels};
                const float *right = filters + (p * packed_columns + j) * channels;
                for (size_t k = 0; k < width; k += PANEL, right += channels * PANEL) {
                    float *place = products + p * product_plane + k;
                    if (width - k > CK_LANES)
                        CK_NAME(panel)(2, &left, 0, count, right, width - k, place, CK_GROUP, 0);
                    else
                        CK_NAME(panel)(1, &left, 0, count, right, width - k, place, CK_GROUP, 0);
                }
            }
            for (size_t t = 0; t < count; t++) {
                const size_t y = 4 * ((first + t) / tiles_wide), x = 4 * ((first + t) % tiles_wide);
                const size_t rows = in->height - y < 4 ? in->height - y : 4;
                const size_t places = in->width - x < 4 ? in->width - x : 4;
                CK_NAME(after)(products + t * CK_GROUP, product_plane, width, out + (y * in->width + x) * columns + j,
                               columns, in->width * columns, rows, places);
            }
        }
    }
}

CK_ATTR static void CK_NAME(rectify)(const float *in, size_t count, size_t columns, const float *scale,
                                     const float *above, const float *below, float *out) {
    const size_t stride = below ? 2 * columns : columns;
    for (size_t i = 0; i < count; i++, in += columns, out += stride) {
        const WIDE factor = (WIDE){0} + scale[i];
        size_t j = 0;
        for (; j + 16 <= columns; j += 16) {
            const WIDE x = *(const WIDE *)(in + j);
            *(WIDE *)(out + j) = CK_NAME(positive)(CK_FMA(x, factor, -*(const WIDE *)(above + j)));
            if (below)
                *(WIDE *)(out + columns + j) = CK_NAME(positive)(CK_FMA(-x, factor, -*(const WIDE *)(below + j)));
        }
        for (; j < columns; j++) {
            const float plus = CK_FMA1(in[j], scale[i], -above[j]);
            out[j] = plus > 0 ? plus : 0;
            if (!below) continue;
            const float minus = CK_FMA1(-in[j], scale[i], -below[j]);
            out[columns + j] = minus > 0 ? minus : 0;
        }
    }
}

CK_ATTR static void CK_NAME(pool)(const float *in, size_t width, size_t channels, const ck_pooling *pooling,
                                  float *out) {
    const size_t before = pooling->before, places = (width + pooling->stride - 1) / pooling->stride;
    for (size_t x = 0; x < places; x++, out += channels) {
        const size_t centre = x * pooling->stride;
        const size_t start = centre > before ? centre - before : 0;
        const size_t end = centre + pooling->window - before < width ? centre + pooling->window - before : width;
        const float share = pooling->share / (float)(end - start);
        const WIDE factor = (WIDE){0} + share;
        size_t c = 0;
        for (; c + 16 <= channels; c += 16) {
            const float *place = in + start * channels + c;
            WIDE sum = *(const WIDE *)place;
            for (size_t column = start + 1; column < end; column++) {
                place += channels;
                sum += *(const WIDE *)place;
            }
            WIDE *target = (WIDE *)(out + c);
            *target = CK_FMA(sum, factor, pooling->accumulates ? *target : (WIDE){0});
        }
        for (; c < channels; c++) {
            float sum = in[start * channels + c];
            for (size_t column = start + 1; column < end; column++) sum += in[column * channels + c];
            out[c] = CK_FMA1(sum, share, pooling->accumulates ? out[c] : 0);
        }
    }
}

#undef CK_TILES
#undef CK_GROUP
#undef CK_SPREAD
#undef CK_BEFORE
#undef CK_AFTER
