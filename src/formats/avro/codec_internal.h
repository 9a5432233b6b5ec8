// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Compresses and decompresses the blocks of a container.

#include <optional>
#include <string>
#include <string_view>

#include "base/result/result.h"
#include "formats/avro/container_writer.h"

namespace healix::formats::avro {

std::optional<Codec> CodecOf(std::string_view name);

/// Errors   kInternal when the library fails.
Result<std::string> Compress(Codec codec, std::string_view bytes);

/// Errors   kAvroInvalid, kLimitExceeded (more than `bytes_max` come out).
Result<std::string> Decompress(Codec codec, std::string_view bytes, std::uint64_t bytes_max);

}  // namespace healix::formats::avro
