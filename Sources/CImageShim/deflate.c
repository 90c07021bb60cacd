#include "deflate.h"

#include "bytes.h"
#include "huffman.h"

#include <stdlib.h>
#include <string.h>

enum {
    // Bytes that share a code.
    BLOCK = 1 << 18,
    // Of literals and lengths: four of them and what is left of a byte fit into a word.
    LONGEST_CODE = 13,
    LEAST_MATCH = 8,
    MOST_MATCH = 258,
    END_OF_BLOCK = 256,
    DISTANCE_CODES = 30,
    LENGTH_CODES = 19,
    LONGEST_LENGTH_CODE = 7,
};

// Bytes to be written as they are, then a repeat; the last piece of a block has none.
struct piece {
    uint32_t literals;
    uint16_t match;
    uint16_t distance;
};

struct bits {
    uint64_t word;
    unsigned used;
    uint8_t *next;
};

struct deflater {
    const uint8_t *data;
    ci_distances distances;
    ci_bytes *out;
    struct piece *pieces;
    size_t piece_count;
};

static uint64_t load(const uint8_t *data) {
    uint64_t word;
    memcpy(&word, data, sizeof word);
    return word;
}

// Little-endian order wherever it runs; compilers make one store of it.
static void store(uint8_t *out, uint64_t word) {
    for (int i = 0; i < 8; i++) out[i] = (uint8_t)(word >> 8 * i);
}

static void put(struct bits *bits, uint64_t value, unsigned count) {
    bits->word |= value << bits->used;
    bits->used += count;
}

// At most 7 bits stay.
static void flush(struct bits *bits) {
    store(bits->next, bits->word);
    bits->next += bits->used >> 3;
    bits->word >>= bits->used & ~7u;
    bits->used &= 7;
}

static unsigned highest_bit(unsigned number) { return 31 - (unsigned)__builtin_clz(number); }

// RFC 1951, 3.2.5: the symbol, number of extra bits and their value of a length of 3 to 258.
static void length_symbol(unsigned length, unsigned *symbol, unsigned *extra, unsigned *value) {
    unsigned over = length - 3;
    *extra = 0;
    *value = 0;
    if (length == MOST_MATCH) {
        *symbol = 285;
    } else if (over < 8) {
        *symbol = 257 + over;
    } else {
        *extra = highest_bit(over) - 2;
        *value = over & ((1u << *extra) - 1);
        *symbol = 261 + 4 * *extra + (over >> *extra) - 4;
    }
}

static void distance_symbol(uint32_t distance, unsigned *symbol, unsigned *extra, unsigned *value) {
    uint32_t over = distance - 1;
    *extra = over < 4 ? 0 : highest_bit(over) - 1;
    *value = over & ((1u << *extra) - 1);
    *symbol = over < 2 ? over : 2 * *extra + (over >> *extra);
}

// The bytes from `place` that are those `distance` before.
static size_t match(const uint8_t *data, size_t place, size_t end, size_t distance) {
    size_t at = place;
    while (at + 8 <= end && load(data + at) == load(data + at - distance)) at += 8;
    while (at < end && data[at] == data[at - distance]) at++;
    return at - place;
}

// Divides a block. Only every 8th place is looked at; a repeat that is found there is followed in both directions.
//
// Of repeats of the same length the first distance is taken, which should be the one of the shortest code.
static void divide(struct deflater *deflater, size_t start, size_t end) {
    const uint8_t *data = deflater->data;
    size_t literals = start, place = start, count = 0;
    while (place + LEAST_MATCH <= end) {
        size_t limit = end - place < MOST_MATCH ? end : place + MOST_MATCH;
        size_t most = 0, which = 0;
        for (size_t i = 0; i < CI_DISTANCES && most < MOST_MATCH; i++) {
            size_t distance = deflater->distances.at[i];
            if (distance == 0 || distance > place) continue;
            if (load(data + place) != load(data + place - distance)) continue;
            size_t length = match(data, place, limit, distance);
            if (length > most) {
                most = length;
                which = i;
            }
        }
        if (most == 0) {
            place += 8;
            continue;
        }
        size_t distance = deflater->distances.at[which];
        while (most < MOST_MATCH && place > literals && place > distance &&
               data[place - 1] == data[place - 1 - distance]) {
            place--;
            most++;
        }
        deflater->pieces[count++] =
            (struct piece){(uint32_t)(place - literals), (uint16_t)most, (uint16_t)which};
        place += most;
        literals = place;
    }
    deflater->pieces[count++] = (struct piece){(uint32_t)(end - literals), 0, 0};
    deflater->piece_count = count;
}

