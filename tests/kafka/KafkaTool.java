import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The independent client of the tests: Kafka's own Java clients. It reads one question per line, as
 * JSON, from standard input, and writes one answer per line to standard output. It keeps running
 * until its input ends, because starting a JVM per question would take half a second each. Bytes
 * are base64; null is null.
 *
 * <p>Arguments: the bootstrap servers, or "-" for questions that need no broker; then, optionally, a
 * file with further properties of every client, such as certificates. An answer is {"ok": …} or
 * {"error": "…"}; answers have the order of the questions.
 */
public final class KafkaTool implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Properties common = new Properties();
  private Admin admin;

  private KafkaTool(String[] arguments) throws IOException {
    if (arguments.length > 1) {
      common.load(Files.newBufferedReader(Path.of(arguments[1])));
    }
    common.put("bootstrap.servers", arguments[0]);
  }

  public static void main(String[] arguments) throws Exception {
    PrintStream answers = System.out;
    System.setOut(System.err); // the output of a library must not mix with the answers
    BufferedReader questions =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (KafkaTool tool = new KafkaTool(arguments)) {
      for (String line = questions.readLine(); line != null; line = questions.readLine()) {
        ObjectNode answer = JSON.createObjectNode();
        try {
          answer.set("ok", tool.answer(JSON.readTree(line)));
        } catch (ExecutionException e) {
          answer.put("error", String.valueOf(e.getCause()));
        } catch (Exception e) {
          answer.put("error", String.valueOf(e));
        }
        answers.write((JSON.writeValueAsString(answer) + "\n").getBytes(StandardCharsets.UTF_8));
        answers.flush();
      }
    }
  }

  private JsonNode answer(JsonNode question) throws Exception {
    String operation = question.path("op").asText();
    switch (operation) {
      case "create": return create(question);
      case "delete": return delete(question);
      case "describe": return describe(question);
      case "cluster": return cluster();
      case "read": return read(question);
      case "dump": return dump(question);
      case "ends": return ends(question);
      case "warm-up": return warmUp(question);
      case "partition": return partition(question);
      case "add-partitions": return addPartitions(question);
      case "configure": return configure(question);
      case "grant": return grant(question);
      case "revoke": return revoke(question);
      case "scram": return scram(question);
      default: throw new IllegalArgumentException("unknown op '" + operation + "'");
    }
  }

  /** {"topic", "partitions", "replication", "configs": {}}: returns when every leader is known. */
  private JsonNode create(JsonNode question) throws Exception {
    String topic = question.get("topic").asText();
    int partitions = question.path("partitions").asInt(1);
    Map<String, String> configs = new HashMap<>();
    question.path("configs").fields().forEachRemaining(
        entry -> configs.put(entry.getKey(), entry.getValue().asText()));
    NewTopic wanted = new NewTopic(
        topic, Optional.of(partitions), Optional.of((short) question.path("replication").asInt(1)));
    admin().createTopics(List.of(wanted.configs(configs))).all().get(20, TimeUnit.SECONDS);
    return awaitLeaders(topic, partitions);
  }

  private JsonNode awaitLeaders(String topic, int partitions) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (true) {
      try {
        List<TopicPartitionInfo> known = description(topic).partitions();
        if (known.size() == partitions
            && known.stream().allMatch(p -> p.leader() != null && !p.leader().isEmpty())) {
          return JSON.getNodeFactory().textNode(topic);
        }
      } catch (ExecutionException e) {
        // The broker that was asked does not know the topic yet.
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("no leader for every partition of " + topic);
      }
      Thread.sleep(20);
    }
  }

  private JsonNode delete(JsonNode question) throws Exception {
    String topic = question.get("topic").asText();
    admin().deleteTopics(List.of(topic)).all().get(20, TimeUnit.SECONDS);
    return JSON.getNodeFactory().textNode(topic);
  }

  /** {"topic"}: [{partition, leader, replicas, isr}], leader -1 if there is none. */
  private JsonNode describe(JsonNode question) throws Exception {
    ArrayNode answer = JSON.createArrayNode();
    for (TopicPartitionInfo info : description(question.get("topic").asText()).partitions()) {
      ObjectNode partition = answer.addObject();
      partition.put("partition", info.partition());
      partition.put("leader", info.leader() == null ? -1 : info.leader().id());
      ArrayNode replicas = partition.putArray("replicas");
      info.replicas().forEach(node -> replicas.add(node.id()));
      ArrayNode isr = partition.putArray("isr");
      info.isr().forEach(node -> isr.add(node.id()));
    }
    return answer;
  }

  private JsonNode cluster() throws Exception {
    ArrayNode nodes = JSON.createArrayNode();
    for (Node node : admin().describeCluster().nodes().get(10, TimeUnit.SECONDS)) {
      nodes.add(node.id());
    }
    return nodes;
  }

  /** {"topic"}: every record that the topic has now, in order of partition and offset. */
  private JsonNode read(JsonNode question) throws Exception {
    Map<Integer, List<ObjectNode>> found = new TreeMap<>();
    forEachRecord(question.get("topic").asText(), 60,
        record -> found.computeIfAbsent(record.partition(), p -> new ArrayList<>())
            .add(toJson(record)));
    ArrayNode answer = JSON.createArrayNode();
    found.values().forEach(answer::addAll);
    return answer;
  }

  /**
   * {"topic", "file"}: the same for topics that are too large for an answer. Writes one line per
   * record, `partition offset key value`, with key and value in base64 and `-` for null; the records
   * of a partition are in order. Answers the number of records.
   */
  private JsonNode dump(JsonNode question) throws Exception {
    Base64.Encoder base64 = Base64.getEncoder();
    long[] count = {0};
    try (PrintWriter lines = new PrintWriter(question.get("file").asText(), StandardCharsets.UTF_8)) {
      forEachRecord(question.get("topic").asText(), 300, record -> {
        lines.print(record.partition() + " " + record.offset());
        for (byte[] bytes : new byte[][] {record.key(), record.value()}) {
          lines.print(' ');
          lines.print(bytes == null ? "-" : base64.encodeToString(bytes));
        }
        lines.print('\n');
        count[0]++;
      });
      if (lines.checkError()) {
        throw new IOException("cannot write to " + question.get("file").asText());
      }
    }
    return JSON.getNodeFactory().numberNode(count[0]);
  }

  private void forEachRecord(
      String topic, int seconds, Consumer<ConsumerRecord<byte[], byte[]>> action) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
      List<TopicPartition> partitions = partitionsOf(consumer, topic);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException("could not read " + topic + " to its end");
        }
        consumer.poll(Duration.ofMillis(100)).forEach(action);
      }
    }
  }

  /** {"topic"}: {"0": end offset, …}. */
  private JsonNode ends(JsonNode question) {
    try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
      ObjectNode answer = JSON.createObjectNode();
      consumer.endOffsets(partitionsOf(consumer, question.get("topic").asText()))
          .forEach((partition, end) -> answer.put(String.valueOf(partition.partition()), end));
      return answer;
    }
  }

  /**
   * {"topic", "producers"}: sends with that many new idempotent producers to every partition. For
   * about a second after a broker's port opens, the broker cannot assign producer ids.
   */
  private JsonNode warmUp(JsonNode question) throws Exception {
    String topic = question.get("topic").asText();
    int producers = question.path("producers").asInt(1);
    for (int i = 0; i < producers; i++) {
      Properties properties = commonProperties();
      try (KafkaProducer<byte[], byte[]> producer =
          new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
        for (int p = 0; p < producer.partitionsFor(topic).size(); p++) {
          producer.send(new ProducerRecord<>(topic, p, null, new byte[] {1}))
              .get(30, TimeUnit.SECONDS);
        }
      }
    }
    return JSON.getNodeFactory().numberNode(producers);
  }

  /** {"keys": [base64], "partitions": n}: the partition that Java's producer chooses for each key. */
  private static JsonNode partition(JsonNode question) {
    ArrayNode answer = JSON.createArrayNode();
    for (JsonNode key : question.get("keys")) {
      answer.add(BuiltInPartitioner.partitionForKey(
          Base64.getDecoder().decode(key.asText()), question.get("partitions").asInt()));
    }
    return answer;
  }

  /** {"topic", "partitions": total}. */
  private JsonNode addPartitions(JsonNode question) throws Exception {
    String topic = question.get("topic").asText();
    int total = question.get("partitions").asInt();
    admin().createPartitions(Map.of(topic, NewPartitions.increaseTo(total))).all()
        .get(20, TimeUnit.SECONDS);
    return awaitLeaders(topic, total);
  }

  /** {"topic", "configs": {name: value}}: sets topic configuration. */
  private JsonNode configure(JsonNode question) throws Exception {
    List<AlterConfigOp> operations = new ArrayList<>();
    question.get("configs").fields().forEachRemaining(entry -> operations.add(new AlterConfigOp(
        new ConfigEntry(entry.getKey(), entry.getValue().asText()), AlterConfigOp.OpType.SET)));
    ConfigResource topic =
        new ConfigResource(ConfigResource.Type.TOPIC, question.get("topic").asText());
    admin().incrementalAlterConfigs(Map.of(topic, operations)).all().get(20, TimeUnit.SECONDS);
    return JSON.getNodeFactory().textNode(topic.name());
  }

  /** {"principal", "topic", "operations": ["WRITE"]}: allows the user these on the topic. */
  private JsonNode grant(JsonNode question) throws Exception {
    List<AclBinding> bindings = new ArrayList<>();
    for (JsonNode operation : question.get("operations")) {
      bindings.add(new AclBinding(
          new ResourcePattern(ResourceType.TOPIC, question.get("topic").asText(), PatternType.LITERAL),
          new AccessControlEntry("User:" + question.get("principal").asText(), "*",
              AclOperation.fromString(operation.asText()), AclPermissionType.ALLOW)));
    }
    admin().createAcls(bindings).all().get(20, TimeUnit.SECONDS);
    return JSON.getNodeFactory().numberNode(bindings.size());
  }

  /** {"principal"}: takes every right from the user. Answers how many there were. */
  private JsonNode revoke(JsonNode question) throws Exception {
    AclBindingFilter all = new AclBindingFilter(ResourcePatternFilter.ANY,
        new AccessControlEntryFilter("User:" + question.get("principal").asText(), null,
            AclOperation.ANY, AclPermissionType.ANY));
    return JSON.getNodeFactory().numberNode(
        admin().deleteAcls(List.of(all)).all().get(20, TimeUnit.SECONDS).size());
  }

  /** {"user", "password"}: sets the user's password for both SCRAM mechanisms. */
  private JsonNode scram(JsonNode question) throws Exception {
    for (ScramMechanism mechanism :
        List.of(ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512)) {
      admin().alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(
          question.get("user").asText(), new ScramCredentialInfo(mechanism, 4096),
          question.get("password").asText()))).all().get(20, TimeUnit.SECONDS);
    }
    return JSON.getNodeFactory().textNode(question.get("user").asText());
  }

  private static ObjectNode toJson(ConsumerRecord<byte[], byte[]> record) {
    ObjectNode json = JSON.createObjectNode();
    json.put("partition", record.partition());
    json.put("offset", record.offset());
    json.put("timestamp", record.timestamp());
    json.put("timestampType", record.timestampType().name);
    json.put("key", record.key()); // Jackson writes byte[] as base64, null as null
    json.put("value", record.value());
    ArrayNode headers = json.putArray("headers");
    for (Header header : record.headers()) {
      headers.addArray().add(header.key()).add(header.value());
    }
    return json;
  }

  private TopicDescription description(String topic) throws Exception {
    return admin().describeTopics(List.of(topic)).allTopicNames().get(10, TimeUnit.SECONDS)
        .get(topic);
  }

  private static List<TopicPartition> partitionsOf(
      KafkaConsumer<byte[], byte[]> consumer, String topic) {
    List<TopicPartition> partitions = new ArrayList<>();
    consumer.partitionsFor(topic)
        .forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
    return partitions;
  }

  private KafkaConsumer<byte[], byte[]> consumer() {
    Properties properties = commonProperties();
    properties.put("enable.auto.commit", "false");
    properties.put("allow.auto.create.topics", "false");
    properties.put("isolation.level", "read_committed");
    properties.put("max.poll.records", "10000");
    properties.put("default.api.timeout.ms", "20000");
    return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private Properties commonProperties() {
    Properties properties = new Properties();
    properties.putAll(common);
    return properties;
  }

  private Admin admin() {
    if (admin == null) {
      Properties properties = commonProperties();
      properties.put("request.timeout.ms", "5000");
      properties.put("default.api.timeout.ms", "20000");
      properties.put("reconnect.backoff.max.ms", "200");
      admin = Admin.create(properties);
    }
    return admin;
  }

  @Override
  public void close() {
    if (admin != null) {
      admin.close(Duration.ofSeconds(1));
    }
  }
}
