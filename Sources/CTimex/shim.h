#include <sys/timex.h>

// Whether the kernel's clock is kept by a time server, which Swift's Glibc has no name for, and the second
// that the kernel says it is.
static inline int ctimex_is_synchronized(long *seconds) {
    struct timex clock = {0};
    int state = adjtimex(&clock);
    if (state == -1 || state == TIME_ERROR || (clock.status & STA_UNSYNC)) return 0;
    *seconds = clock.time.tv_sec;
    return 1;
}
