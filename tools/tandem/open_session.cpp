#include "tools/tandem/open_session.h"

namespace tandem {

Result<std::unique_ptr<Session>> openSession(const std::string &bundlePath,
                                             const std::string &model,
                                             const SessionOptions &options) {
  TANDEM_ASSIGN_OR_RETURN(auto bundle, Bundle::open(bundlePath));
  if (auto found = bundle->model(model); !found.ok())
    return Error(Code::kInvalidArgument, found.error().subject, found.error().message);
  return Session::create(bundle, model, options);
}

} // namespace tandem
