// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Measures how much each layer of compression blows its input up.

#include <cstdint>
#include <memory>
#include <utility>

#include "formats/archive/input_members.h"

namespace healix::formats::archive {

/// Counts what one decompressor took and gave. Layers inside each other know their outer one, so
/// that the ratio is judged against bytes of the outermost file.
class ExpansionMeter final {
 public:
  /// `outer` is nullptr for a layer that reads the file itself.
  explicit ExpansionMeter(std::shared_ptr<const ExpansionMeter> outer) : outer_(std::move(outer)) {}

  void Count(std::uint64_t taken_bytes, std::uint64_t given_bytes) {
    taken_bytes_ += taken_bytes;
    given_bytes_ += given_bytes;
  }
  std::uint64_t taken_bytes() const { return taken_bytes_; }
  std::uint64_t given_bytes() const { return given_bytes_; }

  /// True when more came out than the limits allow for what went in.
  bool Exceeds(const ArchiveLimits& limits) const {
    if (given_bytes_ <= limits.ratio_free_bytes) return false;
    const double file_bytes = static_cast<double>(taken_bytes_) * FileBytesPerTakenByte();
    return static_cast<double>(given_bytes_) > static_cast<double>(limits.ratio_max) * file_bytes;
  }

 private:
  double FileBytesPerTakenByte() const {
    if (outer_ == nullptr || outer_->given_bytes_ == 0) return 1.0;
    return outer_->FileBytesPerTakenByte() * static_cast<double>(outer_->taken_bytes_) /
           static_cast<double>(outer_->given_bytes_);
  }

  std::shared_ptr<const ExpansionMeter> outer_;
  std::uint64_t taken_bytes_ = 0;
  std::uint64_t given_bytes_ = 0;
};

}  // namespace healix::formats::archive
