#include "CImageShim.h"
#include "colour.h"
#include "stopwatch.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Owned by the function that calls the one with setjmp, so that a jump leaves every field defined.
struct reader {
    jmp_buf place;
    png_structp png;
    png_infop info;
    const uint8_t *next;
    size_t left;
    ci_status status;
    uint32_t refused;
    char *message;
    // One row, or the whole image when it is interlaced and needs conversion.
    uint8_t *scratch;
    // Channels that libpng delivers, alpha included.
    uint32_t from;
    uint32_t rows;
    int interlaced;
    ci_stopwatch watch;
};

static void on_error(png_structp png, png_const_charp text) {
    struct reader *reader = png_get_error_ptr(png);
    if (reader->status == CI_OK) reader->status = CI_MALFORMED;
    snprintf(reader->message, CI_MESSAGE, "%s", text);
    longjmp(reader->place, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
    struct reader *reader = png_get_error_ptr(png);
    if (!(reader->refused & CI_DAMAGE_WARNED)) return;
    reader->status = CI_WARNED;
    snprintf(reader->message, CI_MESSAGE, "%s", text);
    longjmp(reader->place, 1);
}

static void on_read(png_structp png, png_bytep target, size_t count) {
    struct reader *reader = png_get_io_ptr(png);
    if (count > reader->left) {
        reader->status = CI_TRUNCATED;
        png_error(png, "the data end early");
    }
    memcpy(target, reader->next, count);
    reader->next += count;
    reader->left -= count;
}

static png_voidp on_allocate(png_structp png, png_alloc_size_t size) {
    struct reader *reader = png_get_mem_ptr(png);
    void *memory = malloc(size);
    if (memory == NULL) reader->status = CI_NO_MEMORY;
    return memory;
}

static void on_free(png_structp png, png_voidp memory) {
    (void)png;
    free(memory);
}

static void open_reader(struct reader *reader, const uint8_t *data, size_t size, char *message) {
    *reader = (struct reader){.next = data, .left = size, .message = message};
    message[0] = 0;
}

static void close_reader(struct reader *reader) {
    free(reader->scratch);
    png_destroy_read_struct(&reader->png, &reader->info, NULL);
}

// Reads up to the image data. Called under setjmp.
static void read_info(struct reader *reader) {
    reader->png = png_create_read_struct_2(
        PNG_LIBPNG_VER_STRING, reader, on_error, on_warning, reader, on_allocate, on_free);
    if (reader->png != NULL) reader->info = png_create_info_struct(reader->png);
    if (reader->info == NULL) {
        reader->status = CI_NO_MEMORY;
        snprintf(reader->message, CI_MESSAGE, "no memory for the PNG reader");
        longjmp(reader->place, 1);
    }
    png_set_read_fn(reader->png, reader, on_read);
    // The caller checks the size against its own limits between header and pixels.
    png_set_user_limits(reader->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_chunk_malloc_max(reader->png, 8u << 20);
    png_set_chunk_cache_max(reader->png, 100);
#ifdef PNG_HANDLE_AS_UNKNOWN_SUPPORTED
    // Skip profiles and text unread: no pixel depends on them, and they are compressed. (A negative
    // count means every ancillary chunk but tRNS.)
    png_set_keep_unknown_chunks(reader->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
#endif
    png_read_info(reader->png, reader->info);
}

static ci_status run_header(struct reader *reader, ci_header *header) {
    if (setjmp(reader->place)) return reader->status;
    read_info(reader);
    int colour = png_get_color_type(reader->png, reader->info) & PNG_COLOR_MASK_COLOR;
    header->width = png_get_image_width(reader->png, reader->info);
    header->height = png_get_image_height(reader->png, reader->info);
    header->channels = colour ? 3 : 1;
    header->bit_depth = png_get_bit_depth(reader->png, reader->info);
    return CI_OK;
}

ci_status ci_png_header(const uint8_t *data, size_t size, ci_header *header, char *message) {
    struct reader reader;
    open_reader(&reader, data, size, message);
    ci_status status = run_header(&reader, header);
    close_reader(&reader);
    return status;
}

static void allocate_scratch(struct reader *reader, size_t size) {
    reader->scratch = malloc(size);
    if (reader->scratch != NULL) return;
    reader->status = CI_NO_MEMORY;
    png_error(reader->png, "no memory for the rows");
}

static void check_time(struct reader *reader) {
    if (!ci_stopwatch_is_over(&reader->watch)) return;
    reader->status = CI_TOO_SLOW;
    png_error(reader->png, "decoding takes longer than the limit");
}

static void read_sequential(
    struct reader *reader, const ci_request *request, uint8_t *levels
) {
    size_t width = request->width;
    int direct = reader->from == request->channels;
    if (!direct) allocate_scratch(reader, width * reader->from);
    for (uint32_t y = 0; y < request->height; y++) {
        uint8_t *target = levels + y * width * request->channels;
        png_read_row(reader->png, direct ? target : reader->scratch, NULL);
        if (!direct) {
            ci_convert_row(reader->scratch, reader->from, target, request->channels, width);
        }
        reader->rows = y + 1;
        check_time(reader);
    }
}

// Seven passes from coarse blocks to single pixels, over the whole image each.
static void read_interlaced(
    struct reader *reader, const ci_request *request, uint8_t *levels, int passes
) {
    size_t stride = (size_t)request->width * reader->from;
    uint8_t *image = levels;
    if (reader->from != request->channels) {
        allocate_scratch(reader, stride * request->height);
        image = reader->scratch;
    }
    memset(image, CI_MISSING_LEVEL, stride * request->height);
    for (int pass = 0; pass < passes; pass++) {
        for (uint32_t y = 0; y < request->height; y++) {
            png_read_row(reader->png, NULL, image + y * stride);
            if (y + 1 > reader->rows) reader->rows = y + 1;
            check_time(reader);
        }
    }
}

static ci_status run_pixels(
    struct reader *reader, const ci_request *request, uint8_t *levels, size_t capacity
) {
    if (setjmp(reader->place)) return reader->status;
    read_info(reader);
    png_structp png = reader->png;
    png_infop info = reader->info;
    if (png_get_image_width(png, info) != request->width
        || png_get_image_height(png, info) != request->height
        || capacity / request->channels / request->width < request->height) {
        png_error(png, "the size is not the requested one");
    }
    if (png_get_bit_depth(png, info) == 16) png_set_scale_16(png);
    png_set_expand(png);
    int passes = png_set_interlace_handling(png);
    reader->interlaced = passes > 1;
    png_read_update_info(png, info);
    reader->from = png_get_channels(png, info);
    if (png_get_rowbytes(png, info) != (size_t)request->width * reader->from) {
        png_error(png, "the rows don't have 8 bits a sample");
    }
    if (reader->interlaced) {
        read_interlaced(reader, request, levels, passes);
    } else {
        read_sequential(reader, request, levels);
    }
    png_read_end(png, NULL);
    return CI_OK;
}

ci_status ci_png_pixels(
    const uint8_t *data, size_t size, const ci_request *request, uint8_t *levels, size_t capacity,
    uint32_t *rows, char *message
) {
    struct reader reader;
    open_reader(&reader, data, size, message);
    reader.refused = request->refused;
    reader.watch = ci_stopwatch_start(request->maximum_nanoseconds);
    ci_status status = run_pixels(&reader, request, levels, capacity);
    *rows = reader.rows;
    size_t stride = (size_t)request->width * request->channels;
    if (status == CI_OK || (request->refused == 0 && reader.rows > 0)) {
        if (reader.interlaced && reader.scratch != NULL) {
            ci_convert_row(
                reader.scratch, reader.from, levels, request->channels,
                (size_t)request->width * reader.rows);
        }
        memset(
            levels + stride * reader.rows, CI_MISSING_LEVEL,
            stride * (request->height - reader.rows));
    }
    close_reader(&reader);
    return status;
}
