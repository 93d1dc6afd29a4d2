#include <lz4.h>
#include <lz4hc.h>
#include <stdint.h>
#include <string.h>

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
