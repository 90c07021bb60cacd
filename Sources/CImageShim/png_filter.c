#include "png_filter.h"

static int16_t size_of(int16_t difference) {
    return difference < 0 ? (int16_t)-difference : difference;
}

static inline __attribute__((always_inline)) void filter(
    const uint8_t *restrict row, const uint8_t *restrict above, size_t length, size_t pixel,
    uint8_t *restrict out
) {
    // Nothing is to the left of the first pixel, and what is above is nearest then.
    for (size_t i = 0; i < pixel && i < length; i++) out[i] = (uint8_t)(row[i] - above[i]);
    // In 16 bits and without branches, for compilers to make vectors of it.
    for (size_t i = pixel; i < length; i++) {
        int16_t left = row[i - pixel], up = above[i], corner = above[i - pixel];
        int16_t to_up = (int16_t)(left - corner), to_left = (int16_t)(up - corner);
        int16_t from_left = size_of(to_left), from_up = size_of(to_up);
        int16_t from_corner = size_of((int16_t)(to_left + to_up));
        int16_t nearest = from_up <= from_corner ? up : corner;
        int is_left = (from_left <= from_up) & (from_left <= from_corner);
        nearest = is_left ? left : nearest;
        out[i] = (uint8_t)(row[i] - nearest);
    }
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void filter_avx2(
    const uint8_t *restrict row, const uint8_t *restrict above, size_t length, size_t pixel,
    uint8_t *restrict out
) {
    filter(row, above, length, pixel, out);
}
#endif

void ci_png_paeth(
    const uint8_t *row, const uint8_t *above, size_t length, size_t pixel, uint8_t *out
) {
#if defined(__x86_64__)
    // The same numbers, sooner.
    if (__builtin_cpu_supports("avx2")) {
        filter_avx2(row, above, length, pixel, out);
        return;
    }
#endif
    filter(row, above, length, pixel, out);
}
