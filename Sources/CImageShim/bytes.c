#include "bytes.h"

#include <stdlib.h>

int ci_bytes_reserve(ci_bytes *bytes, size_t extra) {
    if (bytes->capacity - bytes->count >= extra) return 1;
    if (extra > SIZE_MAX / 4 || bytes->capacity > SIZE_MAX / 4) return 0;
    size_t capacity = bytes->capacity * 2 + extra + 4096;
    uint8_t *data = realloc(bytes->data, capacity);
    if (data == NULL) return 0;
    bytes->data = data;
    bytes->capacity = capacity;
    return 1;
}

void ci_bytes_free(ci_bytes *bytes) {
    free(bytes->data);
    *bytes = (ci_bytes){0};
}
