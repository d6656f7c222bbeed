#include "api/problem/problem.h"

#include <array>
#include <utility>

namespace gateway {
namespace {

using enum ProblemType;

// In the order of the enum, which a test checks.
constexpr std::array kProblems = {
    ProblemInfo{
        kBadRequest, "bad-request", "BadRequest", 400, "The request is not well-formed HTTP", false,
        0, "The request line, a header or the framing violates HTTP (RFC 9112), or is ambiguous.",
        "Fix the client or the proxy that made the request; the detail says what is wrong."},
    ProblemInfo{
        kInvalidJson, "invalid-json", "InvalidJson", 400, "The body is not valid JSON", false, 0,
        "The body is not a single JSON text in UTF-8 (RFC 8259). The detail gives the byte offset.",
        "Send valid JSON, without comments, trailing commas or anything after it."},
    ProblemInfo{kRouteNotFound, "route-not-found", "RouteNotFound", 404, "The path does not exist",
                false, 0, "The gateway has no route with this path.",
                "See /swagger/ or /openapi.json for the paths that exist."},
    ProblemInfo{kMethodNotAllowed, "method-not-allowed", "MethodNotAllowed", 405,
                "The path does not accept this method", false, 0,
                "The path exists, but not with this method.",
                "Use one of the methods in the Allow header."},
    ProblemInfo{kRequestTimeout, "request-timeout", "RequestTimeout", 408,
                "The request arrived too slowly", true, 0,
                "The head or the body of the request did not arrive in time (Http:HeadTimeoutMs, "
                "Http:BodyTimeoutMs, Http:MinBodyBytesPerSecond). No record was sent to Kafka.",
                "Send the request again, faster."},
    ProblemInfo{
        kBodyTooLarge, "body-too-large", "BodyTooLarge", 413, "The body is too large", false, 0,
        "The body is larger than Http:MaxBodyBytes, or larger than Http:MaxDecompressedBytes once "
        "decoded, or grows more than a hundredfold when decoded.",
        "Send the records in several requests."},
    ProblemInfo{kTargetTooLong, "target-too-long", "TargetTooLong", 414,
                "The request target is too long", false, 0,
                "The request target is longer than Http:MaxTargetBytes.", "Shorten the query."},
    ProblemInfo{kUnsupportedMediaType, "unsupported-media-type", "UnsupportedMediaType", 415,
                "The path does not accept this media type", false, 0,
                "The Content-Type is missing or is not one that the path accepts.",
                "Set the Content-Type that the detail names, for example application/json."},
    ProblemInfo{kUnsupportedContentCoding, "unsupported-content-coding", "UnsupportedContentCoding",
                415, "The content coding is not supported", false, 0,
                "The gateway cannot decode this Content-Encoding.",
                "Send the body with a coding that the answer's Accept-Encoding header lists, or "
                "with none."},
    ProblemInfo{kUndecodableBody, "undecodable-body", "UndecodableBody", 400,
                "The body does not match its Content-Encoding", false, 0,
                "The body is damaged, incomplete, or not in the coding named by the "
                "Content-Encoding header. No record was sent to Kafka.",
                "Compress the body again with the coding that the header names, or send it "
                "uncompressed, without a Content-Encoding."},
    ProblemInfo{kExpectationFailed, "expectation-failed", "ExpectationFailed", 417,
                "The expectation is not supported", false, 0,
                "The Expect header asks for something other than 100-continue.",
                "Leave the Expect header out."},
    ProblemInfo{kHeadTooLarge, "head-too-large", "HeadTooLarge", 431,
                "The request headers are too large", false, 0,
                "The head of the request is larger than Http:MaxHeadBytes or has more headers than "
                "Http:MaxHeaders.",
                "Send fewer or shorter headers."},
    ProblemInfo{kTransferCodingUnknown, "transfer-coding-unknown", "TransferCodingUnknown", 501,
                "The transfer coding is not implemented", false, 0,
                "The Transfer-Encoding is something other than chunked.",
                "Use chunked, or a Content-Length."},
    ProblemInfo{kMethodUnknown, "method-unknown", "MethodUnknown", 501,
                "The method is not implemented", false, 0, "The gateway does not know this method.",
                "Use GET, HEAD, POST or OPTIONS."},
    ProblemInfo{kVersionNotSupported, "version-not-supported", "VersionNotSupported", 505,
                "The HTTP version is not supported", false, 0,
                "The gateway supports HTTP/1.1 and HTTP/1.0.", "Use HTTP/1.1."},
    ProblemInfo{kTooManyConnections, "too-many-connections", "TooManyConnections", 503,
                "Too many connections", true, 1,
                "The limit on connections has been reached (Http:MaxConnections, "
                "Http:MaxConnectionsPerAddress).",
                "Reuse connections, or try again after the time in Retry-After."},
    ProblemInfo{kOriginNotAllowed, "origin-not-allowed", "OriginNotAllowed", 403,
                "Pages of this origin may not write", false, 0,
                "A browser sent the request for a page of another origin, without a CORS "
                "preflight. No record was sent to Kafka.",
                "Add the origin to Http:Cors:AllowedOrigins if its pages may write. Programs other "
                "than browsers should leave the Origin header out."},
    ProblemInfo{
        kUnauthorized, "unauthorized", "Unauthorized", 401, "The gateway does not know the caller",
        false, 0,
        "The request has no credentials, or they are unknown, wrong, expired or disabled; "
        "the answer does not say which. Nothing was sent to Kafka.",
        "Send a valid API key as X-API-Key or as Authorization: Bearer, or a token that has "
        "not expired, of an issuer that the gateway trusts. The gateway's log says why it "
        "refused the credentials."},
    ProblemInfo{kAuthenticationUnavailable, "authentication-unavailable",
                "AuthenticationUnavailable", 503, "The gateway cannot check the credentials now",
                true, 2,
                "The gateway does not have the keys of the token's issuer yet, or too many "
                "passwords wait to be checked. Nothing was sent to Kafka.",
                "Retry after the time in Retry-After. If this goes on, the gateway's log says why "
                "it cannot fetch the keys (keys-not-fetched)."},
    ProblemInfo{
        kRateLimited, "rate-limited", "RateLimited", 429, "The caller sends too much", true, 1,
        "The caller has sent more requests, records or bytes than the access file allows it, or "
        "too many requests from its address had credentials that are not valid (RateLimit-Policy "
        "has the limits). No record of the request was sent.",
        "Retry after the time in Retry-After, and send less, for example fewer requests with "
        "several records each. Or ask the gateway's operator for a higher rate, or for valid "
        "credentials."},
    ProblemInfo{
        kInvalidRecord, "invalid-record", "InvalidRecord", 400, "A record is not valid", false, 0,
        "A member of a record, or the corresponding parameter, is missing, unknown, of the "
        "wrong type or out of range. \"errors\" lists each. No record of the request was sent.",
        "Correct what \"errors\" points to and send the request again."},
    ProblemInfo{kRecordTooLarge, "record-too-large", "RecordTooLarge", 413, "A record is too large",
                false, 0,
                "A record is larger than Limits:MaxRecordBytes, or than the topic accepts "
                "(max.message.bytes).",
                "Send a smaller record, or store the large value elsewhere and send a reference."},
    ProblemInfo{kTooManyRecords, "too-many-records", "TooManyRecords", 413,
                "The request has too many records", false, 0,
                "The request has more records than Limits:MaxBatchRecords. None of them was sent.",
                "Send the records in several requests."},
    ProblemInfo{kRecordRejected, "record-rejected", "RecordRejected", 400,
                "Kafka rejected the record", false, 0,
                "A broker rejected the record itself: its timestamp is outside the topic's limits, "
                "or it has no key and the topic is compacted.",
                "Correct the record; the same record will be rejected again."},
    ProblemInfo{kForbidden, "forbidden", "Forbidden", 403, "The caller may not use this topic",
                false, 0,
                "The access file does not grant the topic to the caller, or denies it. This does "
                "not say whether the topic exists. No record of the request was sent.",
                "Use another topic, or ask the gateway's operator for a grant."},
    ProblemInfo{kTopicForbidden, "topic-forbidden", "TopicForbidden", 403,
                "The gateway does not write to this topic", false, 0,
                "The configuration (Topics:Allow, Topics:Deny) does not allow writes to this "
                "topic. Names that begin with \"__\" are always refused.",
                "Use another topic, or ask the gateway's operator to allow this one."},
    ProblemInfo{kTopicNotAuthorized, "topic-not-authorized", "TopicNotAuthorized", 403,
                "Kafka does not allow the gateway to write to this topic", false, 0,
                "The cluster's access control does not allow the gateway's principal to write to "
                "this topic. With access control, a cluster says the same of a topic that does not "
                "exist.",
                "Check the name, and ask the cluster's operator to grant the gateway WRITE and "
                "DESCRIBE on the topic."},
    ProblemInfo{kTopicNotFound, "topic-not-found", "TopicNotFound", 404, "The topic does not exist",
                false, 0,
                "The cluster has no topic of this name, and the gateway never creates one.",
                "Check the name, or create the topic."},
    ProblemInfo{kPartitionNotFound, "partition-not-found", "PartitionNotFound", 404,
                "The partition does not exist", false, 0,
                "The topic has no partition of this number.",
                "Use a lower partition number, or leave it out to let the gateway choose."},
    ProblemInfo{
        kKafkaAccess, "kafka-access", "KafkaAccess", 502,
        "The Kafka cluster does not let the gateway in", true, 0,
        "The brokers reject the gateway's credentials or its client certificate, or speak another "
        "protocol than Kafka:Security:Protocol, or the gateway does not trust their certificates, "
        "or gets no token to log in with, or may not write to any topic. The record was not sent.",
        "The gateway's operator must correct what the detail names (docs/kafka-security.md); the "
        "request is not at fault, and succeeds afterwards. A retry cannot duplicate the record."},
    ProblemInfo{kOverloaded, "overloaded", "Overloaded", 503, "The gateway has reached a limit",
                true, 1,
                "A limit of the gateway has been reached: Limits:MaxInFlightRequests, "
                "Limits:MaxInFlightBytes, or the backlog of one topic (half of those bytes, or "
                "250 000 records). The record was not sent.",
                "Retry after the time in Retry-After; a retry cannot duplicate the record."},
    ProblemInfo{kBrokersUnavailable, "brokers-unavailable", "BrokersUnavailable", 503,
                "Kafka cannot be reached", true, 2,
                "No broker that could store the record responds. The record was not stored.",
                "Retry after the time in Retry-After; a retry cannot duplicate the record."},
    ProblemInfo{kNotEnoughReplicas, "not-enough-replicas", "NotEnoughReplicas", 503,
                "Too few replicas are in sync", true, 2,
                "The partition has fewer in-sync replicas than min.insync.replicas. The record was "
                "not stored.",
                "Retry after the time in Retry-After; a retry cannot duplicate the record."},
    ProblemInfo{kProducerFailed, "producer-failed", "ProducerFailed", 503,
                "The gateway's producer is being replaced", true, 1,
                "The producer met a fatal error. The record was not stored.",
                "Retry after the time in Retry-After; a retry cannot duplicate the record."},
    ProblemInfo{kDraining, "draining", "Draining", 503, "The gateway is shutting down", true, 1,
                "This instance accepts no new records. The record was not sent.",
                "Retry on a new connection to another instance."},
    ProblemInfo{
        kDeliveryTimeout, "delivery-timeout", "DeliveryTimeout", 504,
        "Kafka did not confirm in time", true, 0,
        "Kafka did not confirm the record before the deadline of the request or of the record. "
        "\"persistence\" says whether the record may be stored.",
        "NotPersisted: retry. PossiblyPersisted: retry only if a duplicate is harmless.", true},
    ProblemInfo{kOutcomeUnknown, "outcome-unknown", "OutcomeUnknown", 504,
                "The record may or may not be stored", true, 0,
                "The connection to the broker broke, or the broker's answer does not say whether "
                "the record was stored.",
                "Retry only if a duplicate is harmless.", true},
    ProblemInfo{kInternal, "internal", "Internal", 500, "The gateway has an internal error", false,
                0, "Something went wrong in the gateway: this is a bug.",
                "Report the requestId to the gateway's operator; the logs have the rest.", true},
};

}  // namespace

std::span<const ProblemInfo> AllProblems() { return kProblems; }

const ProblemInfo& InfoOf(ProblemType type) { return kProblems[static_cast<std::size_t>(type)]; }

const ProblemInfo* FindProblem(std::string_view name) {
  for (const ProblemInfo& info : kProblems) {
    if (info.name == name) return &info;
  }
  return nullptr;
}

ProblemType FromErrorCode(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidRecord:
      return kInvalidRecord;
    case ErrorCode::kRecordTooLarge:
      return kRecordTooLarge;
    case ErrorCode::kTooManyRecords:
      return kTooManyRecords;
    case ErrorCode::kRecordRejected:
      return kRecordRejected;
    case ErrorCode::kForbidden:
      return kForbidden;
    case ErrorCode::kTopicForbidden:
      return kTopicForbidden;
    case ErrorCode::kTopicNotAuthorized:
      return kTopicNotAuthorized;
    case ErrorCode::kTopicNotFound:
      return kTopicNotFound;
    case ErrorCode::kPartitionNotFound:
      return kPartitionNotFound;
    case ErrorCode::kKafkaAccess:
      return kKafkaAccess;
    case ErrorCode::kOverloaded:
      return kOverloaded;
    case ErrorCode::kBrokersUnavailable:
      return kBrokersUnavailable;
    case ErrorCode::kNotEnoughReplicas:
      return kNotEnoughReplicas;
    case ErrorCode::kProducerFailed:
      return kProducerFailed;
    case ErrorCode::kDraining:
      return kDraining;
    case ErrorCode::kDeliveryTimeout:
      return kDeliveryTimeout;
    case ErrorCode::kOutcomeUnknown:
      return kOutcomeUnknown;
    case ErrorCode::kInternal:
      return kInternal;
  }
  return kInternal;
}

ProblemType RowOf(const Error& error) {
  const ProblemType row = FromErrorCode(error.code);
  const bool sayable =
      error.persistence == Persistence::kNotPersisted || InfoOf(row).possibly_persisted;
  return sayable ? row : kOutcomeUnknown;
}

std::string_view PersistenceName(Persistence persistence) {
  switch (persistence) {
    case Persistence::kNotPersisted:
      return "NotPersisted";
    case Persistence::kPossiblyPersisted:
      return "PossiblyPersisted";
  }
  return "PossiblyPersisted";
}

RetryAfter RetryAfterOf(ProblemType type) {
  return {InfoOf(type).retry_after_seconds, type == kOverloaded};
}

Problem::Problem(ProblemType row, std::string sentence)
    : type(row), detail(std::move(sentence)), retry_after(RetryAfterOf(row)) {}

Problem Problem::FromError(Error error) {
  Problem problem(RowOf(error), std::move(error.detail));
  problem.persistence = error.persistence;
  problem.errors = std::move(error.errors);
  problem.truncated = error.truncated;
  return problem;
}

}  // namespace gateway
