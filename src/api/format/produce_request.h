// What a request to send records says, whatever its wire format: the records, what is wrong with
// them, and how the format names a place in the request.
#ifndef GATEWAY_API_FORMAT_PRODUCE_REQUEST_H_
#define GATEWAY_API_FORMAT_PRODUCE_REQUEST_H_

#include <cstddef>
#include <memory>
#include <string_view>

#include "service/produce/request_errors.h"
#include "service/types/error.h"
#include "service/types/record.h"

namespace gateway {

// Where the records of one request are in it, in the words of its format. Immutable; any thread.
class RecordPlaces {
 public:
  virtual ~RecordPlaces() = default;

  // The place of `member` ("/topic"; "": the record itself) of record `index`: an ErrorDetail that
  // has everything but the detail. Only while the records exist.
  virtual ErrorDetail Locate(std::size_t index, const Record& record,
                             std::string_view member) const = 0;
  // The line of the body, from 1, on which the record was; 0 if the body is not read by lines.
  virtual std::size_t LineOf(std::size_t /*index*/) const { return 0; }
};

struct ProduceRequest {
  RequestRecords batch;
  // The request is one record and gets the answer to one, in contrast to a batch of one.
  bool single = false;
  std::shared_ptr<const RecordPlaces> places;  // never null
  // What is wrong with the request. If there is anything, `batch` has what could be read, which is
  // only good for finding more errors (ProduceService::Refuse).
  RequestErrors errors;
};

}  // namespace gateway

#endif  // GATEWAY_API_FORMAT_PRODUCE_REQUEST_H_
