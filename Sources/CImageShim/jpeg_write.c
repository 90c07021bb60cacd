#include "CImageShim.h"
#include "bytes.h"

// jpeglib.h uses size_t and FILE without including them.
#include <stddef.h>
#include <stdio.h>

#include <jpeglib.h>
#include <setjmp.h>

struct writer {
    // First, because libjpeg hands out a pointer to it.
    struct jpeg_error_mgr errors;
    struct jpeg_destination_mgr destination;
    struct jpeg_compress_struct jpeg;
    jmp_buf place;
    ci_status status;
    ci_bytes *bytes;
    char *message;
};

static void on_error(j_common_ptr common) {
    struct writer *writer = (struct writer *)common->err;
    char text[JMSG_LENGTH_MAX];
    common->err->format_message(common, text);
    snprintf(writer->message, CI_MESSAGE, "%s", text);
    writer->status = CI_MALFORMED;
    longjmp(writer->place, 1);
}

static void on_output(j_common_ptr common) { (void)common; }

// Offers libjpeg the free part of the buffer.
static void offer_room(struct writer *writer) {
    ci_bytes *bytes = writer->bytes;
    if (!ci_bytes_reserve(bytes, 4096)) {
        snprintf(writer->message, CI_MESSAGE, "no memory for the encoded bytes");
        writer->status = CI_NO_MEMORY;
        longjmp(writer->place, 1);
    }
    writer->destination.next_output_byte = bytes->data + bytes->count;
    writer->destination.free_in_buffer = bytes->capacity - bytes->count;
}

static void on_start(j_compress_ptr jpeg) { offer_room((struct writer *)jpeg->err); }

// libjpeg's contract: the whole room is full, whatever free_in_buffer says.
static boolean on_full(j_compress_ptr jpeg) {
    struct writer *writer = (struct writer *)jpeg->err;
    writer->bytes->count = writer->bytes->capacity;
    offer_room(writer);
    return TRUE;
}

static void on_end(j_compress_ptr jpeg) {
    struct writer *writer = (struct writer *)jpeg->err;
    writer->bytes->count = writer->bytes->capacity - writer->destination.free_in_buffer;
}

static ci_status run(
    struct writer *writer, const uint8_t *levels, uint32_t width, uint32_t height,
    uint32_t channels, int quality, int full_chroma
) {
    if (setjmp(writer->place)) return writer->status;
    j_compress_ptr jpeg = &writer->jpeg;
    jpeg_create_compress(jpeg);
    jpeg->dest = &writer->destination;
    jpeg->image_width = width;
    jpeg->image_height = height;
    jpeg->input_components = (int)channels;
    jpeg->in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(jpeg);
    jpeg_set_quality(jpeg, quality, TRUE);
    if (channels == 3 && full_chroma) {
        jpeg->comp_info[0].h_samp_factor = 1;
        jpeg->comp_info[0].v_samp_factor = 1;
    }
    jpeg->dct_method = JDCT_ISLOW;
    jpeg_start_compress(jpeg, TRUE);
    while (jpeg->next_scanline < height) {
        // libjpeg reads the row only; its type has no const.
        JSAMPROW row = (JSAMPROW)(levels + (size_t)jpeg->next_scanline * width * channels);
        jpeg_write_scanlines(jpeg, &row, 1);
    }
    jpeg_finish_compress(jpeg);
    return CI_OK;
}

ci_status ci_jpeg_encode(
    const uint8_t *levels, uint32_t width, uint32_t height, uint32_t channels, int quality,
    int full_chroma, ci_bytes *bytes, char *message
) {
    struct writer writer = {.bytes = bytes, .message = message};
    message[0] = 0;
    *bytes = (ci_bytes){0};
    writer.jpeg.err = jpeg_std_error(&writer.errors);
    writer.errors.error_exit = on_error;
    writer.errors.output_message = on_output;
    writer.destination.init_destination = on_start;
    writer.destination.empty_output_buffer = on_full;
    writer.destination.term_destination = on_end;
    ci_status status = run(&writer, levels, width, height, channels, quality, full_chroma);
    jpeg_destroy_compress(&writer.jpeg);
    if (status != CI_OK) ci_bytes_free(bytes);
    return status;
}
