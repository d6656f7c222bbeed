// A parsed request to send records, independent of its wire format: the records, their errors, and
// the place of each record in the request.
#ifndef GATEWAY_API_FORMAT_PRODUCE_REQUEST_H_
#define GATEWAY_API_FORMAT_PRODUCE_REQUEST_H_

#include <cstddef>
#include <memory>
#include <string_view>

#include "service/produce/request_errors.h"
#include "service/types/error.h"
#include "service/types/record.h"

namespace gateway {

// Locates the records in the body or target of their request, as the wire format names places.
// Immutable; any thread.
class RecordPlaces {
 public:
  virtual ~RecordPlaces() = default;

  // The place of `member` ("/topic"; "": the record itself) of record `index`: an ErrorDetail that
  // has everything but the detail. Call it only while the records exist.
  virtual ErrorDetail Locate(std::size_t index, const Record& record,
                             std::string_view member) const = 0;
  // The line of the body, from 1, on which the record was; 0 if the body is not read by lines.
  virtual std::size_t LineOf(std::size_t /*index*/) const { return 0; }
};

struct ProduceRequest {
  RequestRecords batch;
  // The request is a single record. Its answer differs from that to a batch of one record.
  bool single = false;
  std::shared_ptr<const RecordPlaces> places;  // never null
  // The errors of the request. If there are any, `batch` has only the records that could be read,
  // and serves only to find further errors (ProduceService::Refuse).
  RequestErrors errors;
};

}  // namespace gateway

#endif  // GATEWAY_API_FORMAT_PRODUCE_REQUEST_H_
