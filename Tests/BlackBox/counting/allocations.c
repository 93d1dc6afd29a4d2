// Counts how often each thread of a Swift process asks for memory: loaded before the C library (LD_PRELOAD), it
// stands in the place of the library's functions and does what those do. The counts are in a file that others
// read meanwhile, so that reading them costs the process nothing.
//
//     LD_PRELOAD=allocations.so ALLOCATION_COUNTS=FILE command
//
// FILE then holds records of thread id, objects and other calls, 64 bits each, one for each thread that ever was.
// Objects are what Swift's runtime makes: arrays, texts, instances, boxes, closures. The others are C's, and in a
// build that isn't optimised a frame for each element that generic code reads through a coroutine.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

struct thread_count {
    _Atomic int64_t thread, objects, others;
};

enum { limit = 4096 };

static struct thread_count *counts;
static _Atomic int used;
// Where the runtime's function lies that makes objects.
static uintptr_t runtime_begin, runtime_end;
// In the executable's own block of each thread: another model might allocate at its first use.
static _Thread_local struct thread_count *mine __attribute__((tls_model("initial-exec")));

__attribute__((constructor)) static void open_counts(void) {
    const char *path = getenv("ALLOCATION_COUNTS");
    if (!path) return;
    void *function = dlsym(RTLD_DEFAULT, "swift_slowAlloc");
    Dl_info info;
    const ElfW(Sym) *symbol;
    if (function && dladdr1(function, &info, (void **)&symbol, RTLD_DL_SYMENT) && symbol) {
        runtime_begin = (uintptr_t)function;
        runtime_end = runtime_begin + symbol->st_size;
    }
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || ftruncate(file, limit * sizeof *counts) != 0) abort();
    void *memory = mmap(NULL, limit * sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED) abort();
    close(file);
    counts = memory;
}

static void note(void *caller) {
    if (!counts) return;
    if (!mine) {
        int index = atomic_fetch_add(&used, 1);
        if (index >= limit) abort();
        mine = &counts[index];
        atomic_store_explicit(&mine->thread, syscall(SYS_gettid), memory_order_relaxed);
    }
    uintptr_t place = (uintptr_t)caller;
    _Atomic int64_t *count = place >= runtime_begin && place < runtime_end ? &mine->objects : &mine->others;
    // Only its own thread writes a record.
    int64_t before = atomic_load_explicit(count, memory_order_relaxed);
    atomic_store_explicit(count, before + 1, memory_order_relaxed);
}

void *malloc(size_t size) {
    note(__builtin_return_address(0));
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    note(__builtin_return_address(0));
    return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
    note(__builtin_return_address(0));
    return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
    note(__builtin_return_address(0));
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    note(__builtin_return_address(0));
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
    if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) return EINVAL;
    note(__builtin_return_address(0));
    void *memory = __libc_memalign(alignment, size);
    if (!memory) return ENOMEM;
    *result = memory;
    return 0;
}
