// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Turns a result into the C stream interface that file writers take.

#include <memory>
#include <optional>

#include "base/result/result.h"
#include "lakehouse/engine/arrow_abi.h"
#include "lakehouse/engine/result_stream.h"

namespace healix::app {

/// Where a stream leaves the error that ended it; shared by the stream and who waits for it.
using StreamError = std::shared_ptr<std::optional<Error>>;

/// Wraps `rows`. A failure ends the stream with EIO and is left in `error`.
/// Owns     the rows, until the stream is released.
lakehouse::engine::ArrowStreamOwner ToArrowStream(
    std::unique_ptr<lakehouse::engine::ResultStream> rows, StreamError error);

}  // namespace healix::app
