// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "formats/archive/peel_internal.h"

namespace healix::formats::archive {
namespace {

/// An empty tar is nothing but zero blocks, which only its name can tell.
bool IsEmptyTar(const Promise& promise, std::span<const std::byte> front) {
  return promise.kind == ContentKind::kTar && front.size() == PeekStream::kPeekBytesMax &&
         std::all_of(front.begin(), front.end(), [](std::byte b) { return b == std::byte{0}; });
}

std::string NoteOn(const Promise& promise, ContentKind kind) {
  if (promise.kind == kind) return "";
  if (promise.kind == ContentKind::kPlain) {
    return fmt::format("is {}, which its name does not say", Name(kind));
  }
  return fmt::format("named {}, is {}", Name(promise.kind), Name(kind));
}

std::optional<Error> WhyNot(const Promise& promise, ContentKind kind) {
  if (!IsReadable(kind)) {
    return MakeError(ErrorCode::kUnsupported, "the content is {}, which is not read",
                     SafeName(Name(kind)));
  }
  if (kind == ContentKind::kPlain && promise.kind != ContentKind::kPlain) {
    return MakeError(ErrorCode::kArchiveInvalid, "named {}, but the content is {}",
                     SafeName(Name(promise.kind)), SafeName(Name(kind)));
  }
  return std::nullopt;
}

}  // namespace

Peeled Peel(MeteredStream stream, std::string name, int depth, const ArchiveLimits& limits) {
  Peeled peeled;
  peeled.name = std::move(name);
  peeled.depth = depth;
  std::optional<ByteRange> packed;  // of the compression taken off last
  while (true) {
    peeled.range = std::exchange(stream.range, std::nullopt);
    peeled.bytes = std::make_unique<PeekStream>(std::move(stream.bytes));
    peeled.meter = std::move(stream.meter);
    const std::span<const std::byte> front = peeled.bytes->Peek();
    Promise promise = PromiseOfName(peeled.name);
    peeled.kind = IsEmptyTar(promise, front) ? ContentKind::kTar : KindOfContent(front);
    peeled.refusal = WhyNot(promise, peeled.kind);
    // A front that was cut short by an error says more by that error than by what it looks like.
    if (peeled.refusal && peeled.bytes->error_behind_front()) {
      peeled.refusal = peeled.bytes->error_behind_front();
    }
    if (packed && front.empty() && peeled.bytes->error_behind_front()) {
      peeled.refusal = peeled.bytes->error_behind_front();
      peeled.bytes = std::make_unique<PeekStream>(Stream(*packed));
    }
    if (peeled.refusal || peeled.kind == ContentKind::kPlain) return peeled;
    if (peeled.note.empty()) peeled.note = NoteOn(promise, peeled.kind);
    if (++peeled.depth > limits.depth_max) {
      peeled.refusal =
          MakeError(ErrorCode::kLimitExceeded,
                    "more than {} compressions and archives inside each other", limits.depth_max);
      return peeled;
    }
    if (!IsCompression(peeled.kind)) return peeled;
    peeled.name = std::move(promise.inner_name);
    packed = peeled.range;
    stream = {std::move(peeled.bytes), std::move(peeled.meter), packed};
    stream = peeled.kind == ContentKind::kGzip ? UnpackGzip(std::move(stream), limits)
                                               : UnpackZstd(std::move(stream), limits);
  }
}

}  // namespace healix::formats::archive
