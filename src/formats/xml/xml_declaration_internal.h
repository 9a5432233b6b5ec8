// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Follows the encoding that an XML declaration names.

#include "base/result/result.h"
#include "formats/cutting/stream_window.h"

namespace healix::formats::xml {

/// Sets the encoding of a window that is open, by `<?xml ... encoding="..."?>` at its front. What a
/// byte order mark or the first bytes say comes first (XML 1.0, appendix F).
/// Errors   those of the stream; kEncodingUnsupported.
Status FollowDeclaration(StreamWindow& window);

}  // namespace healix::formats::xml
