// SPDX-License-Identifier: Apache-2.0
#include "base/result/error.h"

#include "base/text/printable.h"

namespace healix {

std::string Position::ToString() const {
  std::string text = base::Printable(file);
  if (line) text += fmt::format(":{}", *line);
  if (byte_offset) text += fmt::format("@{}", *byte_offset);
  return text;
}

Error::Error(ErrorCode code, std::string safe_message)
    : detail_(std::make_shared<const Detail>(Detail{code, base::Printable(safe_message), {}})) {}

Error Error::At(Position position) const {
  auto copy = std::make_shared<Detail>(*detail_);
  Position& own = copy->position;
  if (own.file.empty()) own.file = std::move(position.file);
  if (!own.byte_offset) own.byte_offset = position.byte_offset;
  if (!own.line) own.line = position.line;
  Error result = *this;
  result.detail_ = std::move(copy);
  return result;
}

Error Error::Within(const SafeText& context) const {
  auto copy = std::make_shared<Detail>(*detail_);
  copy->message = fmt::format("{}: {}", base::Printable(context.text()), copy->message);
  Error result = *this;
  result.detail_ = std::move(copy);
  return result;
}

std::string Error::ToString() const {
  const std::string where = position().ToString();
  if (where.empty()) return fmt::format("error[{}]: {}", code(), message());
  return fmt::format("error[{}]: {} ({})", code(), message(), where);
}

}  // namespace healix
