// SPDX-License-Identifier: Apache-2.0
#include "base/io/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

#include <initializer_list>

namespace healix::base {

void HoldStandardStreams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) != -1) continue;
    const int opened = ::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    if (opened != stream) ::_exit(1);
  }
}

}  // namespace healix::base
