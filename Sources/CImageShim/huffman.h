#ifndef RESIDUA_HUFFMAN_H
#define RESIDUA_HUFFMAN_H

#include <stdint.h>

#define CI_SYMBOLS 286

/// A symbol's code, its first bit the lowest.
typedef struct ci_code {
    uint16_t bits;
    uint16_t length;
} ci_code;

/// Finds the lengths of a prefix code of the least cost, almost, with no code longer than `limit`.
///
/// Symbols that don't occur get length 0; a single one gets length 1. At most CI_SYMBOLS symbols; 1 << limit may not be
/// less than their number. The lengths use up all codes, as inflate wants it, except for a single symbol.
void ci_code_lengths(const uint32_t *frequencies, int count, int limit, uint8_t *lengths);

/// Gives codes to lengths in the order of RFC 1951, 3.2.2.
void ci_canonical_codes(const uint8_t *lengths, int count, ci_code *codes);

#endif
