#include "infra/os/watched_file.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

namespace gateway {
namespace {

namespace fs = std::filesystem;

class WatchedFileTest : public ::testing::Test {
 protected:
  WatchedFileTest() { fs::create_directories(folder); }
  ~WatchedFileTest() override { fs::remove_all(folder); }
  static void Write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

  const fs::path folder = fs::path(::testing::TempDir()) /
                          ::testing::UnitTest::GetInstance()->current_test_info()->name();
  const fs::path file = folder / "access.json";
};

TEST_F(WatchedFileTest, NoticesEachChangeOnce) {
  Write(file, "a");
  WatchedFile watched(file);
  EXPECT_FALSE(watched.Changed());
  Write(file, "longer");
  EXPECT_TRUE(watched.Changed());
  EXPECT_FALSE(watched.Changed());
  fs::last_write_time(file, fs::last_write_time(file) + std::chrono::seconds(1));
  EXPECT_TRUE(watched.Changed()) << "the same size at another time";
}

TEST_F(WatchedFileTest, NoticesThatTheFileVanishesAndComesBack) {
  Write(file, "a");
  WatchedFile watched(file);
  fs::remove(file);
  EXPECT_TRUE(watched.Changed());
  EXPECT_FALSE(watched.Changed());
  Write(file, "a");
  EXPECT_TRUE(watched.Changed());
}

TEST_F(WatchedFileTest, NoticesAnotherFileInItsPlaceAndAnotherTargetOfALink) {
  Write(folder / "1", "a");
  Write(folder / "2", "b");
  fs::last_write_time(folder / "2", fs::last_write_time(folder / "1"));
  fs::create_symlink("1", file);
  WatchedFile watched(file);
  fs::create_symlink("2", folder / "new");
  fs::rename(folder / "new", file);
  EXPECT_TRUE(watched.Changed()) << "the same size and time, another file";
}

}  // namespace
}  // namespace gateway
