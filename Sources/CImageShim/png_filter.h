#ifndef RESIDUA_PNG_FILTER_H
#define RESIDUA_PNG_FILTER_H

#include <stddef.h>
#include <stdint.h>

/// Writes what the Paeth filter leaves of a row: differences from the nearest of the levels to the left, above, and above left.
///
/// `above` is the row before, or zeros. All are `length` bytes, `pixel` bytes to a pixel; nothing may overlap.
void ci_png_paeth(
    const uint8_t *row, const uint8_t *above, size_t length, size_t pixel, uint8_t *out);

#endif
