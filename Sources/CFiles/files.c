#define _GNU_SOURCE
#include "CFiles.h"

#include <unistd.h>

#ifdef __linux__

int cf_has_syncfs(void) { return 1; }

int cf_syncfs(int descriptor) { return syncfs(descriptor); }

#else

int cf_has_syncfs(void) { return 0; }

int cf_syncfs(int descriptor) {
    (void)descriptor;
    return 0;
}

#endif
