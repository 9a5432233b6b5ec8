// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/engine_process/engine_worker.h"

#include <sys/socket.h>

#include <string_view>
#include <utility>

#include "base/io/sync_points.h"
#include "lakehouse/engine_process/link_internal.h"
#include "lakehouse/engine_process/process_limits_internal.h"
#include "lakehouse/engine_process/statement_desk_internal.h"

namespace healix::lakehouse::engine_process {
namespace {

constexpr int kNotAWorker = 2;

bool IsLocalSocket(int descriptor) {
  int domain = 0;
  socklen_t bytes = sizeof(domain);
  return ::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &bytes) == 0 && domain == AF_UNIX;
}

// Tests arm sync points in the parent: it passes them, and only then this process goes on.
void PassInParent(std::string_view name, void* link) {
  const auto conversation = static_cast<Link*>(link)->Begin();
  static_cast<void>(conversation->Ask(MessageKind::kSyncPoint, std::string(name)));
}

}  // namespace

int RunEngineWorker() {
  if (!IsLocalSocket(kWorkerSocket)) return kNotAWorker;
  BecomeWorker();
  Link link(kWorkerSocket, Link::Side::kWorker);
  base::SetSyncPointHook(&PassInParent, &link);
  {
    StatementDesk desk;
    static_cast<void>(link.Run([&](std::shared_ptr<Conversation> conversation, Frame first) {
      desk.Take(std::move(conversation), std::move(first));
    }));
    link.Break(MakeError(ErrorCode::kEngineFailed, "the parent closed the connection"));
  }
  base::SetSyncPointHook(nullptr, nullptr);
  return 0;
}

}  // namespace healix::lakehouse::engine_process
