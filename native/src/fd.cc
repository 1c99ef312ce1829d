/** What can be done with any descriptor: open(2), read(2), write(2), close(2), dup2(2), fcntl(2); and unlink(2). */
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "call.h"
#include "mechanisms.h"

namespace ring3 {
namespace {

Napi::Value openCall(const Call& call) {
  std::string path = call.text(0, "path");
  return call.result(open(path.c_str(), call.integer(1, "flags"), call.integerOr(2, "mode", 0666)));
}

Napi::Value readCall(const Call& call) {
  int fd = call.integer(0, "fd");
  std::span<uint8_t> buffer = call.bytes(1, "buffer", 2);
  return call.result(read(fd, buffer.data(), buffer.size()));
}

Napi::Value writeCall(const Call& call) {
  int fd = call.integer(0, "fd");
  if (call[1].IsString()) {
    std::string text = call[1].As<Napi::String>();
    return call.result(write(fd, text.data(), text.size()));
  }
  std::span<uint8_t> data = call.bytes(1, "data", 2);
  return call.result(write(fd, data.data(), data.size()));
}

Napi::Value closeCall(const Call& call) {
  return call.done(close(call.integer(0, "fd")));
}

Napi::Value dup2Call(const Call& call) {
  return call.result(dup2(call.integer(0, "oldfd"), call.integer(1, "newfd")));
}

/** The commands whose argument is a number. Others take a pointer and are refused here, as the kernel refuses unknown
 * ones. */
constexpr int numberCommands[] = {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD,      F_SETFD,
                                  F_GETFL, F_SETFL,         F_GETPIPE_SZ, F_SETPIPE_SZ};

Napi::Value fcntlCall(const Call& call) {
  int fd = call.integer(0, "fd");
  int command = call.integer(1, "cmd");
  int argument = call.integerOr(2, "arg", 0);
  if (std::ranges::find(numberCommands, command) == std::end(numberCommands)) call.fail(EINVAL);
  return call.result(fcntl(fd, command, argument));
}

Napi::Value unlinkCall(const Call& call) {
  return call.done(unlink(call.text(0, "path").c_str()));
}

} // namespace

void addFd(Napi::Object exports) {
  addFunction<openCall>(exports, "open");
  addFunction<readCall>(exports, "read");
  addFunction<writeCall>(exports, "write");
  addFunction<closeCall>(exports, "close");
  addFunction<dup2Call>(exports, "dup2");
  addFunction<fcntlCall>(exports, "fcntl");
  addFunction<unlinkCall>(exports, "unlink");
  ADD_CONSTANT(exports, SEEK_SET);
  ADD_CONSTANT(exports, SEEK_CUR);
  ADD_CONSTANT(exports, SEEK_END);
  ADD_CONSTANT(exports, O_RDONLY);
  ADD_CONSTANT(exports, O_WRONLY);
  ADD_CONSTANT(exports, O_RDWR);
  ADD_CONSTANT(exports, O_CREAT);
  ADD_CONSTANT(exports, O_EXCL);
  ADD_CONSTANT(exports, O_TRUNC);
  ADD_CONSTANT(exports, O_APPEND);
  ADD_CONSTANT(exports, O_NONBLOCK);
  ADD_CONSTANT(exports, O_DIRECT);
  ADD_CONSTANT(exports, O_CLOEXEC);
  ADD_CONSTANT(exports, F_DUPFD);
  ADD_CONSTANT(exports, F_DUPFD_CLOEXEC);
  ADD_CONSTANT(exports, F_GETFD);
  ADD_CONSTANT(exports, F_SETFD);
  ADD_CONSTANT(exports, F_GETFL);
  ADD_CONSTANT(exports, F_SETFL);
  ADD_CONSTANT(exports, F_GETPIPE_SZ);
  ADD_CONSTANT(exports, F_SETPIPE_SZ);
  ADD_CONSTANT(exports, FD_CLOEXEC);
}

} // namespace ring3