// Symbols of a block and their codes.
struct alphabet {
    uint32_t literals[CI_SYMBOLS];
    uint32_t distances[DISTANCE_CODES];
    uint8_t lengths[CI_SYMBOLS + DISTANCE_CODES];
    ci_code literal_codes[CI_SYMBOLS];
    ci_code distance_codes[DISTANCE_CODES];
};

static void count_symbols(
    const struct deflater *deflater, size_t start, struct alphabet *alphabet
) {
    // Several tables, since like bytes in a row would wait for one another.
    uint32_t counts[4][256] = {{0}};
    const uint8_t *next = deflater->data + start;
    memset(alphabet, 0, sizeof *alphabet);
    for (size_t i = 0; i < deflater->piece_count; i++) {
        struct piece piece = deflater->pieces[i];
        const uint8_t *end = next + piece.literals;
        for (; end - next >= 4; next += 4) {
            counts[0][next[0]]++;
            counts[1][next[1]]++;
            counts[2][next[2]]++;
            counts[3][next[3]]++;
        }
        while (next < end) counts[0][*next++]++;
        if (piece.match == 0) continue;
        unsigned symbol, extra, value;
        length_symbol(piece.match, &symbol, &extra, &value);
        alphabet->literals[symbol]++;
        distance_symbol(deflater->distances.at[piece.distance], &symbol, &extra, &value);
        alphabet->distances[symbol]++;
        next += piece.match;
    }
    for (int i = 0; i < 256; i++) {
        alphabet->literals[i] = counts[0][i] + counts[1][i] + counts[2][i] + counts[3][i];
    }
    alphabet->literals[END_OF_BLOCK] = 1;
}

// Symbols for code lengths, RFC 1951, 3.2.7: with runs of zeros (17, 18) but none of other lengths.
struct length_symbols {
    uint8_t symbol[CI_SYMBOLS + DISTANCE_CODES];
    uint8_t value[CI_SYMBOLS + DISTANCE_CODES];
    int count;
};

static void shorten(const uint8_t *lengths, int count, struct length_symbols *out) {
    out->count = 0;
    for (int i = 0; i < count;) {
        int run = 0;
        while (i + run < count && lengths[i + run] == 0 && run < 138) run++;
        int symbol = run < 3 ? lengths[i] : run < 11 ? 17 : 18;
        out->symbol[out->count] = (uint8_t)symbol;
        out->value[out->count++] = (uint8_t)(run < 3 ? 0 : run < 11 ? run - 3 : run - 11);
        i += run < 3 ? 1 : run;
    }
}

// The head of a block: its codes.
static void write_codes(struct bits *bits, struct alphabet *alphabet, int is_last) {
    static const uint8_t order[LENGTH_CODES] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                11, 4,  12, 3, 13, 2, 14, 1, 15};
    uint8_t distance_lengths[DISTANCE_CODES];
    ci_code_lengths(alphabet->literals, CI_SYMBOLS, LONGEST_CODE, alphabet->lengths);
    ci_canonical_codes(alphabet->lengths, CI_SYMBOLS, alphabet->literal_codes);
    ci_code_lengths(alphabet->distances, DISTANCE_CODES, LONGEST_CODE, distance_lengths);
    ci_canonical_codes(distance_lengths, DISTANCE_CODES, alphabet->distance_codes);
    memcpy(alphabet->lengths + CI_SYMBOLS, distance_lengths, DISTANCE_CODES);

    struct length_symbols symbols;
    shorten(alphabet->lengths, CI_SYMBOLS + DISTANCE_CODES, &symbols);
    uint32_t frequencies[LENGTH_CODES] = {0};
    for (int i = 0; i < symbols.count; i++) frequencies[symbols.symbol[i]]++;
    uint8_t lengths[LENGTH_CODES];
    ci_code codes[LENGTH_CODES];
    ci_code_lengths(frequencies, LENGTH_CODES, LONGEST_LENGTH_CODE, lengths);
    ci_canonical_codes(lengths, LENGTH_CODES, codes);

    put(bits, (unsigned)is_last | 2 << 1, 3);
    put(bits, CI_SYMBOLS - 257, 5);
    put(bits, DISTANCE_CODES - 1, 5);
    put(bits, LENGTH_CODES - 4, 4);
    flush(bits);
    for (int i = 0; i < LENGTH_CODES; i++) {
        put(bits, lengths[order[i]], 3);
        flush(bits);
    }
    for (int i = 0; i < symbols.count; i++) {
        int symbol = symbols.symbol[i];
        put(bits, codes[symbol].bits, codes[symbol].length);
        if (symbol >= 17) put(bits, symbols.value[i], symbol == 17 ? 3 : 7);
        flush(bits);
    }
}

