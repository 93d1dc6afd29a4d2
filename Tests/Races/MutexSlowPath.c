// Shows the thread sanitizer the locks that were waited for.
//
// Swift's `Mutex` takes and gives back a free lock by an atomic exchange, which the compiler puts into
// the code that uses it: the sanitizer sees that. A lock that is taken is waited for in the standard
// library (libswiftSynchronization), which is built without the sanitizer, so whoever gets the lock
// there looks as if it had none. tools/race-check links these two functions into the tests, in front
// of the library's: they call the library and tell the sanitizer what it did.
//
// The names are those of Swift 6.3; where a later library has others, the probe of tools/race-check
// fails.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

#define SWIFT __attribute__((swiftcall))
#define HANDLE __attribute__((swift_context)) void *handle

extern void __tsan_acquire(void *address);
extern void __tsan_release(void *address);

SWIFT void wait_for_lock(uint32_t thread, HANDLE) __asm__(LOCK);
SWIFT void wake_waiter(HANDLE) __asm__(UNLOCK);

static void *library(const char *name) {
    void *function = dlsym(RTLD_NEXT, name);
    if (!function) abort();
    return function;
}

SWIFT void wait_for_lock(uint32_t thread, HANDLE) {
    ((SWIFT void (*)(uint32_t, HANDLE))library(LOCK))(thread, handle);
    __tsan_acquire(handle);
}

SWIFT void wake_waiter(HANDLE) {
    __tsan_release(handle);
    ((SWIFT void (*)(HANDLE))library(UNLOCK))(handle);
}
