// The answer to a send, once the fate of its records is known. Pure functions; any thread.
#ifndef GATEWAY_API_CONTROLLERS_SEND_ANSWER_H_
#define GATEWAY_API_CONTROLLERS_SEND_ANSWER_H_

#include <memory>

#include "dto/line_map.h"
#include "http/message.h"
#include "produce_batch.h"
#include "request_context.h"

namespace gateway {

// What the request decides about its answer. Copied into callbacks, so kept small.
struct SendAnswerForm {
  bool single = true;                    // one record, not a batch of one
  bool ndjson = false;                   // the rest is for many records
  bool minimal = false;                  // Prefer: return=minimal
  std::shared_ptr<const LineMap> lines;  // null unless the records are lines
};

// `batch` must have been answered.
http::Response MakeSendAnswer(const ProduceBatch& batch, const SendAnswerForm& form,
                              const RequestContext& context);

}  // namespace gateway

#endif  // GATEWAY_API_CONTROLLERS_SEND_ANSWER_H_
