// Counts work where programs ask the C library for it: memory, and bytes moved and compared. A count is the
// same on every machine, busy or not, where a time is not. These definitions stand in the place of the
// library's for the whole process, and do what those do.

#define _GNU_SOURCE
#include "WorkCounter.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static void *(*library_memmove)(void *, const void *, size_t);
static int (*library_memcmp)(const void *, const void *, size_t);

// Where the runtime's function lies that makes objects.
static uintptr_t runtime_begin, runtime_end;

static _Thread_local bool is_counting;
static _Thread_local struct WorkCount count;
static _Thread_local size_t large = SIZE_MAX;

__attribute__((constructor)) static void find_library(void) {
    library_memmove = (void *(*)(void *, const void *, size_t))dlsym(RTLD_NEXT, "memmove");
    library_memcmp = (int (*)(const void *, const void *, size_t))dlsym(RTLD_NEXT, "memcmp");
    void *function = dlsym(RTLD_DEFAULT, "swift_slowAlloc");
    Dl_info info;
    const ElfW(Sym) *symbol;
    if (function && dladdr1(function, &info, (void **)&symbol, RTLD_DL_SYMENT) && symbol) {
        runtime_begin = (uintptr_t)function;
        runtime_end = runtime_begin + symbol->st_size;
    }
}

static void note(size_t bytes) {
    if (!is_counting) return;
    count.steps += 1;
    count.bytes += (int64_t)bytes;
}

static void note_memory(size_t size) {
    note(size);
    if (is_counting && size >= large) count.large += 1;
}

void *malloc(size_t size) {
    uintptr_t caller = (uintptr_t)__builtin_return_address(0);
    if (is_counting && caller >= runtime_begin && caller < runtime_end) count.objects += 1;
    note_memory(size);
    return __libc_malloc(size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
    note_memory(size);
    void *found = __libc_memalign(alignment, size);
    if (!found) return ENOMEM;
    *memory = found;
    return 0;
}

void *memmove(void *to, const void *from, size_t size) {
    note(size);
    if (library_memmove) return library_memmove(to, from, size);
    // Before the constructor ran. Volatile, so that the compiler makes no call of itself of it.
    volatile char *target = to;
    const volatile char *source = from;
    if (target < source) {
        for (size_t index = 0; index < size; index++) target[index] = source[index];
    } else {
        for (size_t index = size; index > 0; index--) target[index - 1] = source[index - 1];
    }
    return to;
}

int memcmp(const void *first, const void *second, size_t size) {
    note(size);
    if (library_memcmp) return library_memcmp(first, second, size);
    const volatile unsigned char *left = first, *right = second;
    for (size_t index = 0; index < size; index++) {
        if (left[index] != right[index]) return left[index] - right[index];
    }
    return 0;
}

void work_begin(void) {
    work_begin_above(SIZE_MAX);
}

void work_begin_above(size_t size) {
    count = (struct WorkCount){0};
    large = size;
    is_counting = true;
}

struct WorkCount work_end(void) {
    is_counting = false;
    return count;
}
