#ifndef CIMAGESHIM_H
#define CIMAGESHIM_H

// libpng and libjpeg behind plain calls. Both libraries report errors by longjmp; every jump starts
// and ends inside one of the functions below. Input is a whole file in memory; pixels go to the
// caller's buffer; encoded bytes come back in a ci_bytes that the caller frees.

#include <stddef.h>
#include <stdint.h>

/// The size of every message buffer, the final zero included.
#define CI_MESSAGE 256

/// The level that stands for pixels that a damaged file didn't deliver.
#define CI_MISSING_LEVEL 128

/// How a call ended.
typedef enum ci_status {
    CI_OK = 0,
    /// The file breaks its format's rules.
    CI_MALFORMED,
    /// The bytes end before the image does.
    CI_TRUNCATED,
    /// The codec warned and the request refuses warnings.
    CI_WARNED,
    /// A valid file of a kind that is not read: arithmetic coding, 12 bits, lossless JPEG.
    CI_UNSUPPORTED,
    /// More scans than the request allows.
    CI_TOO_MANY_SCANS,
    /// More processor time than the request allows.
    CI_TOO_SLOW,
    /// No memory, or more than the request allows.
    CI_NO_MEMORY
} ci_status;

/// What a codec can find wrong and still go on; the bits of ci_request.refused.
typedef enum ci_damage {
    /// The bytes end early.
    CI_DAMAGE_ENDED = 1,
    /// Compressed data were skipped or invented.
    CI_DAMAGE_LOST = 2,
    /// Any other warning.
    CI_DAMAGE_WARNED = 4
} ci_damage;

/// What the header says.
typedef struct ci_header {
    /// The stored size in pixels.
    uint32_t width, height;
    /// 1 (grey) or 3 (colour), after conversion.
    uint32_t channels;
    /// Bits per stored sample.
    uint32_t bit_depth;
    /// Whether a PNG comes in passes over the whole image.
    int interlaced;
} ci_header;

/// What the caller wants decoded.
typedef struct ci_request {
    /// The size of the result in pixels; a file that would give another size is malformed.
    uint32_t width, height;
    /// 1 (grey) or 3 (red, green, blue).
    uint32_t channels;
    /// 1, 2, 4 or 8: each side is divided by it, rounding up (JPEG only).
    uint32_t reduction;
    /// Bits of ci_damage that end the decoding. 0 also asks for the rows before an error.
    uint32_t refused;
    /// The most scans of a progressive JPEG.
    uint32_t maximum_scans;
    /// The most bytes that libjpeg may allocate.
    size_t maximum_memory;
    /// The most processor time of the calling thread, looked at once a row; 0 is no limit.
    uint64_t maximum_nanoseconds;
} ci_request;

/// How a PNG is written.
typedef struct ci_png_style {
    /// zlib's level.
    int compression;
    /// Not by zlib, but by ci_deflate after the Paeth filter; the level is not looked at.
    int is_quick;
    /// When quick: the pixels after which parts of rows come again, or 0.
    uint32_t repeat;
} ci_png_style;

/// Encoded bytes, owned by the caller: release with ci_bytes_free.
typedef struct ci_bytes {
    uint8_t *data;
    size_t count, capacity;
} ci_bytes;

/// Reads a PNG's chunks up to the image data. `message` holds CI_MESSAGE bytes.
ci_status ci_png_header(const uint8_t *data, size_t size, ci_header *header, char *message);

/// Decodes a PNG into width * height * channels bytes at `levels`, alpha over white.
///
/// `rows` is set to the number of rows that hold decoded pixels. When the request refuses nothing
/// and at least one row was decoded, the others hold CI_MISSING_LEVEL even if the call fails, but for CI_TOO_SLOW.
ci_status ci_png_pixels(
    const uint8_t *data, size_t size, const ci_request *request, uint8_t *levels, size_t capacity,
    uint32_t *rows, char *message);

/// A PNG that is decoded some rows at a time; released by ci_png_close.
typedef struct ci_png_reader ci_png_reader;

/// Reads up to the image data of a PNG that is not interlaced, as ci_png_pixels does.
///
/// `opened` is set to NULL unless the call succeeds. The bytes are not kept.
ci_status ci_png_open(
    const uint8_t *data, size_t size, const ci_request *request, ci_png_reader **opened,
    char *message);

/// Decodes the next `count` rows to `levels`; the last ones with what follows the image data.
///
/// `data` must hold the bytes that the reader was opened on. `rows` is set to the number of rows of the image, counted
/// from its first one, that hold decoded pixels. All calls after an error end with it. When the request refuses nothing and at
/// least one row was decoded, the others hold CI_MISSING_LEVEL even if the call fails, but for CI_TOO_SLOW. The request's time
/// is that of all calls.
ci_status ci_png_rows(
    ci_png_reader *reader, const uint8_t *data, size_t size, uint32_t count, uint8_t *levels,
    size_t capacity, uint32_t *rows, char *message);

/// Releases a reader; does nothing for NULL.
void ci_png_close(ci_png_reader *reader);

/// Encodes 8-bit pixels as PNG; `channels` is 1 (grey), 3 (RGB) or 4 (RGBA).
ci_status ci_png_encode(
    const uint8_t *levels, uint32_t width, uint32_t height, uint32_t channels, ci_png_style style,
    ci_bytes *bytes, char *message);

/// Encodes one byte per pixel as a quick PNG with a palette of `colours` entries, red, green, blue and alpha each.
///
/// Entries that are opaque should come last, since the alpha of those need not be stored.
ci_status ci_png_encode_indexed(
    const uint8_t *indices, uint32_t width, uint32_t height, const uint8_t *palette,
    uint32_t colours, ci_bytes *bytes, char *message);

/// Reads a JPEG's markers up to the first scan.
ci_status ci_jpeg_header(const uint8_t *data, size_t size, ci_header *header, char *message);

/// Decodes a JPEG; parameters and guarantees as ci_png_pixels.
ci_status ci_jpeg_pixels(
    const uint8_t *data, size_t size, const ci_request *request, uint8_t *levels, size_t capacity,
    uint32_t *rows, char *message);

/// Encodes 8-bit pixels as baseline JPEG; `channels` is 1 (grey) or 3 (RGB).
///
/// `full_chroma` is 1 to store colour at every pixel, 0 for every second one in both directions.
ci_status ci_jpeg_encode(
    const uint8_t *levels, uint32_t width, uint32_t height, uint32_t channels, int quality,
    int full_chroma, ci_bytes *bytes, char *message);

/// Releases the bytes; does nothing for an empty ci_bytes.
void ci_bytes_free(ci_bytes *bytes);

#endif
