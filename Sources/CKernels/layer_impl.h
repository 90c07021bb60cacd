// What a thresholding layer does: convolutions by Winograd's minimal filtering, rectifying, pooling. Part of
// kernels_impl.h, for one instruction set.
//
// Source: Lavin and Gray (2016), "Fast Algorithms for Convolutional Neural Networks": F(4 x 4, 3 x 3) and, with the same
// points, F(3 x 3, 4 x 4). From 6 x 6 places 36 products a channel make sixteen outputs in place of 144, or nine in place
// of 144. The points are not those of the paper (0, 1, -1, 2, -2 and infinity): of 0, a, -a, b, -b and infinity these
// multiply the products' rounding by half as much (tried by rounding products), and all their powers are exact.
#define CK_A 0.625f
#define CK_B 1.5f
#define CK_A2 (CK_A * CK_A)
#define CK_B2 (CK_B * CK_B)

// Tiles that are worked on together: their transforms stay in the second-level cache.
#define CK_TILES 24
#define CK_SPREAD 16
// Columns of a round, a multiple of PANEL and of sixteen.
#define CK_GROUP (PANEL < 16 ? 16 : PANEL)
_Static_assert(CK_TILES <= CK_MOST_TILES && CK_SPREAD <= CK_MOST_SPREAD && CK_GROUP <= CK_MOST_GROUP,
               "ck_convolution_scratch counts with these");

// One line of the input's transform: six numbers to six.
#define CK_BEFORE(d0, d1, d2, d3, d4, d5, o0, o1, o2, o3, o4, o5)                \
    do {                                                                         \
        const WIDE even = CK_FMA((d2), b2_below, (d4));                          \
        const WIDE odd = CK_FMA((d1), b2_below, (d3));                           \
        const WIDE step = CK_FMA((d2), a2_below, (d4));                          \
        const WIDE apart = CK_FMA((d1), a2_below, (d3));                         \
        (o0) = CK_FMA((d0), product, CK_FMA((d2), sum_below, (d4)));             \
        (o1) = CK_FMA(odd, a, even);                                             \
        (o2) = CK_FMA(odd, a_below, even);                                       \
        (o3) = CK_FMA(apart, b, step);                                           \
        (o4) = CK_FMA(apart, b_below, step);                                     \
        (o5) = CK_FMA((d1), product, CK_FMA((d3), sum_below, (d5)));             \
    } while (0)

// One line of the output's transform: six numbers to four, or to three.
INLINE void CK_NAME(after_line)(const int side, const WIDE *m, WIDE *y) {
    const WIDE none = (WIDE){0}, a2 = none + CK_A2, b = none + CK_B, b2 = none + CK_B2, b3 = none + CK_B * CK_B2;
    const WIDE sum = m[1] + m[2], difference = m[1] - m[2], far = m[3] + m[4], apart = m[3] - m[4];
    y[0] = (m[0] + sum) + far;
    y[1] = CK_FMA(apart, b, difference * CK_A);
    if (side == 3) {
        y[2] = CK_FMA(far, b2, CK_FMA(sum, a2, m[5]));
    } else {
        y[2] = CK_FMA(far, b2, sum * CK_A2);
        y[3] = CK_FMA(apart, b3, CK_FMA(difference, none + CK_A * CK_A2, m[5]));
    }
}

