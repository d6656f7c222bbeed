#include "api/http/ip_address.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace gateway::http {
namespace {

std::string TextOf(std::string_view text) {
  const auto address = IpAddress::Parse(text);
  return address ? address->ToText() : "none";
}

bool Contains(std::string_view network, std::string_view address) {
  const auto parsed = IpNetwork::Parse(network);
  EXPECT_TRUE(parsed) << network;
  const auto inside = IpAddress::Parse(address);
  EXPECT_TRUE(inside) << address;
  return parsed && inside && parsed->Contains(*inside);
}

TEST(IpAddress, HasOneTextForEachAddress) {
  EXPECT_EQ(TextOf("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(TextOf("2001:DB8:0:0:0:0:0:1"), "2001:db8::1");
  EXPECT_EQ(TextOf("::"), "::");
  EXPECT_EQ(TextOf("::ffff:192.0.2.1"), "192.0.2.1") << "mapped";
  EXPECT_EQ(*IpAddress::Parse("::ffff:c000:201"), *IpAddress::Parse("192.0.2.1"));
}

TEST(IpAddress, TextsThatAreNoAddressAreRefused) {
  for (const std::string_view text :
       {"", "192.0.2", "192.0.2.256", "192.0.2.1:80", "192.0.2.01", " 192.0.2.1", "192.0.2.1 ",
        "[::1]", "::1%lo", "2001:db8::1::", "localhost", "1", "0x7f.1", "unknown", "_hidden",
        "2001:db8:0000:0000:0000:0000:0000:0000:0000:0000:0001"}) {
    EXPECT_FALSE(IpAddress::Parse(text)) << text;
  }
  EXPECT_FALSE(IpAddress::Parse(std::string_view("192.0.2.1\0", 10)));
}

TEST(IpNetwork, ContainsTheAddressesOfItsPrefix) {
  EXPECT_TRUE(Contains("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(Contains("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(Contains("192.0.2.128/25", "192.0.2.200"));
  EXPECT_FALSE(Contains("192.0.2.128/25", "192.0.2.127"));
  EXPECT_TRUE(Contains("192.0.2.1", "192.0.2.1"));
  EXPECT_FALSE(Contains("192.0.2.1", "192.0.2.2"));
  EXPECT_TRUE(Contains("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(Contains("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_TRUE(Contains("0.0.0.0/0", "192.0.2.1"));
  EXPECT_FALSE(Contains("::/0", "192.0.2.1")) << "of the other family";
  EXPECT_FALSE(Contains("0.0.0.0/0", "::1"));
  EXPECT_TRUE(Contains("10.0.0.0/8", "::ffff:10.0.0.1")) << "mapped";
}

TEST(IpNetwork, TextsThatAreNoNetworkAreRefused) {
  for (const std::string_view text :
       {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8 ", "10.0.0.0/8/8",
        "10.0.0.1/8", "2001:db8::/129", "2001:db8::1/64", "10.0.0.0/+8", "*", "10.*"}) {
    EXPECT_FALSE(IpNetwork::Parse(text)) << text;
  }
}

TEST(ClientNetwork, IsTheAddressOrItsFirst64Bits) {
  EXPECT_EQ(ClientNetworkOf("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(ClientNetworkOf("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
  EXPECT_EQ(ClientNetworkOf("2001:db8:1:2::7"), ClientNetworkOf("2001:db8:1:2:ffff::"));
  EXPECT_NE(ClientNetworkOf("2001:db8:1:3::7"), ClientNetworkOf("2001:db8:1:2::7"));
  EXPECT_EQ(ClientNetworkOf("?"), "?");
}

}  // namespace
}  // namespace gateway::http
