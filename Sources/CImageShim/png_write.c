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

static ci_status run(
    struct writer *writer, const uint8_t *levels, uint32_t width, uint32_t height,
    uint32_t channels, int compression
) {
    if (setjmp(writer->place)) return writer->status;
    writer->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, writer, on_error, on_warning);
    if (writer->png != NULL) writer->info = png_create_info_struct(writer->png);
    if (writer->info == NULL) {
        snprintf(writer->message, CI_MESSAGE, "no memory for the PNG writer");
        return CI_NO_MEMORY;
    }
    png_structp png = writer->png;
    int colour = channels == 1 ? PNG_COLOR_TYPE_GRAY
        : channels == 3        ? PNG_COLOR_TYPE_RGB
                               : PNG_COLOR_TYPE_RGB_ALPHA;
    png_set_write_fn(png, writer, on_write, on_flush);
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_compression_level(png, compression);
    png_set_IHDR(
        png, writer->info, width, height, 8, colour, PNG_INTERLACE_NONE,
        PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, writer->info);
    for (uint32_t y = 0; y < height; y++) {
        png_write_row(png, levels + (size_t)y * width * channels);
    }
    png_write_end(png, writer->info);
    return CI_OK;
}

ci_status ci_png_encode(
    const uint8_t *levels, uint32_t width, uint32_t height, uint32_t channels, int compression,
    ci_bytes *bytes, char *message
) {
    struct writer writer = {.bytes = bytes, .message = message};
    message[0] = 0;
    *bytes = (ci_bytes){0};
    ci_status status = run(&writer, levels, width, height, channels, compression);
    png_destroy_write_struct(&writer.png, &writer.info);
    if (status != CI_OK) ci_bytes_free(bytes);
    return status;
}
