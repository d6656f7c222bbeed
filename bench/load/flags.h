// The command line of the measuring programs: `--name value` pairs and `--name` switches without a
// value. An unknown flag or a missing value ends the program, because a mistyped flag would make it
// measure something else. For one thread.
#ifndef BENCH_LOAD_FLAGS_H_
#define BENCH_LOAD_FLAGS_H_

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

namespace gateway::bench {

class Flags final {
 public:
  // `known` maps each name to its default; a name of `switches` takes no value and is "" or "1".
  Flags(int argc, char** argv, std::map<std::string, std::string> known,
        std::map<std::string, std::string> switches = {})
      : program_(argv[0]), values_(std::move(known)) {
    for (int i = 1; i < argc; ++i) {
      const std::string_view argument = argv[i];
      const std::string name(argument.substr(0, 2) == "--" ? argument.substr(2) : "");
      if (switches.count(name) != 0) {
        switches[name] = "1";
      } else if (values_.count(name) != 0 && i + 1 < argc) {
        values_[name] = argv[++i];
      } else {
        Refuse(argument,
               values_.count(name) != 0 ? "needs a value" : "is not a flag of this program");
      }
    }
    values_.merge(switches);
  }

  const std::string& Text(const std::string& name) const { return values_.at(name); }
  bool Set(const std::string& name) const { return !values_.at(name).empty(); }

  double Number(const std::string& name) const {
    const std::string& text = values_.at(name);
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0' || number < 0)
      Refuse("--" + name, "must be a number, not \"" + text + "\"");
    return number;
  }

  std::size_t Count(const std::string& name) const {
    return static_cast<std::size_t>(Number(name));
  }

 private:
  [[noreturn]] void Refuse(std::string_view argument, const std::string& why) const {
    std::fprintf(stderr, "%s: %.*s %s\n", program_.c_str(), static_cast<int>(argument.size()),
                 argument.data(), why.c_str());
    std::exit(64);
  }

  std::string program_;
  std::map<std::string, std::string> values_;
};

}  // namespace gateway::bench

#endif  // BENCH_LOAD_FLAGS_H_
