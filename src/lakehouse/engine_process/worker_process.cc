// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/io/sync_points.h"
#include "lakehouse/engine_process/engine_worker.h"
#include "lakehouse/engine_process/worker_process_internal.h"

namespace healix::lakehouse::engine_process {
namespace {

constexpr std::uint64_t kThreadBytes = std::uint64_t{16} << 20;  // a stack, and what malloc keeps

// What a worker sees of the environment: how libraries are found and checked. No setting of ours:
// they come by message, and one may hold a password. No armed sync point: those are passed here.
constexpr std::array<std::string_view, 9> kPassedOn = {"LD_",
                                                       "ASAN_OPTIONS=",
                                                       "LSAN_OPTIONS=",
                                                       "UBSAN_OPTIONS=",
                                                       "TSAN_OPTIONS=",
                                                       "GLIBC_TUNABLES=",
                                                       "LC_",
                                                       "LANG=",
                                                       "TZ="};

std::vector<char*> PassedEnvironment() {
  std::vector<char*> passed;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    if (std::any_of(kPassedOn.begin(), kPassedOn.end(),
                    [&](std::string_view name) { return text.starts_with(name); })) {
      passed.push_back(*variable);
    }
  }
  passed.push_back(nullptr);
  return passed;
}

/// Says what a spawned process begins with: the socket, no input, no output but for errors, no
/// other descriptor, and no signal blocked or ignored.
class SpawnPlan final {
 public:
  explicit SpawnPlan(int socket) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, socket, kWorkerSocket);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions_, kWorkerSocket + 1);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  /// Returns 0 and the id of the process, or an errno.
  int Run(const std::vector<std::string>& command, pid_t& process_id) const {
    std::vector<char*> words;
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    return ::posix_spawn(&process_id, words[0], &actions_, &attributes_, words.data(),
                         PassedEnvironment().data());
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

Error EndOf(const siginfo_t& info) {
  constexpr const char* kNext = "the next statement gets a new one";
  if (info.si_code == CLD_EXITED) {
    return MakeError(ErrorCode::kEngineFailed, "the engine's process ended with exit code {}; {}",
                     info.si_status, SafeReason(kNext));
  }
  const char* const guess = info.si_status == SIGKILL ? " (perhaps for want of memory)" : "";
  return MakeError(ErrorCode::kEngineFailed, "the engine's process was ended by signal {}{}; {}",
                   info.si_status, SafeReason(guess), SafeReason(kNext));
}

void PassSyncPoint(const std::shared_ptr<Conversation>& conversation, const Frame& frame) {
  if (frame.kind == MessageKind::kSyncPoint) base::SyncPoint(frame.payload);
  static_cast<void>(conversation->Answer(std::string()));
}

}  // namespace

Result<std::shared_ptr<WorkerProcess>> WorkerProcess::Start(const EngineProcessOptions& options) {
  std::shared_ptr<WorkerProcess> worker(new WorkerProcess(options));
  std::promise<Status> promise;
  std::future<Status> started = promise.get_future();
  worker->supervisor_ = std::thread([self = worker.get(), promise = std::move(promise)]() mutable {
    self->Supervise(std::move(promise));
  });
  HEALIX_RETURN_IF_ERROR(started.get());
  HEALIX_RETURN_IF_ERROR(worker->OpenEngine());
  return worker;
}

WorkerProcess::~WorkerProcess() {
  if (link_) {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    link_->StopSending();
    ended_changed_.wait_for(lock, options_.stop_wait, [&] { return ended_; });
  }
  Kill();
  supervisor_.join();
}

Status WorkerProcess::Spawn() {
  std::array<int, 2> sockets{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) != 0) {
    return MakeError(ErrorCode::kEngineFailed, "no socket for the engine's process: {}",
                     SafeReason(std::strerror(errno)));
  }
  link_ = std::make_unique<Link>(sockets[0], Link::Side::kParent);
  const int failed = SpawnPlan(sockets[1]).Run(options_.command, process_id_);
  ::close(sockets[1]);
  if (failed != 0) {
    link_.reset();
    return MakeError(ErrorCode::kEngineFailed, "the engine's process does not start: {}",
                     SafeReason(std::strerror(failed)));
  }
  return {};
}

void WorkerProcess::Supervise(std::promise<Status> started) {
  const Status spawned = Spawn();
  if (!spawned) {
    // Before anyone hears of it: whoever ends this must not kill a process that is not there.
    {
      const std::lock_guard guard(mutex_);
      ended_ = reaped_ = true;
    }
    started.set_value(spawned);
    return;
  }
  started.set_value(spawned);
  const Status read = link_->Run([](const std::shared_ptr<Conversation>& conversation,
                                    const Frame& frame) { PassSyncPoint(conversation, frame); });
  const bool asked = [&] {
    const std::lock_guard guard(mutex_);
    return stopping_;
  }();
  // It closed the socket unasked, or talks nonsense: what it still does is of no use. The status of
  // a process that already dies stays what it is.
  if (!asked || !read) Kill();
  Error why = Reap();
  if (!read) why = read.error();
  {
    // Before anyone hears of it: who asks again must get a new process.
    const std::lock_guard guard(mutex_);
    ended_ = true;
    ended_changed_.notify_all();
  }
  link_->Break(std::move(why));
}

Error WorkerProcess::Reap() {
  const auto id = static_cast<id_t>(process_id_);
  siginfo_t info{};
  // First without reaping, so that the id stays the process's own until Kill() knows.
  while (::waitid(P_PID, id, &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
  }
  const std::lock_guard guard(mutex_);
  ::waitid(P_PID, id, &info, WEXITED);
  reaped_ = true;
  return EndOf(info);
}

void WorkerProcess::Kill() {
  const std::lock_guard guard(mutex_);
  if (!reaped_) ::kill(process_id_, SIGKILL);
}

bool WorkerProcess::has_ended() const {
  const std::lock_guard guard(mutex_);
  return ended_;
}

Status WorkerProcess::OpenEngine() {
  const engine::EngineOptions& engine = options_.engine;
  const std::uint64_t threads =
      engine.threads != 0 ? engine.threads : std::max(1u, std::thread::hardware_concurrency());
  const std::uint64_t data_bytes_max =
      engine.memory_bytes_max + options_.headroom_bytes + threads * kThreadBytes;
  const auto opened = Begin()->Ask(MessageKind::kOpen, Encode(OpenMessage{engine, data_bytes_max}));
  return opened ? Status() : Status(opened.error());
}

}  // namespace healix::lakehouse::engine_process
