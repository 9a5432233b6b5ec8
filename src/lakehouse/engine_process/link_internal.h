// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Connects the two processes: many conversations over one socket.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/result/result.h"
#include "lakehouse/engine_process/frame_internal.h"

namespace healix::lakehouse::engine_process {

class Link;

/// Exchanges frames of one number with the other side.
/// Lives    no longer than its Link.
/// Threads  Send() from any thread, Receive() from one at a time.
class Conversation final {
 public:
  Conversation(Link& link, std::uint32_t number) : link_(link), number_(number) {}
  ~Conversation();
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  std::uint32_t number() const { return number_; }
  /// Sends a frame; a link that broke is told by Receive(). Errors kLimitExceeded (payload).
  Status Send(MessageKind kind, std::string payload);
  /// Waits for the next frame. Errors: what the link broke of.
  Result<Frame> Receive();
  /// Sends a frame and waits for its answer: the payload of kAnswer or the error of kFailure.
  /// Errors kEngineFailed also for any other frame.
  Result<std::string> Ask(MessageKind kind, std::string payload);
  /// Sends the end of an exchange: an answer or why there is none.
  Status Answer(Result<std::string> payload);

 private:
  friend class Link;

  Link& link_;
  const std::uint32_t number_;
  std::deque<Frame> inbox_;  // with the link's mutex
  std::condition_variable arrived_;
};

/// Reads the answer out of a frame, as Conversation::Ask() does.
Result<std::string> AnswerIn(Frame frame);

/// Owns one end of a socket pair. One thread reads, in Run(), and never waits for anything but the
/// socket on the worker's side, so that no two full pipes can wait for each other.
/// Threads  any, but Run() on one.
class Link final {
 public:
  /// Numbers of conversations that the parent begins are odd, those of the worker even.
  enum class Side : std::uint8_t { kParent, kWorker };
  /// Is given the frame of a conversation that the other side begins. Called by Run().
  using OnOpening = std::function<void(std::shared_ptr<Conversation>, Frame)>;

  /// Takes `socket` over; closed by the destructor.
  Link(int socket, Side side) : socket_(socket), next_number_(side == Side::kParent ? 1 : 2) {}
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  std::shared_ptr<Conversation> Begin();
  /// Gives frames to their conversations until the other side closes.
  /// Errors kEngineFailed when it sends what is no frame, or more than it was asked for.
  Status Run(const OnOpening& on_opening);
  /// Ends every waiting Receive(), now and later, with `why`.
  void Break(Error why);
  /// Tells the other side that nothing more comes, which ends its Run().
  void StopSending();

 private:
  friend class Conversation;

  Status ReadAll(const OnOpening& on_opening);
  std::shared_ptr<Conversation> Join(std::uint32_t number);
  Status Deliver(Frame frame, const OnOpening& on_opening);
  void Send(const Frame& frame);

  const int socket_;
  std::mutex sending_;
  std::mutex mutex_;
  std::uint32_t next_number_;
  std::map<std::uint32_t, Conversation*> conversations_;
  std::optional<Error> broken_;
};

}  // namespace healix::lakehouse::engine_process
