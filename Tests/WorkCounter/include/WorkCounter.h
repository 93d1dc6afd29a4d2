#pragma once
#include <stddef.h>
#include <stdint.h>

/// What one thread did: how often it asked for memory, or had bytes moved or compared, and how many bytes
/// those were.
struct WorkCount {
    int64_t steps;
    int64_t bytes;
    /// How often it asked for so much memory as was said to be large.
    int64_t large;
    /// How many objects Swift's runtime made: arrays, texts, instances, boxes, closures.
    int64_t objects;
};

/// Begins to count what this thread does.
void work_begin(void);

/// The same, with memory of at least so many bytes as large.
void work_begin_above(size_t size);

/// Ends that, and tells what it came to.
struct WorkCount work_end(void);
