/** One call from JavaScript: checking what it was given, reporting how it failed. Every mechanism is written with this.
 */
#pragma once

#include <napi.h>

#include <cerrno>
#include <climits>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace ring3 {

/**
 * The arguments and the outcome of one call. The names given to the checks are those of the man page and appear in
 * messages. A wrong type is a TypeError, a number outside its range a RangeError, a failed system call an Error with
 * `code`, `errno` and `syscall`; all leave as C++ exceptions, which `invoke` hands to JavaScript.
 *
 * It stands on the C interface, where node-addon-api's wrappers cost a read or write of a pipe several per cent.
 */
class Call {
 public:
  Call(napi_env env, napi_callback_info info) : env_(env) {
    void* name;
    NAPI_THROW_IF_FAILED_VOID(env, napi_get_cb_info(env, info, &count_, arguments_, nullptr, &name));
    name_ = static_cast<const char*>(name);
  }

  Napi::Env env() const { return env_; }
  Napi::Value operator[](size_t index) const { return Napi::Value(env_, arguments_[index]); }
  bool has(size_t index) const { return index < count_ && !(*this)[index].IsUndefined(); }

  /** `value` as an integer; RangeError where it has a fraction or lies outside `min` to `max`. */
  int64_t toInteger(napi_value value, const char* what, int64_t min, int64_t max) const;
  int64_t integer(size_t index, const char* what, int64_t min, int64_t max) const {
    return toInteger(arguments_[index], what, min, max);
  }
  int integer(size_t index, const char* what) const { return static_cast<int>(integer(index, what, INT_MIN, INT_MAX)); }
  int integerOr(size_t index, const char* what, int otherwise) const {
    return has(index) ? integer(index, what) : otherwise;
  }
  /** The memory of a Uint8Array, valid while JavaScript does not run. TypeError where its buffer is detached. */
  std::span<uint8_t> bytes(size_t index, const char* what) const;
  /** As much of `bytes` as the argument `countIndex` says, or all of it. */
  std::span<uint8_t> bytes(size_t index, const char* what, size_t countIndex) const {
    std::span<uint8_t> all = bytes(index, what);
    return has(countIndex) ? all.first(integer(countIndex, "count", 0, all.size())) : all;
  }
  /** Text as C knows it: UTF-8 without a NUL. */
  std::string text(size_t index, const char* what) const;
  std::vector<std::string> texts(size_t index, const char* what) const;
  /** An array of at most `maxLength` elements. */
  Napi::Array list(size_t index, const char* what, uint32_t maxLength) const;

  Napi::Value number(double value) const { return Napi::Number::New(env_, value); }
  template <typename Number>
  Napi::Value pair(Number first, Number second) const {
    Napi::Array array = Napi::Array::New(env_, 2);
    array.Set(0u, number(first));
    array.Set(1u, number(second));
    return array;
  }
  /** What the kernel returned, as a number; throws errno for -1. */
  Napi::Value result(int64_t returned) const {
    if (returned == -1) fail();
    return number(static_cast<double>(returned));
  }
  /** For calls that only succeed: undefined, or throws errno for -1. */
  Napi::Value done(int64_t returned) const {
    if (returned == -1) fail();
    return env().Undefined();
  }

  /** Throws `error` worded as perror(3) would: `write: Broken pipe`. */
  [[noreturn]] void fail(int error = errno) const;
  [[noreturn]] void failType(const std::string& problem) const;
  [[noreturn]] void failRange(const std::string& problem) const;
  /** A plain Error: the arguments are right, the moment is not. */
  [[noreturn]] void failState(const std::string& problem) const;

 private:
  static constexpr size_t maxArguments = 3;
  napi_env env_;
  const char* name_;
  size_t count_ = maxArguments;
  napi_value arguments_[maxArguments];
};

using Function = Napi::Value (*)(const Call&);

template <Function function>
napi_value invoke(napi_env env, napi_callback_info info) {
  try {
    return function(Call(env, info));
  } catch (const Napi::Error& error) {
    error.ThrowAsJavaScriptException();
  } catch (const std::exception& error) {
    Napi::Error::New(env, error.what()).ThrowAsJavaScriptException();
  }
  return nullptr;
}

/** Gives JavaScript a function under the name of its man page, which is also the one in its errors. */
template <Function function>
void addFunction(Napi::Object exports, const char* name) {
  napi_value value;
  napi_env env = exports.Env();
  NAPI_THROW_IF_FAILED_VOID(
      env, napi_create_function(env, name, NAPI_AUTO_LENGTH, invoke<function>, const_cast<char*>(name), &value));
  exports.Set(name, Napi::Value(env, value));
}

inline void addConstant(Napi::Object exports, const char* name, double value) {
  exports.Get("constants").As<Napi::Object>().Set(name, Napi::Number::New(exports.Env(), value));
}
/** A constant of a header, with the number that it has on this machine. */
#define ADD_CONSTANT(exports, name) addConstant(exports, #name, name)

} // namespace ring3
