#include "call.h"

#include <cstring>

namespace ring3 {

/** Longest list of texts, for instance the arguments of execve; the kernel's own limit is on their bytes. */
constexpr uint32_t maxTexts = 65'536;

int64_t Call::toInteger(napi_value argument, const char* what, int64_t min, int64_t max) const {
  double value;
  if (napi_get_value_double(env_, argument, &value) != napi_ok) failType(std::string(what) + " must be an integer");
  bool isInside = value >= static_cast<double>(min) && value <= static_cast<double>(max);
  if (!isInside || static_cast<double>(static_cast<int64_t>(value)) != value)
    failRange(std::string(what) + " must be an integer from " + std::to_string(min) + " to " + std::to_string(max));
  return static_cast<int64_t>(value);
}

std::span<uint8_t> Call::bytes(size_t index, const char* what) const {
  napi_typedarray_type type;
  size_t length;
  void* data;
  if (napi_get_typedarray_info(env_, arguments_[index], &type, &length, &data, nullptr, nullptr) != napi_ok ||
      type != napi_uint8_array)
    failType(std::string(what) + " must be a Uint8Array");
  // A detached buffer shows as a view without length; only then is it worth asking.
  if (length == 0) {
    Napi::ArrayBuffer buffer = (*this)[index].As<Napi::Uint8Array>().ArrayBuffer();
    if (buffer.IsArrayBuffer() && buffer.IsDetached()) failType(std::string(what) + " has a detached buffer");
  }
  return {static_cast<uint8_t*>(data), length};
}

std::string Call::text(size_t index, const char* what) const {
  if (!(*this)[index].IsString()) failType(std::string(what) + " must be a string");
  std::string text = (*this)[index].As<Napi::String>();
  if (text.find('\0') != std::string::npos) failType(std::string(what) + " must not contain a NUL character");
  return text;
}

Napi::Array Call::list(size_t index, const char* what, uint32_t maxLength) const {
  if (!(*this)[index].IsArray()) failType(std::string(what) + " must be an array");
  Napi::Array list = (*this)[index].As<Napi::Array>();
  if (list.Length() > maxLength)
    failRange(std::string(what) + " must have at most " + std::to_string(maxLength) + " elements");
  return list;
}

std::vector<std::string> Call::texts(size_t index, const char* what) const {
  Napi::Array elements = list(index, what, maxTexts);
  std::vector<std::string> texts;
  for (uint32_t i = 0; i < elements.Length(); i++) {
    Napi::HandleScope scope(env());
    Napi::Value element = elements.Get(i);
    if (!element.IsString()) failType(std::string(what) + " must contain only strings");
    texts.push_back(element.As<Napi::String>());
    if (texts.back().find('\0') != std::string::npos) failType(std::string(what) + " must not contain a NUL character");
  }
  return texts;
}

void Call::fail(int error) const {
  const char* code = strerrorname_np(error);
  const char* description = strerrordesc_np(error);
  Napi::Error thrown =
      Napi::Error::New(env(), std::string(name_) + ": " + (description ? description : "Unknown error"));
  thrown.Set("code", code ? std::string(code) : "E" + std::to_string(error));
  thrown.Set("errno", Napi::Number::New(env(), error));
  thrown.Set("syscall", std::string(name_));
  throw thrown;
}

void Call::failType(const std::string& problem) const {
  throw Napi::TypeError::New(env(), std::string(name_) + ": " + problem);
}

void Call::failState(const std::string& problem) const {
  throw Napi::Error::New(env(), std::string(name_) + ": " + problem);
}

void Call::failRange(const std::string& problem) const {
  throw Napi::RangeError::New(env(), std::string(name_) + ": " + problem);
}

} // namespace ring3
