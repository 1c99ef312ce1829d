/** Becoming another program: execve(2), execvp(3). */
#include <unistd.h>

#include "call.h"
#include "mechanisms.h"

namespace ring3 {
namespace {

/** The form in which C passes lists of strings: pointers, the last one null. Valid as long as `texts`. */
std::vector<char*> pointTo(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

Napi::Value execveCall(const Call& call) {
  std::string path = call.text(0, "path");
  std::vector<std::string> arguments = call.texts(1, "argv");
  std::vector<std::string> environment = call.texts(2, "envp");
  return call.done(execve(path.c_str(), pointTo(arguments).data(), pointTo(environment).data()));
}

Napi::Value execvpCall(const Call& call) {
  std::string file = call.text(0, "file");
  std::vector<std::string> arguments = call.texts(1, "argv");
  return call.done(execvp(file.c_str(), pointTo(arguments).data()));
}

} // namespace

void addExec(Napi::Object exports) {
  addFunction<execveCall>(exports, "execve");
  addFunction<execvpCall>(exports, "execvp");
}

} // namespace ring3
