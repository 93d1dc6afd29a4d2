#include <stddef.h>
#include <string.h>
#include <zlib.h>

// zlib's initialisers are macros, which Swift does not see.

// Makes `stream` ready to inflate. `window_bits` is zlib's: 15 for its own form, 31 for gzip, -15 for
// deflate without a wrapper. Returns Z_OK or zlib's error.
static inline int czlib_inflate_init(z_stream *stream, int window_bits) {
    memset(stream, 0, sizeof *stream);
    return inflateInit2(stream, window_bits);
}
