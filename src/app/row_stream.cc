// SPDX-License-Identifier: Apache-2.0
#include "app/row_stream.h"

#include <cerrno>
#include <utility>

namespace healix::app {
namespace {

namespace engine = lakehouse::engine;

struct Wrapped {
  std::unique_ptr<engine::ResultStream> rows;
  StreamError error;
};

Wrapped& Of(ArrowArrayStream* stream) { return *static_cast<Wrapped*>(stream->private_data); }

int GetSchema(ArrowArrayStream* stream, ArrowSchema* out) {
  auto schema = Of(stream).rows->Schema();
  if (!schema) {
    *Of(stream).error = schema.error();
    return EIO;
  }
  *out = schema->Release();
  return 0;
}

int GetNext(ArrowArrayStream* stream, ArrowArray* out) {
  auto batch = Of(stream).rows->Next();
  if (!batch) {
    *Of(stream).error = batch.error();
    return EIO;
  }
  *out = batch->has_value() ? (*batch)->Release() : ArrowArray{};
  return 0;
}

const char* GetLastError(ArrowArrayStream*) { return "the query failed"; }

void Release(ArrowArrayStream* stream) {
  delete static_cast<Wrapped*>(stream->private_data);
  stream->release = nullptr;
}

}  // namespace

engine::ArrowStreamOwner ToArrowStream(std::unique_ptr<engine::ResultStream> rows,
                                       StreamError error) {
  auto wrapped = std::make_unique<Wrapped>(Wrapped{std::move(rows), std::move(error)});
  ArrowArrayStream stream{};
  stream.get_schema = GetSchema;
  stream.get_next = GetNext;
  stream.get_last_error = GetLastError;
  stream.release = Release;
  stream.private_data = wrapped.release();
  return engine::ArrowStreamOwner(stream);
}

}  // namespace healix::app
