#ifndef RESIDUA_DEFLATE_H
#define RESIDUA_DEFLATE_H

#include "CImageShim.h"

#define CI_DISTANCES 3

/// How far back repeats are looked for, in bytes; 0 where there are fewer.
typedef struct ci_distances {
    uint32_t at[CI_DISTANCES];
} ci_distances;

/// Appends bytes as a zlib stream (RFC 1950 and 1951), in favour of speed.
///
/// Where zlib searches its window, this looks at a few distances that the caller knows, for repeats of at least 8 bytes;
/// all else are Huffman codes. Returns 0 when there is no memory.
int ci_deflate(const uint8_t *data, size_t count, ci_distances distances, ci_bytes *out);

#endif
