// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Takes the compressions off a stream until content or an archive appears.

#include <memory>
#include <optional>
#include <string>

#include "formats/archive/byte_sources_internal.h"
#include "formats/archive/content_kind_internal.h"
#include "formats/archive/decompress_internal.h"

namespace healix::formats::archive {

/// What lay below the compressions.
struct Peeled {
  ContentKind kind = ContentKind::kPlain;  ///< kPlain, kTar or kZip
  std::string name;                        ///< without the endings of what was taken off
  std::string note;                        ///< names that promised something else; or ""
  int depth = 0;                           ///< layers around it, a tar or zip counted
  std::unique_ptr<PeekStream> bytes;
  std::shared_ptr<const ExpansionMeter> meter;
  std::optional<ByteRange> range;  ///< where `bytes` lie, if they can be read twice
  /// Why it can't be read; `bytes` are then those of the layer that could not be opened.
  std::optional<Error> refusal;
};

/// Takes off gzip and zstd, at most to depth_max; `depth` layers are around the stream already.
/// See OpenInput for what names may say. `refusal` is kArchiveInvalid, kUnsupported,
/// kLimitExceeded or what reading the front gave. Damage behind a readable front is left to Read().
Peeled Peel(MeteredStream stream, std::string name, int depth, const ArchiveLimits& limits);

}  // namespace healix::formats::archive
