// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Keeps files out of the places of the standard streams.

namespace healix::base {

/// Puts something that can neither be read nor written in the place of each standard stream that is
/// closed; else the next file opened would get its number, and what is printed. Ends the process
/// with 1 when that fails. To be called first in main().
void HoldStandardStreams();

}  // namespace healix::base
