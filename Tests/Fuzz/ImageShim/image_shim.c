// Feeds the image shim with whatever libFuzzer invents: the first byte chooses the request.

#include "CImageShim.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2) return 0;
    uint8_t choice = data[0];
    data++;
    size--;
    int png = data[0] == 0x89;
    char message[CI_MESSAGE];
    ci_header header;
    ci_status status = png ? ci_png_header(data, size, &header, message)
                           : ci_jpeg_header(data, size, &header, message);
    if (status != CI_OK || (uint64_t)header.width * header.height > 1 << 18) return 0;
    uint32_t reduction = png ? 1 : 1u << (choice >> 1 & 3);
    ci_request request = {
        .width = (header.width + reduction - 1) / reduction,
        .height = (header.height + reduction - 1) / reduction,
        .channels = choice & 1 ? 3 : 1,
        .reduction = reduction,
        .refused = choice & 8 ? 0 : choice & 16 ? 7 : 3,
        .maximum_scans = 20,
        .maximum_memory = 64 << 20,
        .maximum_nanoseconds = choice & 32 ? 20000000 : 2000000000,
    };
    size_t capacity = (size_t)request.width * request.height * request.channels;
    uint8_t *levels = malloc(capacity);
    if (levels == NULL) return 0;
    uint32_t rows = 0;
    status = png ? ci_png_pixels(data, size, &request, levels, capacity, &rows, message)
                 : ci_jpeg_pixels(data, size, &request, levels, capacity, &rows, message);
    // What a caller may read must be defined: branch on it, so that a memory checker would see.
    if (status == CI_OK || (request.refused == 0 && rows > 0)) {
        unsigned sum = 0;
        for (size_t index = 0; index < capacity; index++) sum += levels[index];
        if (sum == UINT32_MAX) abort();
    }
    free(levels);
    return 0;
}
