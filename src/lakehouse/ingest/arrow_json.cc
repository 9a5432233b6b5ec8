// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <cmath>
#include <cstring>
#include <string_view>

#include "lakehouse/engine/result_stream.h"
#include "lakehouse/ingest/arrow_json_internal.h"

namespace healix::lakehouse::ingest {
namespace {

/// One column at one row.
struct Cell {
  const ArrowSchema& schema;
  const ArrowArray& array;
  std::int64_t row;  ///< in the array, its own offset not counted

  std::int64_t position() const { return row + array.offset; }
  template <typename T>
  T Get(int buffer = 1) const {
    return static_cast<const T*>(array.buffers[buffer])[position()];
  }
};

bool BitAt(const void* bits, std::int64_t position) {
  const auto byte = static_cast<const std::uint8_t*>(bits)[position / 8];
  return ((byte >> (position % 8)) & 1U) != 0;
}

bool IsNull(const Cell& cell) {
  if (std::strcmp(cell.schema.format, "n") == 0) return true;
  const void* validity = cell.array.n_buffers > 0 ? cell.array.buffers[0] : nullptr;
  return validity != nullptr && !BitAt(validity, cell.position());
}

template <typename Number>
void AppendNumber(std::string& out, Number number) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof(digits), number);
  out.append(digits, end.ptr);
}

template <typename Offset>
std::string_view TextAt(const Cell& cell) {
  const auto* offsets = static_cast<const Offset*>(cell.array.buffers[1]) + cell.position();
  const auto* bytes = static_cast<const char*>(cell.array.buffers[2]);
  return {bytes + offsets[0], static_cast<std::size_t>(offsets[1] - offsets[0])};
}

/// Elements of a list cell, as rows of its child.
struct Range {
  std::int64_t begin;
  std::int64_t end;
};
Range ElementsOf(const Cell& cell) {
  if (cell.schema.format[1] == 'L') {
    const auto* offsets = static_cast<const std::int64_t*>(cell.array.buffers[1]);
    return {offsets[cell.position()], offsets[cell.position() + 1]};
  }
  const auto* offsets = static_cast<const std::int32_t*>(cell.array.buffers[1]);
  return {offsets[cell.position()], offsets[cell.position() + 1]};
}

bool IsStruct(const ArrowSchema& schema) { return std::strcmp(schema.format, "+s") == 0; }
bool IsList(const ArrowSchema& schema) {
  return std::strcmp(schema.format, "+l") == 0 || std::strcmp(schema.format, "+L") == 0;
}

bool HasMember(const ArrowSchema& schema, std::string_view name) {
  for (std::int64_t i = 0; i < schema.n_children; ++i) {
    if (name == schema.children[i]->name) return true;
  }
  return false;
}

bool IsChoice(const ArrowSchema& schema) { return IsStruct(schema) && !HasMember(schema, "id"); }

/// Tells `PatientId` of a reference, which repeats what `reference` says.
bool RepeatsReference(const ArrowSchema& parent, std::string_view name) {
  const bool is_type_id =
      name.size() > 2 && name.ends_with("Id") && name[0] >= 'A' && name[0] <= 'Z';
  return is_type_id && HasMember(parent, "reference");
}

std::string ChoiceName(std::string_view element, std::string_view type) {
  std::string name(element);
  name += type;
  char& first = name[element.size()];
  if (first >= 'a' && first <= 'z') first = static_cast<char>(first - 'a' + 'A');
  return name;
}

class Composer final {
 public:
  explicit Composer(std::string& out) : out_(out) {}

  /// Appends all members of a struct, each with a comma before it unless it is the first.
  Status Members(const Cell& cell) {
    for (std::int64_t i = 0; i < cell.schema.n_children; ++i) {
      const Cell child{*cell.schema.children[i], *cell.array.children[i], cell.position()};
      const std::string_view name = child.schema.name;
      if (RepeatsReference(cell.schema, name) || IsNull(child)) continue;
      if (IsChoice(child.schema)) {
        HEALIX_RETURN_IF_ERROR(Choice(name, child));
      } else {
        HEALIX_RETURN_IF_ERROR(Member(name, child));
      }
    }
    return {};
  }

 private:
  Status Choice(std::string_view element, const Cell& cell) {
    for (std::int64_t i = 0; i < cell.schema.n_children; ++i) {
      const Cell child{*cell.schema.children[i], *cell.array.children[i], cell.position()};
      if (IsNull(child)) continue;
      HEALIX_RETURN_IF_ERROR(Member(ChoiceName(element, child.schema.name), child));
    }
    return {};
  }

  Status Member(std::string_view name, const Cell& cell) {
    const std::size_t before = out_.size();
    if (out_.back() != '{') out_ += ',';
    engine::AppendJsonText(out_, name);
    out_ += ':';
    const std::size_t value_begin = out_.size();
    HEALIX_RETURN_IF_ERROR(Value(cell));
    const std::string_view value = std::string_view(out_).substr(value_begin);
    if (value == "{}" || value == "[]") out_.resize(before);
    return {};
  }

  Status Value(const Cell& cell) {
    if (IsStruct(cell.schema)) {
      out_ += '{';
      HEALIX_RETURN_IF_ERROR(Members(cell));
      out_ += '}';
      return {};
    }
    if (IsList(cell.schema)) return List(cell);
    return Scalar(cell);
  }

  Status List(const Cell& cell) {
    out_ += '[';
    const Range range = ElementsOf(cell);
    const ArrowArray& elements = *cell.array.children[0];
    for (std::int64_t row = range.begin; row < range.end; ++row) {
      if (row > range.begin) out_ += ',';
      const Cell element{*cell.schema.children[0], elements, row};
      if (IsNull(element)) {
        out_ += "null";
      } else {
        HEALIX_RETURN_IF_ERROR(Value(element));
      }
    }
    out_ += ']';
    return {};
  }

  Status Scalar(const Cell& cell) {
    const std::string_view format = cell.schema.format;
    if (format == "u") {
      engine::AppendJsonText(out_, TextAt<std::int32_t>(cell));
    } else if (format == "U") {
      engine::AppendJsonText(out_, TextAt<std::int64_t>(cell));
    } else if (format == "b") {
      out_ += BitAt(cell.array.buffers[1], cell.position()) ? "true" : "false";
    } else if (format == "i") {
      AppendNumber(out_, cell.Get<std::int32_t>());
    } else if (format == "l") {
      AppendNumber(out_, cell.Get<std::int64_t>());
    } else if (format == "g" && std::isfinite(cell.Get<double>())) {
      AppendNumber(out_, cell.Get<double>());
    } else if (format == "f" && std::isfinite(cell.Get<float>())) {
      AppendNumber(out_, cell.Get<float>());
    } else {
      return MakeError(ErrorCode::kUnsupported, "column {} has the Arrow type {}, not FHIR's",
                       SafeName(cell.schema.name), SafeName(format));
    }
    return {};
  }

  std::string& out_;
};

}  // namespace

Status AppendFhirJson(std::string& out, const std::string& resource_type, const ArrowSchema& schema,
                      const ArrowArray& array, std::int64_t row) {
  out += "{\"resourceType\":";
  engine::AppendJsonText(out, resource_type);
  HEALIX_RETURN_IF_ERROR(Composer(out).Members({schema, array, row}));
  out += '}';
  return {};
}

}  // namespace healix::lakehouse::ingest
