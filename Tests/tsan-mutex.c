// Tells ThreadSanitizer of the slow ways into and out of a Mutex (Synchronization) on Linux.
//
// The quick ways are inlined where a Mutex is used, and the sanitizer sees them. The slow ones are the kernel's
// doing, called from a library of the toolchain that is not instrumented, so that what two threads hand each
// other under a contended lock looks like a race. Tests/sanitize.sh links this file into the programs, where its
// functions stand before the library's of the same names.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define SWIFT_METHOD __attribute__((swiftcall))
#define SWIFT_SELF __attribute__((swift_context))
#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

void __tsan_acquire(void *address);
void __tsan_release(void *address);

typedef SWIFT_METHOD void LockSlow(uint32_t thread, SWIFT_SELF void *mutex);
typedef SWIFT_METHOD void UnlockSlow(SWIFT_SELF void *mutex);

static LockSlow *library_lock_slow;
static UnlockSlow *library_unlock_slow;

static void *of_library(const char *name) {
    void *function = dlsym(RTLD_NEXT, name);
    if (function == NULL) {
        fprintf(stderr, "tsan-mutex.c: no %s in the toolchain's libraries\n", name);
        abort();
    }
    return function;
}

__attribute__((constructor)) static void find_library_functions(void) {
    library_lock_slow = (LockSlow *)of_library(LOCK_SLOW);
    library_unlock_slow = (UnlockSlow *)of_library(UNLOCK_SLOW);
}

SWIFT_METHOD void lock_slow(uint32_t thread, SWIFT_SELF void *mutex) __asm__(LOCK_SLOW);
SWIFT_METHOD void lock_slow(uint32_t thread, SWIFT_SELF void *mutex) {
    library_lock_slow(thread, mutex);
    __tsan_acquire(mutex);
}

SWIFT_METHOD void unlock_slow(SWIFT_SELF void *mutex) __asm__(UNLOCK_SLOW);
SWIFT_METHOD void unlock_slow(SWIFT_SELF void *mutex) {
    __tsan_release(mutex);
    library_unlock_slow(mutex);
}