// The transform of one tile: 6 x 6 places with `channels` numbers, into 36 planes.
INLINE void CK_NAME(before)(const float *tile, size_t line, size_t channels, float *out, size_t plane) {
    const WIDE none = (WIDE){0}, a = none + CK_A, b = none + CK_B, a_below = none - CK_A, b_below = none - CK_B;
    const WIDE a2_below = none - CK_A2, b2_below = none - CK_B2;
    const WIDE product = none + CK_A2 * CK_B2, sum_below = none - (CK_A2 + CK_B2);
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

// The outputs of one tile, `side` by `side`, of which `width` columns and `height` rows are stored: 36 planes of
// `columns` numbers, a multiple of sixteen.
INLINE void CK_NAME(after)(const int side, const float *in, size_t plane, size_t columns, float *out, size_t place,
                           size_t row, size_t height, size_t width) {
    for (size_t c = 0; c < columns; c += 16) {
        WIDE t[6][4];
        _Pragma("clang loop unroll(full)") for (int x = 0; x < 6; x++) {
            WIDE m[6];
            _Pragma("clang loop unroll(full)") for (int y = 0; y < 6; y++)
                m[y] = *(const WIDE *)(in + (size_t)(6 * y + x) * plane + c);
            CK_NAME(after_line)(side, m, t[x]);
        }
        _Pragma("clang loop unroll(full)") for (int y = 0; y < side; y++) {
            WIDE m[6], o[4];
            _Pragma("clang loop unroll(full)") for (int x = 0; x < 6; x++) m[x] = t[x][y];
            CK_NAME(after_line)(side, m, o);
            if ((size_t)y >= height) continue;
            _Pragma("clang loop unroll(full)") for (int x = 0; x < side; x++)
                if ((size_t)x < width) *(WIDE *)(out + y * row + x * place + c) = o[x];
        }
    }
}

// One line of the filters' transform: up to four numbers to six.
INLINE void CK_NAME(filter_points)(WIDE c0, WIDE c1, WIDE c2, WIDE c3, WIDE last, WIDE *points) {
    const float near = 1 / (2 * CK_A2 * (CK_A2 - CK_B2)), far = 1 / (2 * CK_B2 * (CK_B2 - CK_A2));
    const WIDE even = c2 * CK_A2 + c0, odd = (c3 * CK_A2 + c1) * CK_A;
    const WIDE step = c2 * CK_B2 + c0, apart = (c3 * CK_B2 + c1) * CK_B;
    points[0] = c0 * (1 / (CK_A2 * CK_B2));
    points[1] = (even + odd) * near;
    points[2] = (even - odd) * near;
    points[3] = (step + apart) * far;
    points[4] = (step - apart) * far;
    points[5] = last;
}

CK_ATTR static void CK_NAME(transform_filters)(const float *matrix, size_t window, size_t channels, size_t columns,
                                               float *planes) {
    const size_t step = channels * columns;
    const WIDE none = (WIDE){0};
    for (size_t i = 0; i < step; i += 16) {
        WIDE lines[4][6];
        for (size_t x = 0; x < window; x++) {
            WIDE f[4] = {none, none, none, none};
            for (size_t y = 0; y < window; y++) f[y] = *(const WIDE *)(matrix + (y * window + x) * step + i);
            CK_NAME(filter_points)(f[0], f[1], f[2], f[3], f[window - 1], lines[x]);
        }
        for (size_t y = 0; y < 6; y++) {
            WIDE points[6];
            CK_NAME(filter_points)(lines[0][y], lines[1][y], lines[2][y], window > 3 ? lines[3][y] : none,
                                   lines[window - 1][y], points);
            for (size_t x = 0; x < 6; x++) *(WIDE *)(planes + (6 * y + x) * step + i) = points[x];
        }
    }
}

// The first line of the cache in scratch memory.
INLINE float *CK_NAME(aligned)(float *scratch) { return (float *)(((uintptr_t)scratch + 63) / 64 * 64); }

// How many tiles are worked on together so that all parts are about as large. Of few channels filters are small: fewer
// tiles' products stay nearer.
INLINE size_t CK_NAME(even_tiles)(size_t total, size_t channels) {
    const size_t limit = channels > 16 ? CK_TILES : CK_TILES / 2;
    const size_t parts = (total + limit - 1) / limit, most = (total + parts - 1) / parts;
    const size_t even = (most + 3) / 4 * 4;
    return even < limit ? even : limit;
}

INLINE void CK_NAME(convolve_tiles)(const int side, const ck_plane *in, const float *filters, size_t columns,
                                    float *scratch, float *out) {
    const size_t channels = in->channels, depth = in->depth, tiles_wide = (in->width + side - 1) / side;
    const size_t total = tiles_wide * ((in->height + side - 1) / side), even = CK_NAME(even_tiles)(total, channels);
    const size_t packed_columns = (columns + PANEL - 1) / PANEL * PANEL;
    // Planes are spread over the cache's sets.
    const size_t plane = CK_TILES * channels + CK_SPREAD, product_plane = CK_TILES * CK_GROUP + CK_SPREAD;
    scratch = CK_NAME(aligned)(scratch);
    float *products = scratch + 36 * plane;
    for (size_t first = 0; first < total; first += even) {
        const size_t count = total - first < even ? total - first : even;
        for (size_t t = 0; t < count; t++) {
            const size_t y = side * ((first + t) / tiles_wide), x = side * ((first + t) % tiles_wide);
            CK_NAME(before)(in->data + y * in->line + x * channels, in->line, channels, scratch + t * channels,
                            plane);
        }
        for (size_t j = 0; j < columns; j += CK_GROUP) {
            const size_t width = columns - j < CK_GROUP ? columns - j : CK_GROUP;
            for (size_t p = 0; p < 36; p++) {
                const ck_left left = {scratch + p * plane, count, channels, 1, 0, depth};
                const float *right = filters + (p * packed_columns + j) * depth;
                for (size_t k = 0; k < width; k += PANEL, right += depth * PANEL) {
                    float *place = products + p * product_plane + k;
                    if (width - k > CK_LANES)
                        CK_NAME(panel)(2, &left, 0, count, right, width - k, place, CK_GROUP, 0);
                    else
                        CK_NAME(panel)(1, &left, 0, count, right, width - k, place, CK_GROUP, 0);
                }
            }
            for (size_t t = 0; t < count; t++) {
                const size_t y = side * ((first + t) / tiles_wide), x = side * ((first + t) % tiles_wide);
                CK_NAME(after)(side, products + t * CK_GROUP, product_plane, width,
                               out + (y * in->width + x) * columns + j, columns, in->width * columns,
                               in->height - y, in->width - x);
            }
        }
    }
}

CK_ATTR static void CK_NAME(convolve)(const ck_plane *in, const float *filters, size_t columns, float *scratch,
                                      float *out) {
    if (in->window == 4)
        CK_NAME(convolve_tiles)(3, in, filters, columns, scratch, out);
    else
        CK_NAME(convolve_tiles)(4, in, filters, columns, scratch, out);
}

// The places of a row that a window has: `start` and the place behind the last one.
INLINE void CK_NAME(window)(const ck_pooling *pooling, size_t width, size_t x, size_t *start, size_t *end) {
    const size_t centre = x * pooling->stride, behind = centre + pooling->window - pooling->before;
    *start = centre > pooling->before ? centre - pooling->before : 0;
    *end = behind < width ? behind : width;
}

// Sixteen columns of the codes at one place.
INLINE void CK_NAME(codes)(const float *in, WIDE scale, WIDE up, WIDE down, WIDE *plus, WIDE *minus) {
    const WIDE x = *(const WIDE *)in * scale;
    *plus = CK_NAME(positive)(x - up);
    *minus = CK_NAME(positive)(-x - down);
}

INLINE void CK_NAME(put)(float *out, WIDE sum, float share, int accumulates) {
    WIDE *place = (WIDE *)out;
    const WIDE factor = (WIDE){0} + share;
    *place = accumulates ? CK_FMA(sum, factor, *place) : sum * factor;
}

// Sixteen columns averaged over five places about every second one: each place's codes are made once, and places 2i and
// 2i + 1 lie together in all windows that hold both.
INLINE void CK_NAME(rectify_fives)(const int is_signed, const float *in, size_t width, size_t columns,
                                   const float *scale, WIDE up, WIDE down, const ck_pooling *pooling, float *out) {
    const size_t channels = is_signed ? 2 * columns : columns;
    const WIDE none = (WIDE){0};
    WIDE plus[2], minus[2], plus_pair = none, minus_pair = none, plus_before = none, minus_before = none;
    for (size_t i = 0, place = 0; place < width + 2; place += 2) {
        _Pragma("clang loop unroll(full)") for (size_t p = 0; p < 2; p++) {
            plus[p] = minus[p] = none;
            if (place + p < width)
                CK_NAME(codes)(in + (place + p) * columns, none + scale[place + p], up, down, plus + p, minus + p);
        }
        // The window about place - 2 ends with `place`.
        if (place >= 2) {
            size_t start, end;
            CK_NAME(window)(pooling, width, i, &start, &end);
            const float share = pooling->share / (float)(end - start);
            CK_NAME(put)(out, (plus_before + plus_pair) + plus[0], share, pooling->accumulates);
            if (is_signed)
                CK_NAME(put)(out + columns, (minus_before + minus_pair) + minus[0], share, pooling->accumulates);
            plus_before = plus_pair;
            minus_before = minus_pair;
            out += channels;
            i++;
        }
        plus_pair = plus[0] + plus[1];
        minus_pair = minus[0] + minus[1];
    }
}

CK_ATTR static void CK_NAME(rectify)(const float *in, size_t width, size_t columns, const float *scale,
                                     const float *above, const float *below, const ck_pooling *pooling,
                                     float *out) {
    const size_t places = (width + pooling->stride - 1) / pooling->stride, channels = below ? 2 * columns : columns;
    const WIDE none = (WIDE){0};
    size_t j = 0;
    if (pooling->window == 5 && pooling->before == 2 && pooling->stride == 2) {
        for (; j + 16 <= columns; j += 16) {
            const WIDE up = *(const WIDE *)(above + j);
            if (below)
                CK_NAME(rectify_fives)(1, in + j, width, columns, scale, up, *(const WIDE *)(below + j), pooling,
                                       out + j);
            else
                CK_NAME(rectify_fives)(0, in + j, width, columns, scale, up, none, pooling, out + j);
        }
    }
    const size_t first = j;
    for (size_t i = 0; i < places && first < columns; i++, out += channels) {
        size_t start, end;
        CK_NAME(window)(pooling, width, i, &start, &end);
        const float share = pooling->share / (float)(end - start);
        for (j = first; j + 16 <= columns; j += 16) {
            const WIDE up = *(const WIDE *)(above + j), down = below ? *(const WIDE *)(below + j) : none;
            WIDE plus = none, minus = none;
            for (size_t place = start; place < end; place++) {
                WIDE more, less;
                CK_NAME(codes)(in + place * columns + j, none + scale[place], up, down, &more, &less);
                plus += more;
                if (below) minus += less;
            }
            CK_NAME(put)(out + j, plus, share, pooling->accumulates);
            if (below) CK_NAME(put)(out + columns + j, minus, share, pooling->accumulates);
        }
        for (; j < columns; j++) {
            float plus = 0, minus = 0;
            for (size_t place = start; place < end; place++) {
                const float x = in[place * columns + j] * scale[place];
                plus += x - above[j] > 0 ? x - above[j] : 0;
                if (below) minus += -x - below[j] > 0 ? -x - below[j] : 0;
            }
            out[j] = pooling->accumulates ? CK_FMA1(plus, share, out[j]) : plus * share;
            if (!below) continue;
            out[columns + j] = pooling->accumulates ? CK_FMA1(minus, share, out[columns + j]) : minus * share;
        }
    }
}

// `count` (perhaps a constant) rows.
INLINE void CK_NAME(mean_of)(const size_t count, const float *const *rows, size_t length, float share, float *out) {
    const WIDE factor = (WIDE){0} + share;
    size_t i = 0;
    for (; i + 16 <= length; i += 16) {
        WIDE sum = *(const WIDE *)(rows[0] + i);
        for (size_t row = 1; row < count; row++) sum += *(const WIDE *)(rows[row] + i);
        *(WIDE *)(out + i) = sum * factor;
    }
    for (; i < length; i++) {
        float sum = rows[0][i];
        for (size_t row = 1; row < count; row++) sum += rows[row][i];
        out[i] = sum * share;
    }
}

CK_ATTR static void CK_NAME(sum_rows)(const float *const *rows, size_t count, size_t length, float share, float *out) {
    if (count == 5)
        CK_NAME(mean_of)(5, rows, length, share, out);
    else
        CK_NAME(mean_of)(count, rows, length, share, out);
}

CK_ATTR static void CK_NAME(pool)(const float *in, size_t width, size_t channels, const ck_pooling *pooling,
                                  float *out) {
    const size_t places = (width + pooling->stride - 1) / pooling->stride;
    for (size_t x = 0; x < places; x++, out += channels) {
        size_t start, end;
        CK_NAME(window)(pooling, width, x, &start, &end);
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

#undef CK_BEFORE
#undef CK_A
#undef CK_B
#undef CK_A2
#undef CK_B2
