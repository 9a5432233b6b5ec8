// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Declares the Arrow C data and stream interfaces and their owners.
/// Source   https://arrow.apache.org/docs/format/CDataInterface.html (structures are the
/// standard's)

#include <cstdint>
#include <optional>
#include <utility>

extern "C" {

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE
#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  std::int64_t flags;
  std::int64_t n_children;
  struct ArrowSchema** children;
  struct ArrowSchema* dictionary;
  void (*release)(struct ArrowSchema*);
  void* private_data;
};

struct ArrowArray {
  std::int64_t length;
  std::int64_t null_count;
  std::int64_t offset;
  std::int64_t n_buffers;
  std::int64_t n_children;
  const void** buffers;
  struct ArrowArray** children;
  struct ArrowArray* dictionary;
  void (*release)(struct ArrowArray*);
  void* private_data;
};
#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE
struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream*, struct ArrowSchema* out);
  int (*get_next)(struct ArrowArrayStream*, struct ArrowArray* out);
  const char* (*get_last_error)(struct ArrowArrayStream*);
  void (*release)(struct ArrowArrayStream*);
  void* private_data;
};
#endif

}  // extern "C"

namespace healix::lakehouse::engine {

/// Owns one Arrow structure and releases it once.
/// Threads  like the structure: one at a time.
template <typename T>
class ArrowOwner final {
 public:
  ArrowOwner() = default;
  explicit ArrowOwner(const T& taken) : value_(taken) {}
  ArrowOwner(ArrowOwner&& other) noexcept : value_(std::exchange(other.value_, T{})) {}
  ArrowOwner& operator=(ArrowOwner&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ArrowOwner(const ArrowOwner&) = delete;
  ArrowOwner& operator=(const ArrowOwner&) = delete;
  ~ArrowOwner() {
    if (value_.release != nullptr) value_.release(&value_);
  }

  const T& get() const { return value_; }
  /// Gives the structure away: the caller releases it.
  T Release() { return std::exchange(value_, T{}); }
  /// Returns where a C function may store a new structure; only for an empty owner.
  T* Receive() { return &value_; }

 private:
  T value_{};
};

using ArrowSchemaOwner = ArrowOwner<ArrowSchema>;
using ArrowBatch = ArrowOwner<ArrowArray>;
using ArrowStreamOwner = ArrowOwner<ArrowArrayStream>;

}  // namespace healix::lakehouse::engine
