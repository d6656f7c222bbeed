#include "infra/config/file_locator.h"

#include "support/cpp/config_fixture.h"

namespace gateway {
namespace {

class Locator : public ConfigFixture {
 protected:
  FileLocator For(const std::string& executable) const {
    return FileLocator(Path(executable), Path("root"));
  }
};

TEST_F(Locator, ABuildInTheSourceTreeUsesThatTree) {
  Write("tree/CMakeLists.txt", "");
  const std::string config = Write("tree/config/appsettings.json", "{}");
  const std::string contract = Write("tree/openapi/openapi.json", "{}");
  Write("tree/build/swagger-ui/index.html", "");
  for (const std::string executable :
       {"tree/build/release/kafka-gateway", "tree/build/kafka-gateway"}) {
    EXPECT_EQ(For(executable).FindConfig("appsettings.json"), config);
    EXPECT_EQ(For(executable).FindData("openapi/openapi.json"), contract);
    EXPECT_EQ(For(executable).FindData("swagger-ui"), Path("tree/build/swagger-ui"));
  }
}

TEST_F(Locator, ABuildInTheSourceTreeIsNotConfiguredByWhatIsInstalled) {
  Write("tree/CMakeLists.txt", "");
  Write("root/etc/kafka-gateway/appsettings.Production.json", "{}");
  EXPECT_EQ(For("tree/build/dev/kafka-gateway").FindConfig("appsettings.Production.json"),
            std::nullopt);
}

TEST_F(Locator, FilesNextToTheExecutableAreFound) {
  const std::string config = Write("opt/config/appsettings.json", "{}");
  const std::string contract = Write("opt/openapi/openapi.json", "{}");
  EXPECT_EQ(For("opt/kafka-gateway").FindConfig("appsettings.json"), config);
  EXPECT_EQ(For("opt/kafka-gateway").FindData("openapi/openapi.json"), contract);
}

TEST_F(Locator, AnInstalledGatewayPrefersItsPrefixThenEtcThenShare) {
  const FileLocator files = For("prefix/bin/kafka-gateway");
  const std::string share = Write("root/usr/share/kafka-gateway/appsettings.json", "{}");
  EXPECT_EQ(files.FindConfig("appsettings.json"), share);
  const std::string etc = Write("root/etc/kafka-gateway/appsettings.json", "{}");
  EXPECT_EQ(files.FindConfig("appsettings.json"), etc);
  const std::string own = Write("prefix/etc/kafka-gateway/appsettings.json", "{}");
  EXPECT_EQ(files.FindConfig("appsettings.json"), own);
  const std::string data = Write("root/usr/share/kafka-gateway/openapi/openapi.json", "{}");
  EXPECT_EQ(files.FindData("openapi/openapi.json"), data);
  const std::string own_data = Write("prefix/share/kafka-gateway/openapi/openapi.json", "{}");
  EXPECT_EQ(files.FindData("openapi/openapi.json"), own_data);
}

TEST_F(Locator, EachConfigFileIsLookedUpSeparately) {
  Write("root/usr/share/kafka-gateway/appsettings.json", "{}");
  const std::string local = Write("root/etc/kafka-gateway/appsettings.Production.json", "{}");
  EXPECT_EQ(For("prefix/bin/kafka-gateway").FindConfig("appsettings.Production.json"), local);
}

TEST_F(Locator, AFileThatIsNowhereIsNotFound) {
  EXPECT_EQ(For("opt/kafka-gateway").FindConfig("appsettings.json"), std::nullopt);
  EXPECT_EQ(For("opt/kafka-gateway").FindData("swagger-ui"), std::nullopt);
}

TEST_F(Locator, ThisProcessHasAnExecutable) {
  EXPECT_TRUE(std::filesystem::exists(FileLocator::CurrentExecutable()));
}

}  // namespace
}  // namespace gateway
