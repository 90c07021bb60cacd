#ifndef CI_STOPWATCH_H
#define CI_STOPWATCH_H

#include <stdint.h>
#include <time.h>

// The time that one thread has spent working, so that a busy machine ends no honest decoding.
typedef struct ci_stopwatch {
    // 0 where there is no limit.
    uint64_t end;
    // What is left while it stands still.
    uint64_t left;
} ci_stopwatch;

static inline uint64_t ci_thread_nanoseconds(void) {
    struct timespec now;
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) != 0) return 0;
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/// Starts; 0 nanoseconds are no limit.
static inline ci_stopwatch ci_stopwatch_start(uint64_t nanoseconds) {
    ci_stopwatch watch = {0};
    if (nanoseconds > 0) watch.end = ci_thread_nanoseconds() + nanoseconds;
    return watch;
}

/// Lets the time of other work pass; goes on with ci_stopwatch_go_on, perhaps on another thread.
static inline void ci_stopwatch_stop(ci_stopwatch *watch) {
    uint64_t now = watch->end > 0 ? ci_thread_nanoseconds() : 0;
    watch->left = watch->end > now ? watch->end - now : 0;
}

static inline void ci_stopwatch_go_on(ci_stopwatch *watch) {
    if (watch->end > 0) watch->end = ci_thread_nanoseconds() + watch->left;
}

static inline int ci_stopwatch_is_over(const ci_stopwatch *watch) {
    return watch->end > 0 && ci_thread_nanoseconds() >= watch->end;
}

#endif
