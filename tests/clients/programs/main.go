// The client that openapi-generator makes for Go.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"os"

	"gatewayclients/gateway"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	log.SetFlags(log.Lshortfile)
	topic := os.Args[2]
	configuration := gateway.NewConfiguration()
	configuration.Servers = gateway.ServerConfigurations{{URL: os.Args[1]}}
	records := gateway.NewAPIClient(configuration).RecordsAPI
	ctx := context.Background()

	record := gateway.NewProducerRecord(topic, map[string]any{"total": 99.5})
	record.SetKey("order-1042")
	sent, _, err := records.SendRecord(ctx).ProducerRecord(*record).Execute()
	check(err)

	// The client leaves nil members out, so write a tombstone as JSON.
	tombstone := gateway.NewBatchRecord(json.RawMessage("null"))
	tombstone.SetKey("order-1")
	shipped := gateway.NewBatchRecord("shipped")
	headers := []gateway.RecordHeader{*gateway.NewRecordHeader("trace", "warehouse")}
	shipped.SetHeaders(gateway.ArrayOfRecordHeaderAsRecordHeaders(&headers))
	messages := gateway.NewBatchWithDefaults([]gateway.BatchRecord{*tombstone, *shipped})
	messages.SetTopic(topic)
	batch, _, err := records.SendBatch(ctx).
		BatchRequest(gateway.BatchWithDefaultsAsBatchRequest(messages)).Execute()
	check(err)

	file, err := os.CreateTemp("", "raw")
	check(err)
	defer os.Remove(file.Name())
	_, err = file.Write([]byte{0, 255, '\n', 1})
	check(err)
	_, err = file.Seek(0, 0)
	check(err)
	raw, _, err := records.SendRaw(ctx, topic).Body(file).Execute()
	check(err)

	failureOf := func(record *gateway.ProducerRecord) (int, gateway.BatchFailure) {
		list := []gateway.ProducerRecord{*record}
		_, response, err := records.SendBatch(ctx).
			BatchRequest(gateway.ArrayOfProducerRecordAsBatchRequest(&list)).Execute()
		var failure *gateway.GenericOpenAPIError
		if !errors.As(err, &failure) {
			log.Fatal("it was stored: ", err)
		}
		return response.StatusCode, failure.Model().(gateway.BatchFailure)
	}
	refused, first := failureOf(gateway.NewProducerRecord("__consumer_offsets", 1))
	problem := first.Problem
	nowhere := gateway.NewProducerRecord(topic, 1)
	nowhere.SetPartition(99)
	failed, second := failureOf(nowhere)
	results := second.BatchResult

	check(json.NewEncoder(os.Stdout).Encode(map[string]any{
		"sent": []any{sent.Status, sent.Topic, sent.Partition, sent.Offset.Get()},
		"batch": []any{batch.Status, batch.Succeeded, batch.Results[0].RecordStored.Offset.Get(),
			batch.Results[1].RecordStored.Offset.Get()},
		"raw": []any{raw.SendResult.Status, raw.SendResult.Offset.Get()},
		"refused": []any{refused, problem.Code, problem.Retriable, problem.Persistence,
			problem.Errors[0].GetPointer()},
		"failed": []any{failed, results.Failed, results.Results[0].RecordFailed.Error.Code},
	}))
}
