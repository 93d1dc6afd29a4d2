#pragma once
#include <stdint.h>

/// What one thread did: how often it asked for memory, or had bytes moved or compared, and how many bytes
/// those were.
struct WorkCount {
    int64_t steps;
    int64_t bytes;
};

/// Begins to count what this thread does.
void work_begin(void);

/// Ends that, and tells what it came to.
struct WorkCount work_end(void);
