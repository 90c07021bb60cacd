#include "CImageShim.h"
#include "bytes.h"
#include "deflate.h"
#include "png_filter.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct writer {
    jmp_buf place;
    png_structp png;
    png_infop info;
    ci_bytes *bytes;
    ci_status status;
    char *message;
};

static void on_error(png_structp png, png_const_charp text) {
    struct writer *writer = png_get_error_ptr(png);
    if (writer->status == CI_OK) writer->status = CI_MALFORMED;
    snprintf(writer->message, CI_MESSAGE, "%s", text);
    longjmp(writer->place, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
}

static void on_write(png_structp png, png_bytep source, size_t count) {
    struct writer *writer = png_get_io_ptr(png);
    if (!ci_bytes_reserve(writer->bytes, count)) {
        writer->status = CI_NO_MEMORY;
        png_error(png, "no memory for the encoded bytes");
    }
    memcpy(writer->bytes->data + writer->bytes->count, source, count);
    writer->bytes->count += count;
}

static void on_flush(png_structp png) { (void)png; }

// What is written: direct levels, or indices where there is a palette.
struct picture {
    const uint8_t *levels;
    uint32_t width, height, channels;
    const uint8_t *palette;
    uint32_t colours;
};

static void set_palette(struct writer *writer, const struct picture *picture) {
    png_color entries[256];
    png_byte alpha[256];
    int transparent = 0;
    for (uint32_t i = 0; i < picture->colours; i++) {
        const uint8_t *entry = picture->palette + 4 * i;
        entries[i] = (png_color){entry[0], entry[1], entry[2]};
        alpha[i] = entry[3];
        // Entries after the last one in tRNS are opaque.
        if (entry[3] != 255) transparent = (int)i + 1;
    }
    png_set_PLTE(writer->png, writer->info, entries, (int)picture->colours);
    if (transparent > 0) png_set_tRNS(writer->png, writer->info, alpha, transparent, NULL);
}

// The chunks before the image data.
static void write_head(struct writer *writer, const struct picture *picture) {
    int colour = picture->palette != NULL ? PNG_COLOR_TYPE_PALETTE
        : picture->channels == 1          ? PNG_COLOR_TYPE_GRAY
        : picture->channels == 3          ? PNG_COLOR_TYPE_RGB
                                          : PNG_COLOR_TYPE_RGB_ALPHA;
    png_set_write_fn(writer->png, writer, on_write, on_flush);
    png_set_user_limits(writer->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_IHDR(
        writer->png, writer->info, picture->width, picture->height, 8, colour, PNG_INTERLACE_NONE,
        PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (picture->palette != NULL) set_palette(writer, picture);
    png_write_info(writer->png, writer->info);
}

static void write_rows(struct writer *writer, const struct picture *picture) {
    size_t length = (size_t)picture->width * picture->channels;
    for (uint32_t y = 0; y < picture->height; y++) {
        png_write_row(writer->png, picture->levels + y * length);
    }
    png_write_end(writer->png, writer->info);
}

// All rows through the Paeth filter, each with the filter's number before it; NULL without memory.
static uint8_t *filtered_rows(const struct picture *picture) {
    size_t length = (size_t)picture->width * picture->channels;
    uint8_t *rows = malloc((length + 1) * picture->height), *none = calloc(length, 1);
    for (uint32_t y = 0; y < picture->height && rows != NULL && none != NULL; y++) {
        const uint8_t *row = picture->levels + y * length;
        uint8_t *out = rows + y * (length + 1);
        *out = PNG_FILTER_VALUE_PAETH;
        ci_png_paeth(row, y > 0 ? row - length : none, length, picture->channels, out + 1);
    }
    if (none == NULL) {
        free(rows);
        rows = NULL;
    }
    free(none);
    return rows;
}

// The image data as one zlib stream that is not zlib's; 0 without memory.
static int deflate_rows(const struct picture *picture, uint32_t repeat, ci_bytes *stream) {
    enum { WINDOW = 1 << 15 };
    size_t length = (size_t)picture->width * picture->channels + 1;
    size_t beside = (size_t)repeat * picture->channels;
    uint8_t *rows = filtered_rows(picture);
    if (rows == NULL) return 0;
    ci_distances distances = {{
        1,
        length <= WINDOW ? (uint32_t)length : 0,
        beside <= WINDOW ? (uint32_t)beside : 0,
    }};
    int is_whole = ci_deflate(rows, length * picture->height, distances, stream);
    free(rows);
    return is_whole;
}

// Chunks hold at most 2^31 - 1 bytes.
static void write_stream(struct writer *writer, const ci_bytes *stream) {
    enum { CHUNK = 1 << 30 };
    for (size_t start = 0; start < stream->count; start += CHUNK) {
        size_t rest = stream->count - start;
        png_write_chunk(
            writer->png, (png_const_bytep) "IDAT", stream->data + start,
            rest < CHUNK ? rest : CHUNK);
    }
    png_write_chunk(writer->png, (png_const_bytep) "IEND", NULL, 0);
}

// With `stream`, which is image data that is compressed already, the style is not looked at.
static ci_status run(
    struct writer *writer, const struct picture *picture, ci_png_style style,
    const ci_bytes *stream
) {
    if (setjmp(writer->place)) return writer->status;
    writer->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, writer, on_error, on_warning);
    if (writer->png != NULL) writer->info = png_create_info_struct(writer->png);
    if (writer->info == NULL) {
        snprintf(writer->message, CI_MESSAGE, "no memory for the PNG writer");
        return CI_NO_MEMORY;
    }
    if (stream == NULL) png_set_compression_level(writer->png, style.compression);
    write_head(writer, picture);
    if (stream != NULL) {
        write_stream(writer, stream);
    } else {
        write_rows(writer, picture);
    }
    return CI_OK;
}

static ci_status encode(
    const struct picture *picture, ci_png_style style, ci_bytes *bytes, char *message
) {
    struct writer writer = {.bytes = bytes, .message = message};
    ci_bytes stream = {0};
    ci_status status = CI_OK;
    message[0] = 0;
    *bytes = (ci_bytes){0};
    if (style.is_quick && !deflate_rows(picture, style.repeat, &stream)) {
        snprintf(message, CI_MESSAGE, "no memory for the compressed image");
        status = CI_NO_MEMORY;
    }
    if (status == CI_OK) status = run(&writer, picture, style, style.is_quick ? &stream : NULL);
    png_destroy_write_struct(&writer.png, &writer.info);
    ci_bytes_free(&stream);
    if (status != CI_OK) ci_bytes_free(bytes);
    return status;
}

ci_status ci_png_encode(
    const uint8_t *levels, uint32_t width, uint32_t height, uint32_t channels, ci_png_style style,
    ci_bytes *bytes, char *message
) {
    struct picture picture = {levels, width, height, channels, NULL, 0};
    return encode(&picture, style, bytes, message);
}

ci_status ci_png_encode_indexed(
    const uint8_t *indices, uint32_t width, uint32_t height, const uint8_t *palette,
    uint32_t colours, ci_bytes *bytes, char *message
) {
    struct picture picture = {indices, width, height, 1, palette, colours};
    ci_png_style style = {.is_quick = 1};
    return encode(&picture, style, bytes, message);
}
