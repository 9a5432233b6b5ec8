// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <utility>

#include "lakehouse/engine_process/link_internal.h"
#include "lakehouse/engine_process/messages_internal.h"

namespace healix::lakehouse::engine_process {
namespace {

// An asker waits for one frame; a query that ends may be told so beside its answer.
constexpr std::size_t kWaitingFramesMax = 8;

// Sends both parts whole. False when the other side is gone.
bool SendAll(int socket, std::array<iovec, 2> parts) {
  while (parts[0].iov_len + parts[1].iov_len > 0) {
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    const ssize_t sent = ::sendmsg(socket, &message, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return false;
    auto left = static_cast<std::size_t>(sent);
    for (iovec& part : parts) {
      const std::size_t taken = std::min(left, part.iov_len);
      part.iov_base = static_cast<std::byte*>(part.iov_base) + taken;
      part.iov_len -= taken;
      left -= taken;
    }
  }
  return true;
}

Error Unexpected() {
  return MakeError(ErrorCode::kEngineFailed, "the engine's process sent what was not asked for");
}

}  // namespace

Conversation::~Conversation() {
  const std::lock_guard guard(link_.mutex_);
  link_.conversations_.erase(number_);
}

Status Conversation::Send(MessageKind kind, std::string payload) {
  if (payload.size() > kPayloadBytesMax) {
    return MakeError(ErrorCode::kLimitExceeded, "a message of {} bytes to the engine's process",
                     payload.size());
  }
  link_.Send({number_, kind, std::move(payload)});
  return {};
}

Result<Frame> Conversation::Receive() {
  std::unique_lock lock(link_.mutex_);
  arrived_.wait(lock, [&] { return !inbox_.empty() || link_.broken_.has_value(); });
  if (inbox_.empty()) return *link_.broken_;
  Frame frame = std::move(inbox_.front());
  inbox_.pop_front();
  return frame;
}

Result<std::string> Conversation::Ask(MessageKind kind, std::string payload) {
  HEALIX_RETURN_IF_ERROR(Send(kind, std::move(payload)));
  HEALIX_TRY(Frame frame, Receive());
  return AnswerIn(std::move(frame));
}

Status Conversation::Answer(Result<std::string> payload) {
  if (payload && payload->size() > kPayloadBytesMax) {
    payload = MakeError(ErrorCode::kLimitExceeded, "an answer of {} bytes", payload->size());
  }
  if (payload) return Send(MessageKind::kAnswer, std::move(*payload));
  return Send(MessageKind::kFailure, Encode(FailureFrom(payload.error())));
}

Result<std::string> AnswerIn(Frame frame) {
  if (frame.kind == MessageKind::kAnswer) return std::move(frame.payload);
  if (frame.kind != MessageKind::kFailure) return Unexpected();
  HEALIX_TRY(const auto failure, Decode<FailureMessage>(frame.payload));
  return ErrorFrom(failure);
}

Link::~Link() { ::close(socket_); }

std::shared_ptr<Conversation> Link::Join(std::uint32_t number) {
  auto conversation = std::make_shared<Conversation>(*this, number);
  conversations_[number] = conversation.get();
  return conversation;
}

std::shared_ptr<Conversation> Link::Begin() {
  const std::lock_guard guard(mutex_);
  const std::uint32_t number = std::exchange(next_number_, next_number_ + 2);
  HEALIX_CHECK(!conversations_.contains(number), "2^31 conversations while one still goes on");
  return Join(number);
}

Status Link::Run(const OnOpening& on_opening) {
  try {
    return ReadAll(on_opening);
  } catch (const std::bad_alloc&) {
    return MakeError(ErrorCode::kEngineFailed, "no memory for a message of the engine's process");
  }
}

Status Link::ReadAll(const OnOpening& on_opening) {
  FrameDecoder decoder;
  while (true) {
    const auto space = decoder.Space();
    const ssize_t count = ::recv(socket_, space.data(), space.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return {};
    HEALIX_TRY(auto frame, decoder.Commit(static_cast<std::size_t>(count)));
    if (frame) HEALIX_RETURN_IF_ERROR(Deliver(std::move(*frame), on_opening));
  }
}

Status Link::Deliver(Frame frame, const OnOpening& on_opening) {
  std::shared_ptr<Conversation> begun;
  {
    const std::lock_guard guard(mutex_);
    const auto found = conversations_.find(frame.conversation);
    if (found != conversations_.end()) {
      if (found->second->inbox_.size() >= kWaitingFramesMax) return Unexpected();
      found->second->inbox_.push_back(std::move(frame));
      found->second->arrived_.notify_all();
      return {};
    }
    // Late news of a conversation of ours that is over.
    if (frame.conversation % 2 == next_number_ % 2) return {};
    begun = Join(frame.conversation);
  }
  on_opening(std::move(begun), std::move(frame));
  return {};
}

void Link::Send(const Frame& frame) {
  auto header = HeaderOf(frame);
  const std::lock_guard guard(sending_);
  const bool sent =
      SendAll(socket_, {iovec{header.data(), header.size()},
                        iovec{const_cast<char*>(frame.payload.data()), frame.payload.size()}});
  // The reader then ends, and tells everyone who waits.
  if (!sent) ::shutdown(socket_, SHUT_RDWR);
}

void Link::Break(Error why) {
  const std::lock_guard guard(mutex_);
  if (!broken_) broken_ = std::move(why);
  for (const auto& [number, conversation] : conversations_) conversation->arrived_.notify_all();
}

void Link::StopSending() { ::shutdown(socket_, SHUT_WR); }

}  // namespace healix::lakehouse::engine_process
