#ifndef CI_COLOUR_H
#define CI_COLOUR_H

#include <stddef.h>
#include <stdint.h>

/// Converts pixels of `from` channels (1 grey, 2 grey and alpha, 3 RGB, 4 RGBA) to `to` channels
/// (1 or 3); alpha is blended over white. `source` may be `target` when `from` is `to`.
void ci_convert_row(
    const uint8_t *source, uint32_t from, uint8_t *target, uint32_t to, size_t width);

/// Converts pixels of cyan, magenta, yellow and black to `to` channels (1 or 3).
///
/// `inverted` says that 255 stands for no ink.
void ci_convert_cmyk_row(
    const uint8_t *source, int inverted, uint8_t *target, uint32_t to, size_t width);

#endif
