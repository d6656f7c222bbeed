// The TokenParser port on nlohmann/json. Stateless; any thread.
#ifndef GATEWAY_INFRA_TOKENS_JSON_TOKEN_PARSER_H_
#define GATEWAY_INFRA_TOKENS_JSON_TOKEN_PARSER_H_

#include <optional>
#include <string_view>

#include "service/ports/token_parser.h"

namespace gateway {

class JsonTokenParser final : public TokenParser {
 public:
  std::optional<TokenObject> Parse(std::string_view text) const override;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_TOKENS_JSON_TOKEN_PARSER_H_