static void write_pieces(
    struct bits *out, const struct deflater *deflater, size_t start, const struct alphabet *alphabet
) {
    const uint8_t *next = deflater->data + start;
    const ci_code *codes = alphabet->literal_codes;
    struct bits bits = *out;
    for (size_t i = 0; i < deflater->piece_count; i++) {
        struct piece piece = deflater->pieces[i];
        const uint8_t *end = next + piece.literals;
        for (; end - next >= 4; next += 4) {
            ci_code a = codes[next[0]], b = codes[next[1]], c = codes[next[2]], d = codes[next[3]];
            uint64_t low = (uint64_t)a.bits | (uint64_t)b.bits << a.length;
            uint64_t high = (uint64_t)c.bits | (uint64_t)d.bits << c.length;
            put(&bits, low, (unsigned)a.length + b.length);
            put(&bits, high, (unsigned)c.length + d.length);
            flush(&bits);
        }
        for (; next < end; next++) {
            put(&bits, codes[*next].bits, codes[*next].length);
            flush(&bits);
        }
        if (piece.match == 0) continue;
        unsigned symbol, extra, value;
        length_symbol(piece.match, &symbol, &extra, &value);
        put(&bits, codes[symbol].bits, codes[symbol].length);
        put(&bits, value, extra);
        distance_symbol(deflater->distances.at[piece.distance], &symbol, &extra, &value);
        ci_code code = alphabet->distance_codes[symbol];
        put(&bits, code.bits, code.length);
        flush(&bits);
        put(&bits, value, extra);
        flush(&bits);
        next += piece.match;
    }
    put(&bits, codes[END_OF_BLOCK].bits, codes[END_OF_BLOCK].length);
    flush(&bits);
    *out = bits;
}

// RFC 1950, 8.2, over LANES sums of every LANES-th byte, which compilers make vectors of.
static uint32_t adler32(const uint8_t *data, size_t count) {
    // No sum of a piece passes 32 bits.
    enum { LANES = 16, PIECE = 256 * LANES, MODULUS = 65521 };
    uint32_t sum = 1, sums = 0;
    while (count > 0) {
        size_t length = count < PIECE ? count : PIECE, place = 0;
        uint32_t own[LANES] = {0}, running[LANES] = {0}, total = 0, weighted = 0;
        for (; place + LANES <= length; place += LANES) {
            for (int i = 0; i < LANES; i++) {
                running[i] += own[i];
                own[i] += data[place + (size_t)i];
            }
        }
        for (int i = 0; i < LANES; i++) {
            total += own[i];
            weighted += LANES * running[i] + (uint32_t)(LANES - i) * own[i];
        }
        sums = (uint32_t)((sums + (uint64_t)sum * place + weighted) % MODULUS);
        sum += total;
        for (; place < length; place++) {
            sum += data[place];
            sums += sum % MODULUS;
        }
        sum %= MODULUS;
        sums %= MODULUS;
        data += length;
        count -= length;
    }
    return sums << 16 | sum;
}

int ci_deflate(const uint8_t *data, size_t count, ci_distances distances, ci_bytes *out) {
    struct deflater deflater = {.data = data, .distances = distances, .out = out};
    size_t most = count < BLOCK ? count : BLOCK;
    deflater.pieces = malloc((most / LEAST_MATCH + 1) * sizeof *deflater.pieces);
    if (deflater.pieces == NULL) return 0;
    struct bits bits = {0};
    int is_whole = ci_bytes_reserve(out, 16);
    if (is_whole) {
        // Deflate with a window of 32 KiB, fastest.
        out->data[out->count++] = 0x78;
        out->data[out->count++] = 0x01;
    }
    for (size_t start = 0; is_whole; start += BLOCK) {
        size_t length = count - start < BLOCK ? count - start : BLOCK;
        int is_last = start + length == count;
        // No symbol takes more than two bytes for a byte of the data.
        is_whole = ci_bytes_reserve(out, 2 * length + 1024);
        if (!is_whole) break;
        bits.next = out->data + out->count;
        struct alphabet alphabet;
        divide(&deflater, start, start + length);
        count_symbols(&deflater, start, &alphabet);
        write_codes(&bits, &alphabet, is_last);
        write_pieces(&bits, &deflater, start, &alphabet);
        out->count = (size_t)(bits.next - out->data);
        if (is_last) break;
    }
    free(deflater.pieces);
    if (!is_whole || !ci_bytes_reserve(out, 16)) return 0;
    if (bits.used > 0) out->data[out->count++] = (uint8_t)bits.word;
    uint32_t sum = adler32(data, count);
    for (int shift = 24; shift >= 0; shift -= 8) out->data[out->count++] = (uint8_t)(sum >> shift);
    return 1;
}
