// Runs bundles for a test that is on another processor: the test starts it under an emulator, with
// a socket as its standard input (wire.h), and so many models take one start only.

#include "runtime/session.h"
#include "tests/emulated/wire.h"

namespace tandem::test {
namespace {

class Agent {
public:
  explicit Agent(int socket) : wire_(socket) {}

  void serve() {
    while (true) {
      auto question = static_cast<Question>(wire_.get());
      if (wire_.broken()) // the test is done
        return;
      if (question == Question::kOpen)
        open();
      else
        run();
    }
  }

private:
  Status makeSession(const std::string &path) {
    session_.reset();
    TANDEM_ASSIGN_OR_RETURN(auto bundle, Bundle::open(path));
    TANDEM_ASSIGN_OR_RETURN(session_, Session::create(bundle));
    return Status();
  }

  void answer(const Status &status) {
    wire_.put(status.ok() ? -1 : static_cast<int64_t>(status.error().code));
    if (!status.ok())
      wire_.putText(status.error().text());
  }

  void open() {
    Status status = makeSession(wire_.getText());
    answer(status);
    if (!status.ok())
      return;
    for (auto tensors : {session_->inputs(), session_->outputs()}) {
      wire_.put(static_cast<int64_t>(tensors.size()));
      for (const TensorView &tensor : tensors) {
        wire_.putText(std::string(tensor.name));
        wire_.put(static_cast<int64_t>(tensor.type));
        wire_.put(static_cast<int64_t>(tensor.shape.size()));
        for (int64_t dim : tensor.shape)
          wire_.put(dim);
      }
    }
  }

  void run() {
    for (const TensorView &input : session_->inputs())
      wire_.getBytes(input.data, input.bytes);
    Status status = session_->run();
    answer(status);
    if (status.ok())
      for (const TensorView &output : session_->outputs())
        wire_.putBytes(output.data, output.bytes);
  }

  Wire wire_;
  std::unique_ptr<Session> session_;
};

} // namespace
} // namespace tandem::test

int main() {
  tandem::test::Agent(STDIN_FILENO).serve();
}
