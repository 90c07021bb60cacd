#include "colour.h"

#include <string.h>

// Rec. 601 weights times 2^16, as libjpeg's: grey is the same whichever codec made it.
static inline uint8_t luma(uint32_t red, uint32_t green, uint32_t blue) {
    return (uint8_t)((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16);
}

// product / 255, rounded; exact for every product of two levels.
static inline uint8_t divide_255(uint32_t product) {
    uint32_t biased = product + 128;
    return (uint8_t)((biased + (biased >> 8)) >> 8);
}

static inline uint8_t over_white(uint32_t level, uint32_t alpha) {
    return divide_255(level * alpha + 255 * (255 - alpha));
}

static void grey_alpha(const uint8_t *source, uint8_t *target, uint32_t to, size_t width) {
    for (size_t x = 0; x < width; x++) {
        uint8_t level = over_white(source[2 * x], source[2 * x + 1]);
        for (uint32_t c = 0; c < to; c++) target[to * x + c] = level;
    }
}

static void rgb_alpha(const uint8_t *source, uint8_t *target, uint32_t to, size_t width) {
    for (size_t x = 0; x < width; x++) {
        const uint8_t *pixel = source + 4 * x;
        uint8_t red = over_white(pixel[0], pixel[3]);
        uint8_t green = over_white(pixel[1], pixel[3]);
        uint8_t blue = over_white(pixel[2], pixel[3]);
        if (to == 1) {
            target[x] = luma(red, green, blue);
        } else {
            target[3 * x] = red;
            target[3 * x + 1] = green;
            target[3 * x + 2] = blue;
        }
    }
}

void ci_convert_row(
    const uint8_t *source, uint32_t from, uint8_t *target, uint32_t to, size_t width
) {
    if (from == 2) {
        grey_alpha(source, target, to, width);
    } else if (from == 4) {
        rgb_alpha(source, target, to, width);
    } else if (from == to) {
        if (source != target) memcpy(target, source, width * to);
    } else if (from == 3) {
        for (size_t x = 0; x < width; x++) {
            target[x] = luma(source[3 * x], source[3 * x + 1], source[3 * x + 2]);
        }
    } else {
        for (size_t x = 0; x < width; x++) {
            target[3 * x] = target[3 * x + 1] = target[3 * x + 2] = source[x];
        }
    }
}

void ci_convert_cmyk_row(
    const uint8_t *source, int inverted, uint8_t *target, uint32_t to, size_t width
) {
    uint8_t flip = inverted ? 0 : 255;
    for (size_t x = 0; x < width; x++) {
        // Light that each ink lets through, in 0...255.
        uint32_t cyan = source[4 * x] ^ flip, magenta = source[4 * x + 1] ^ flip;
        uint32_t yellow = source[4 * x + 2] ^ flip, black = source[4 * x + 3] ^ flip;
        uint8_t red = divide_255(cyan * black);
        uint8_t green = divide_255(magenta * black);
        uint8_t blue = divide_255(yellow * black);
        if (to == 1) {
            target[x] = luma(red, green, blue);
        } else {
            target[3 * x] = red;
            target[3 * x + 1] = green;
            target[3 * x + 2] = blue;
        }
    }
}
