#include <lz4.h>
#include <lz4hc.h>
#include <stdint.h>
#include <string.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/file.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

// CRC-32C by the processor's own instruction. It lives beside LZ4 because Swift has no intrinsic
// for it; a Swift table does the same on processors without it (WriteAheadLog/CRC32C.swift).

#if defined(__x86_64__)
// True if the processor has the instruction (SSE 4.2).
static inline int clz4_has_crc32c(void) {
    unsigned int a = 1, b, c = 0, d;
    __asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    return (c >> 20) & 1;
}

// The state is the CRC's complement; the caller complements before and after.
__attribute__((target("sse4.2")))
static inline uint32_t clz4_crc32c(uint32_t state, const void *bytes, size_t count) {
    const unsigned char *p = (const unsigned char *)bytes;
    uint64_t crc = state;
    while (count >= 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        crc = __builtin_ia32_crc32di(crc, word);
        p += 8;
        count -= 8;
    }
    uint32_t rest = (uint32_t)crc;
    while (count-- > 0) rest = __builtin_ia32_crc32qi(rest, *p++);
    return rest;
}
#else
static inline int clz4_has_crc32c(void) { return 0; }
static inline uint32_t clz4_crc32c(uint32_t state, const void *bytes, size_t count) {
    (void)bytes;
    (void)count;
    return state;
}
#endif

// Calls of Linux that Swift's module of the C library lacks: flock(2) and statfs(2), whose names are
// structures' there, statx(2), and prctl(2), which takes any number of arguments.

// Gives the calling thread a name; the first 15 bytes of it are kept.
static inline void clz4_name_thread(const char *name) { prctl(PR_SET_NAME, name); }

static inline int clz4_flock(int descriptor, int operation) { return flock(descriptor, operation); }

// A file's inode and the nanoseconds since 1970 of its making, 0 where the file system does not keep
// them; -1 with errno on failure. Read by offset, since libc's headers and the kernel's may not be
// included together.
static inline int clz4_identity(const char *path, uint64_t *inode, int64_t *birth) {
    const unsigned wanted = 0x100 | 0x800;  // STATX_INO, STATX_BTIME
    uint64_t words[32];
    memset(words, 0, sizeof words);
    if (syscall(SYS_statx, AT_FDCWD, path, 0, wanted, words) != 0) return -1;
    *inode = words[4];
    uint32_t nanoseconds;
    memcpy(&nanoseconds, &words[11], sizeof nanoseconds);
    *birth = ((uint32_t)words[0] & 0x800) ? (int64_t)words[10] * 1000000000 + nanoseconds : 0;
    return 0;
}

// The magic number of the file system that a file is on; -1 with errno on failure.
static inline int clz4_file_system(const char *path, uint64_t *kind) {
    struct statfs found;
    if (statfs(path, &found) != 0) return -1;
    *kind = (uint32_t)found.f_type;
    return 0;
}
