#include "CImageShim.h"
#include "bytes.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
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

static ci_status run(
    struct writer *writer, const struct picture *picture, ci_png_style style
) {
    static const int filters[] = {
        [CI_FILTER_ADAPTIVE] = PNG_ALL_FILTERS,
        [CI_FILTER_NONE] = PNG_FILTER_NONE,
        [CI_FILTER_SUB] = PNG_FILTER_SUB,
        [CI_FILTER_UP] = PNG_FILTER_UP,
    };
    if (setjmp(writer->place)) return writer->status;
    writer->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, writer, on_error, on_warning);
    if (writer->png != NULL) writer->info = png_create_info_struct(writer->png);
    if (writer->info == NULL) {
        snprintf(writer->message, CI_MESSAGE, "no memory for the PNG writer");
        return CI_NO_MEMORY;
    }
    png_structp png = writer->png;
    int colour = picture->palette != NULL ? PNG_COLOR_TYPE_PALETTE
        : picture->channels == 1          ? PNG_COLOR_TYPE_GRAY
        : picture->channels == 3          ? PNG_COLOR_TYPE_RGB
                                          : PNG_COLOR_TYPE_RGB_ALPHA;
    png_set_write_fn(png, writer, on_write, on_flush);
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_compression_level(png, style.compression);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, filters[style.filter]);
    png_set_IHDR(
        png, writer->info, picture->width, picture->height, 8, colour, PNG_INTERLACE_NONE,
        PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (picture->palette != NULL) set_palette(writer, picture);
    png_write_info(png, writer->info);
    for (uint32_t y = 0; y < picture->height; y++) {
        png_write_row(png, picture->levels + (size_t)y * picture->width * picture->channels);
    }
    png_write_end(png, writer->info);
    return CI_OK;
}

static ci_status encode(
    const struct picture *picture, ci_png_style style, ci_bytes *bytes, char *message
) {
    struct writer writer = {.bytes = bytes, .message = message};
    message[0] = 0;
    *bytes = (ci_bytes){0};
    ci_status status = run(&writer, picture, style);
    png_destroy_write_struct(&writer.png, &writer.info);
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
    uint32_t colours, ci_png_style style, ci_bytes *bytes, char *message
) {
    struct picture picture = {indices, width, height, 1, palette, colours};
    return encode(&picture, style, bytes, message);
}
