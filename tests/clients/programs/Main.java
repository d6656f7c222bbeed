import gateway.ApiClient;
import gateway.ApiException;
import gateway.JSON;
import gateway.api.RecordsApi;
import gateway.model.BatchFailure;
import gateway.model.BatchRecord;
import gateway.model.BatchRequest;
import gateway.model.BatchWithDefaults;
import gateway.model.ProducerRecord;
import gateway.model.RecordHeader;
import gateway.model.RecordHeaders;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;

/** The client that openapi-generator makes for Java. */
public class Main {
  private static RecordsApi records;
  private static int status;

  private static BatchFailure failureOf(ProducerRecord record) throws Exception {
    try {
      records.sendBatch(new BatchRequest(List.of(record)), null, null, null, null, null, null, null);
    } catch (ApiException error) {
      status = error.getCode();
      return (BatchFailure) error.getErrorEntity();
    }
    throw new AssertionError("it was stored");
  }

  public static void main(String[] arguments) throws Exception {
    var topic = arguments[1];
    records = new RecordsApi(new ApiClient().setBasePath(arguments[0]));
    var sent = records.sendRecord(
        new ProducerRecord().topic(topic).key("order-1042").value(Map.of("total", 99.5)),
        null, null, null, null, null, null, null);
    var headers = new RecordHeaders(List.of(new RecordHeader().name("trace").value("warehouse")));
    var batch = records.sendBatch(
        new BatchRequest(new BatchWithDefaults().topic(topic)
            .addMessagesItem(new BatchRecord().key("order-1").value(null))
            .addMessagesItem(new BatchRecord().value("shipped").headers(headers))),
        null, null, null, null, null, null, null);
    var file = Files.createTempFile("raw", null);
    Files.write(file, new byte[] {0, (byte) 255, '\n', 1});
    var raw = records.sendRaw(topic, null, null, null, null, null, null, null, null, null, null, null,
        null, null, file.toFile()).getSendResult();
    Files.delete(file);
    var problem = failureOf(new ProducerRecord().topic("__consumer_offsets").value(1)).getProblem();
    var refused = status;
    var results = failureOf(
        new ProducerRecord().topic(topic).partition(99).value(1)).getBatchResult();
    System.out.println(new JSON().getMapper().writeValueAsString(Map.of(
        "sent", List.of(sent.getStatus(), sent.getTopic(), sent.getPartition(), sent.getOffset()),
        "batch", List.of(batch.getStatus(), batch.getSucceeded(),
            batch.getResults().get(0).getRecordStored().getOffset(),
            batch.getResults().get(1).getRecordStored().getOffset()),
        "raw", List.of(raw.getStatus(), raw.getOffset()),
        "refused", List.of(refused, problem.getCode(), problem.getRetriable(),
            problem.getPersistence(), problem.getErrors().get(0).getPointer()),
        "failed", List.of(status, results.getFailed(),
            results.getResults().get(0).getRecordFailed().getError().getCode()))));
  }
}
