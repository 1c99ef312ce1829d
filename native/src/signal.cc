/** Signals: kill(2), and dispositions by sigaction(2) and sigprocmask(2). */
#include <csignal>

#include "call.h"
#include "mechanisms.h"

namespace ring3 {
namespace {

Napi::Value killCall(const Call& call) {
  return call.done(kill(call.integer(0, "pid"), call.integer(1, "sig")));
}

const char* nameDisposition(const struct sigaction& action) {
  if (action.sa_flags & SA_SIGINFO) return "handler";
  if (action.sa_handler == SIG_DFL) return "SIG_DFL";
  if (action.sa_handler == SIG_IGN) return "SIG_IGN";
  return "handler";
}

/** The disposition that `signal` had; the second argument, where given, is the new one: SIG_DFL or SIG_IGN. */
Napi::Value sigactionCall(const Call& call) {
  int signal = call.integer(0, "signum");
  struct sigaction before = {};
  if (!call.has(1)) {
    if (sigaction(signal, nullptr, &before) == -1) call.fail();
    return Napi::String::New(call.env(), nameDisposition(before));
  }
  std::string disposition = call.text(1, "act");
  struct sigaction action = {};
  if (disposition == "SIG_DFL")
    action.sa_handler = SIG_DFL;
  else if (disposition == "SIG_IGN")
    action.sa_handler = SIG_IGN;
  else
    call.failRange("act must be \"SIG_DFL\" or \"SIG_IGN\"");
  if (sigaction(signal, &action, &before) == -1) call.fail();
  return Napi::String::New(call.env(), nameDisposition(before));
}

/** Every signal as a C program finds it: default disposition, not blocked. */
Napi::Value resetSignals(const Call& call) {
  for (int signal = 1; signal <= SIGRTMAX; signal++) {
    struct sigaction current;
    if (sigaction(signal, nullptr, &current) == -1) continue; // 32 and 33 belong to glibc
    // WebAssembly leaves its bounds checks to this handler; for any other fault it dies by the default action.
    if (signal == SIGSEGV && nameDisposition(current) == std::string("handler")) continue;
    struct sigaction standard = {};
    standard.sa_handler = SIG_DFL;
    sigaction(signal, &standard, nullptr); // SIGKILL and SIGSTOP refuse, being what they always are
  }
  sigset_t none;
  sigemptyset(&none);
  return call.done(sigprocmask(SIG_SETMASK, &none, nullptr));
}

} // namespace

void addSignal(Napi::Object exports) {
  addFunction<killCall>(exports, "kill");
  addFunction<sigactionCall>(exports, "sigaction");
  addFunction<resetSignals>(exports, "resetSignals");
}

} // namespace ring3
