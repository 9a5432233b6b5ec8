// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/stack.h"
#include "storage/home/home.h"
#include "trust/keys/signing_key.h"

namespace healix::app {

Result<ExitCode> RunCommand(const Context& context, const InitArguments& arguments) {
  base::FileSystem& files = base::PosixFileSystem();
  const std::string folder =
      std::filesystem::absolute(arguments.folder).lexically_normal().string();
  HEALIX_RETURN_IF_ERROR(storage::home::Home::Create(files, folder));
  HEALIX_RETURN_IF_ERROR(
      trust::keys::SigningKey::Create(files, storage::home::HomeLayout{folder}.KeysFolder()));
  // Opening migrates the stores, so that a broken set-up shows now and not at the first ingest.
  HEALIX_TRY(const auto stack, Stack::Open(folder));
  if (context.console.style() == Style::kJson) {
    context.console.Print(nlohmann::ordered_json{{"home", folder}}.dump());
  } else {
    context.console.Print(folder + " is a healix home");
  }
  return ExitCode::kDone;
}

}  // namespace healix::app
