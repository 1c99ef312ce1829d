/** What each file of this folder adds to the addon. */
#pragma once

#include <napi.h>

namespace ring3 {

void addClock(Napi::Object exports);
void addExec(Napi::Object exports);
void addFd(Napi::Object exports);
void addFork(Napi::Object exports);
void addPidfd(Napi::Object exports);
void addPipe(Napi::Object exports);
void addPoll(Napi::Object exports);
void addProcess(Napi::Object exports);
void addSched(Napi::Object exports);
void addSignal(Napi::Object exports);
void addSocket(Napi::Object exports);
void addWait(Napi::Object exports);

} // namespace ring3
