#ifndef CI_BYTES_H
#define CI_BYTES_H

#include "CImageShim.h"

/// Makes room for at least `extra` more bytes; returns 0 when there is no memory.
int ci_bytes_reserve(ci_bytes *bytes, size_t extra);

#endif
