#include "CImageShim.h"
#include "colour.h"
#include "stopwatch.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Owned by a function that calls the ones with setjmp, so that a jump leaves every field defined.
struct ci_png_reader {
    jmp_buf place;
    png_structp png;
    png_infop info;
    // The file, for the time of one call.
    const uint8_t *data;
    size_t size;
    // The bytes that were taken from it.
    size_t taken;
    ci_request request;
    ci_status status;
    char message[CI_MESSAGE];
    // One row, or the whole image when it is interlaced and needs conversion.
    uint8_t *scratch;
    // Channels that libpng delivers, alpha included.
    uint32_t from;
    // Passes over the image; 1 unless it is interlaced.
    int passes;
    // Rows that hold decoded pixels, and rows that the caller has got.
    uint32_t rows, given;
    ci_stopwatch watch;
};

static void on_error(png_structp png, png_const_charp text) {
    ci_png_reader *reader = png_get_error_ptr(png);
    if (reader->status == CI_OK) reader->status = CI_MALFORMED;
    snprintf(reader->message, CI_MESSAGE, "%s", text);
    longjmp(reader->place, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
    ci_png_reader *reader = png_get_error_ptr(png);
    if (!(reader->request.refused & CI_DAMAGE_WARNED)) return;
    reader->status = CI_WARNED;
    snprintf(reader->message, CI_MESSAGE, "%s", text);
    longjmp(reader->place, 1);
}

static void on_read(png_structp png, png_bytep target, size_t count) {
    ci_png_reader *reader = png_get_io_ptr(png);
    if (count > reader->size - reader->taken) {
        reader->status = CI_TRUNCATED;
        png_error(png, "the data end early");
    }
    memcpy(target, reader->data + reader->taken, count);
    reader->taken += count;
}

static png_voidp on_allocate(png_structp png, png_alloc_size_t size) {
    ci_png_reader *reader = png_get_mem_ptr(png);
    void *memory = malloc(size);
    if (memory == NULL) reader->status = CI_NO_MEMORY;
    return memory;
}

static void on_free(png_structp png, png_voidp memory) {
    (void)png;
    free(memory);
}

static void lend(ci_png_reader *reader, const uint8_t *data, size_t size) {
    reader->data = data;
    reader->size = size;
}

// Takes the file back, and says how the call ended.
static ci_status leave(ci_png_reader *reader, char *message) {
    lend(reader, NULL, 0);
    memcpy(message, reader->message, CI_MESSAGE);
    return reader->status;
}

static void clear(ci_png_reader *reader) {
    free(reader->scratch);
    png_destroy_read_struct(&reader->png, &reader->info, NULL);
}

// Reads up to the image data. Called under setjmp.
static void read_info(ci_png_reader *reader) {
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

// The end of a step without an error, whatever libpng got no memory for and went on without.
static ci_status done(ci_png_reader *reader) {
    reader->status = CI_OK;
    return CI_OK;
}

static void run_header(ci_png_reader *reader, ci_header *header) {
    if (setjmp(reader->place)) return;
    read_info(reader);
    int colour = png_get_color_type(reader->png, reader->info) & PNG_COLOR_MASK_COLOR;
    header->width = png_get_image_width(reader->png, reader->info);
    header->height = png_get_image_height(reader->png, reader->info);
    header->channels = colour ? 3 : 1;
    header->bit_depth = png_get_bit_depth(reader->png, reader->info);
    header->interlaced =
        png_get_interlace_type(reader->png, reader->info) != PNG_INTERLACE_NONE;
    done(reader);
}

ci_status ci_png_header(const uint8_t *data, size_t size, ci_header *header, char *message) {
    ci_png_reader reader = {0};
    lend(&reader, data, size);
    run_header(&reader, header);
    clear(&reader);
    return leave(&reader, message);
}

static void allocate_scratch(ci_png_reader *reader, size_t size) {
    reader->scratch = malloc(size);
    if (reader->scratch != NULL) return;
    reader->status = CI_NO_MEMORY;
    png_error(reader->png, "no memory for the rows");
}

static void check_time(ci_png_reader *reader) {
    if (!ci_stopwatch_is_over(&reader->watch)) return;
    reader->status = CI_TOO_SLOW;
    png_error(reader->png, "decoding takes longer than the limit");
}

// Reads up to the image data and sets up what rows are to be.
static ci_status run_start(ci_png_reader *reader) {
    if (setjmp(reader->place)) return reader->status;
    read_info(reader);
    png_structp png = reader->png;
    png_infop info = reader->info;
    if (png_get_image_width(png, info) != reader->request.width
        || png_get_image_height(png, info) != reader->request.height) {
        png_error(png, "the size is not the requested one");
    }
    if (png_get_bit_depth(png, info) == 16) png_set_scale_16(png);
    png_set_expand(png);
    reader->passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    reader->from = png_get_channels(png, info);
    if (png_get_rowbytes(png, info) != (size_t)reader->request.width * reader->from) {
        png_error(png, "the rows don't have 8 bits a sample");
    }
    return done(reader);
}

// Reads the next rows of an image that is not interlaced.
static ci_status run_rows(ci_png_reader *reader, uint32_t count, uint8_t *levels) {
    if (setjmp(reader->place)) return reader->status;
    size_t width = reader->request.width;
    uint32_t channels = reader->request.channels;
    int direct = reader->from == channels;
    if (!direct && reader->scratch == NULL) allocate_scratch(reader, width * reader->from);
    for (uint32_t y = 0; y < count; y++) {
        uint8_t *target = levels + y * width * channels;
        png_read_row(reader->png, direct ? target : reader->scratch, NULL);
        if (!direct) ci_convert_row(reader->scratch, reader->from, target, channels, width);
        reader->rows++;
        check_time(reader);
    }
    return done(reader);
}

// Seven passes from coarse blocks to single pixels, over the whole image each.
static ci_status run_passes(ci_png_reader *reader, uint8_t *levels) {
    if (setjmp(reader->place)) return reader->status;
    uint32_t height = reader->request.height;
    size_t stride = (size_t)reader->request.width * reader->from;
    uint8_t *image = levels;
    if (reader->from != reader->request.channels) {
        allocate_scratch(reader, stride * height);
        image = reader->scratch;
    }
    memset(image, CI_MISSING_LEVEL, stride * height);
    for (int pass = 0; pass < reader->passes; pass++) {
        for (uint32_t y = 0; y < height; y++) {
            png_read_row(reader->png, NULL, image + y * stride);
            if (y + 1 > reader->rows) reader->rows = y + 1;
            check_time(reader);
        }
    }
    return done(reader);
}

// Reads what follows the image data.
static ci_status run_end(ci_png_reader *reader) {
    if (setjmp(reader->place)) return reader->status;
    png_read_end(reader->png, NULL);
    return done(reader);
}

// Whether the rows before an error are wanted, and there are some.
static int keeps_part(const ci_png_reader *reader) {
    if (reader->status == CI_OK) return 1;
    return reader->status != CI_TOO_SLOW && reader->request.refused == 0 && reader->rows > 0;
}

ci_status ci_png_pixels(
    const uint8_t *data, size_t size, const ci_request *request, uint8_t *levels, size_t capacity,
    uint32_t *rows, char *message
) {
    ci_png_reader reader = {.request = *request};
    reader.watch = ci_stopwatch_start(request->maximum_nanoseconds);
    lend(&reader, data, size);
    ci_status status = run_start(&reader);
    if (status == CI_OK && capacity / request->channels / request->width < request->height) {
        status = reader.status = CI_MALFORMED;
        snprintf(reader.message, CI_MESSAGE, "the image is larger than the buffer");
    }
    if (status == CI_OK) {
        status = reader.passes > 1 ? run_passes(&reader, levels)
                                   : run_rows(&reader, request->height, levels);
    }
    if (status == CI_OK) run_end(&reader);
    *rows = reader.rows;
    size_t stride = (size_t)request->width * request->channels;
    if (keeps_part(&reader)) {
        if (reader.passes > 1 && reader.scratch != NULL) {
            ci_convert_row(
                reader.scratch, reader.from, levels, request->channels,
                (size_t)request->width * reader.rows);
        }
        memset(
            levels + stride * reader.rows, CI_MISSING_LEVEL,
            stride * (request->height - reader.rows));
    }
    clear(&reader);
    return leave(&reader, message);
}

ci_status ci_png_open(
    const uint8_t *data, size_t size, const ci_request *request, ci_png_reader **opened,
    char *message
) {
    *opened = NULL;
    ci_png_reader *reader = calloc(1, sizeof(ci_png_reader));
    if (reader == NULL) {
        snprintf(message, CI_MESSAGE, "no memory for the PNG reader");
        return CI_NO_MEMORY;
    }
    reader->request = *request;
    reader->watch = ci_stopwatch_start(request->maximum_nanoseconds);
    lend(reader, data, size);
    if (run_start(reader) == CI_OK && reader->passes > 1) {
        reader->status = CI_UNSUPPORTED;
        snprintf(reader->message, CI_MESSAGE, "an interlaced PNG has no rows before its last pass");
    }
    ci_stopwatch_stop(&reader->watch);
    ci_status status = leave(reader, message);
    if (status == CI_OK) {
        *opened = reader;
    } else {
        ci_png_close(reader);
    }
    return status;
}

ci_status ci_png_rows(
    ci_png_reader *reader, const uint8_t *data, size_t size, uint32_t count, uint8_t *levels,
    size_t capacity, uint32_t *rows, char *message
) {
    size_t stride = (size_t)reader->request.width * reader->request.channels;
    uint32_t height = reader->request.height;
    *rows = reader->rows;
    if (!keeps_part(reader)) return leave(reader, message);
    if (count > height - reader->given || capacity / stride < count) {
        snprintf(message, CI_MESSAGE, "more rows than there are or fit");
        return CI_MALFORMED;
    }
    uint32_t before = reader->given;
    // After an error, or its end, libpng can't go on.
    if (reader->status == CI_OK && count > 0) {
        ci_stopwatch_go_on(&reader->watch);
        lend(reader, data, size);
        ci_status status = run_rows(reader, count, levels);
        if (status == CI_OK && reader->rows == height) run_end(reader);
        ci_stopwatch_stop(&reader->watch);
    }
    *rows = reader->rows;
    if (keeps_part(reader)) {
        reader->given += count;
        uint32_t decoded = reader->rows > before ? reader->rows - before : 0;
        memset(levels + stride * decoded, CI_MISSING_LEVEL, stride * (count - decoded));
    }
    return leave(reader, message);
}

void ci_png_close(ci_png_reader *reader) {
    if (reader == NULL) return;
    clear(reader);
    free(reader);
}
