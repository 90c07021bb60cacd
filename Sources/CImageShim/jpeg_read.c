#include "CImageShim.h"
#include "colour.h"
#include "stopwatch.h"

// jpeglib.h uses size_t and FILE without including them.
#include <stddef.h>
#include <stdio.h>

#include <jerror.h>
#include <jpeglib.h>
#include <limits.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

// Cameras pad their scans with a few bytes; more than this before a marker are pixels that were not
// decoded.
enum { padding_bytes = 64 };

// Owned by the function that calls the one with setjmp, so that a jump leaves every field defined.
struct reader {
    // First, because libjpeg hands out a pointer to it.
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    struct jpeg_decompress_struct jpeg;
    jmp_buf place;
    ci_status status;
    uint32_t damage, refused;
    uint32_t maximum_scans;
    char *message;
    uint8_t *scratch;
    uint32_t rows;
    ci_stopwatch watch;
};

static void copy_message(struct reader *reader) {
    char text[JMSG_LENGTH_MAX];
    reader->errors.format_message((j_common_ptr)&reader->jpeg, text);
    snprintf(reader->message, CI_MESSAGE, "%s", text);
}

static void fail(struct reader *reader, ci_status status, const char *text) {
    reader->status = status;
    if (text != NULL) snprintf(reader->message, CI_MESSAGE, "%s", text);
    longjmp(reader->place, 1);
}

static void on_error(j_common_ptr common) {
    struct reader *reader = (struct reader *)common->err;
    copy_message(reader);
    switch (common->err->msg_code) {
    case JERR_OUT_OF_MEMORY:
    case JERR_NO_BACKING_STORE:
        fail(reader, CI_NO_MEMORY, NULL);
        break;
    case JERR_ARITH_NOTIMPL:
    case JERR_BAD_PRECISION:
    case JERR_COMPONENT_COUNT:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_SOF_UNSUPPORTED:
        fail(reader, CI_UNSUPPORTED, NULL);
        break;
    default:
        fail(reader, reader->damage & CI_DAMAGE_ENDED ? CI_TRUNCATED : CI_MALFORMED, NULL);
    }
}

static uint32_t damage_of_warning(const struct jpeg_error_mgr *errors) {
    switch (errors->msg_code) {
    case JWRN_JPEG_EOF:
        return CI_DAMAGE_ENDED;
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_MUST_RESYNC:
        return CI_DAMAGE_LOST;
    case JWRN_EXTRANEOUS_DATA:
        return errors->msg_parm.i[0] > padding_bytes ? CI_DAMAGE_LOST : CI_DAMAGE_WARNED;
    default:
        return CI_DAMAGE_WARNED;
    }
}

static void on_message(j_common_ptr common, int level) {
    if (level >= 0) return;
    struct reader *reader = (struct reader *)common->err;
    common->err->num_warnings++;
    uint32_t damage = damage_of_warning(common->err);
    if (reader->damage == 0) copy_message(reader);
    reader->damage |= damage;
    if (!(damage & reader->refused)) return;
    fail(
        reader,
        damage == CI_DAMAGE_ENDED      ? CI_TRUNCATED
            : damage == CI_DAMAGE_LOST ? CI_MALFORMED
                                       : CI_WARNED,
        NULL);
}

static void on_output(j_common_ptr common) { (void)common; }

static void on_progress(j_common_ptr common) {
    struct reader *reader = (struct reader *)common->err;
    if (reader->jpeg.input_scan_number > (int)reader->maximum_scans) {
        fail(reader, CI_TOO_MANY_SCANS, "more scans than the limit");
    }
    if (ci_stopwatch_is_over(&reader->watch)) {
        fail(reader, CI_TOO_SLOW, "decoding takes longer than the limit");
    }
}

static void open_reader(struct reader *reader, char *message) {
    *reader = (struct reader){.message = message};
    message[0] = 0;
    reader->jpeg.err = jpeg_std_error(&reader->errors);
    reader->errors.error_exit = on_error;
    reader->errors.emit_message = on_message;
    reader->errors.output_message = on_output;
    reader->progress.progress_monitor = on_progress;
}

static void close_reader(struct reader *reader) {
    free(reader->scratch);
    jpeg_destroy_decompress(&reader->jpeg);
}

// Reads up to the first scan. Called under setjmp.
static void read_header(
    struct reader *reader, const uint8_t *data, size_t size, size_t maximum_memory
) {
    j_decompress_ptr jpeg = &reader->jpeg;
    jpeg_create_decompress(jpeg);
    if (maximum_memory > 0) {
        jpeg->mem->max_memory_to_use =
            maximum_memory > (size_t)LONG_MAX ? LONG_MAX : (long)maximum_memory;
    }
    jpeg_mem_src(jpeg, data, (unsigned long)size);
    jpeg_read_header(jpeg, TRUE);
    if (jpeg->arith_code) fail(reader, CI_UNSUPPORTED, "arithmetic coding is not read");
    if (jpeg->data_precision != 8) fail(reader, CI_UNSUPPORTED, "only 8 bits a sample are read");
    switch (jpeg->jpeg_color_space) {
    case JCS_GRAYSCALE:
    case JCS_YCbCr:
    case JCS_RGB:
    case JCS_CMYK:
    case JCS_YCCK:
        break;
    default:
        fail(reader, CI_UNSUPPORTED, "the colour space is not known");
    }
}

static ci_status run_header(
    struct reader *reader, const uint8_t *data, size_t size, ci_header *header
) {
    if (setjmp(reader->place)) return reader->status;
    read_header(reader, data, size, 0);
    header->width = reader->jpeg.image_width;
    header->height = reader->jpeg.image_height;
    header->channels = reader->jpeg.jpeg_color_space == JCS_GRAYSCALE ? 1 : 3;
    header->bit_depth = 8;
    return CI_OK;
}

ci_status ci_jpeg_header(const uint8_t *data, size_t size, ci_header *header, char *message) {
    struct reader reader;
    open_reader(&reader, message);
    ci_status status = run_header(&reader, data, size, header);
    close_reader(&reader);
    return status;
}

static void read_rows(struct reader *reader, const ci_request *request, uint8_t *levels) {
    j_decompress_ptr jpeg = &reader->jpeg;
    size_t stride = (size_t)request->width * request->channels;
    int inks = jpeg->out_color_space == JCS_CMYK;
    if (inks) {
        reader->scratch = malloc((size_t)request->width * 4);
        if (reader->scratch == NULL) fail(reader, CI_NO_MEMORY, "no memory for the rows");
    }
    while (jpeg->output_scanline < jpeg->output_height) {
        uint8_t *target = levels + stride * jpeg->output_scanline;
        if (inks) {
            jpeg_read_scanlines(jpeg, &reader->scratch, 1);
            // Adobe's programs store ink upside down, and mark their files.
            ci_convert_cmyk_row(
                reader->scratch, jpeg->saw_Adobe_marker, target, request->channels,
                request->width);
        } else {
            jpeg_read_scanlines(jpeg, &target, 1);
        }
        reader->rows = jpeg->output_scanline;
    }
}

static ci_status run_pixels(
    struct reader *reader, const uint8_t *data, size_t size, const ci_request *request,
    uint8_t *levels, size_t capacity
) {
    if (setjmp(reader->place)) return reader->status;
    read_header(reader, data, size, request->maximum_memory);
    j_decompress_ptr jpeg = &reader->jpeg;
    jpeg->progress = &reader->progress;
    jpeg->dct_method = JDCT_ISLOW;
    jpeg->scale_num = 1;
    jpeg->scale_denom = request->reduction;
    if (jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK) {
        jpeg->out_color_space = JCS_CMYK;
    } else {
        jpeg->out_color_space = request->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    }
    jpeg_start_decompress(jpeg);
    if (jpeg->output_width != request->width || jpeg->output_height != request->height
        || capacity / request->channels / request->width < request->height) {
        fail(reader, CI_MALFORMED, "the size is not the requested one");
    }
    read_rows(reader, request, levels);
    jpeg_finish_decompress(jpeg);
    return CI_OK;
}

ci_status ci_jpeg_pixels(
    const uint8_t *data, size_t size, const ci_request *request, uint8_t *levels, size_t capacity,
    uint32_t *rows, char *message
) {
    struct reader reader;
    open_reader(&reader, message);
    reader.refused = request->refused;
    reader.maximum_scans = request->maximum_scans;
    reader.watch = ci_stopwatch_start(request->maximum_nanoseconds);
    ci_status status = run_pixels(&reader, data, size, request, levels, capacity);
    *rows = reader.rows;
    size_t stride = (size_t)request->width * request->channels;
    if (status != CI_OK && request->refused == 0 && reader.rows > 0) {
        memset(
            levels + stride * reader.rows, CI_MISSING_LEVEL,
            stride * (request->height - reader.rows));
    }
    close_reader(&reader);
    return status;
}
