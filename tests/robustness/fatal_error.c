/* A test preloads this library into the gateway. Whenever the file named by $FATAL_ERROR_WHEN exists, the next of
 * librdkafka's idempotent producers meets a fatal error, as in a broker incident. rd_kafka_test_fatal_error only
 * triggers the error; librdkafka handles it as a real one. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST 64 /* producers of an instance and of the one before it */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static rd_kafka_t* producers[MOST];
static unsigned count;

static void* watch(void* file) {
  unsigned turn = 0;
  while (1) {
    usleep(5000);
    if (unlink(file) != 0) continue;
    pthread_mutex_lock(&mutex);
    if (count != 0) {
      rd_kafka_test_fatal_error(producers[turn++ % count],
                                RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "asked for by a test");
    }
    pthread_mutex_unlock(&mutex);
  }
  return NULL;
}

rd_kafka_t* rd_kafka_new(rd_kafka_type_t type, rd_kafka_conf_t* conf, char* error, size_t size) {
  static rd_kafka_t* (*real)(rd_kafka_type_t, rd_kafka_conf_t*, char*, size_t);
  char idempotent[8] = "";
  size_t length = sizeof idempotent;
  rd_kafka_t* made;
  pthread_mutex_lock(&mutex);
  if (real == NULL) {
    pthread_t thread;
    sigset_t all, before;
    *(void**)&real = dlsym(RTLD_NEXT, "rd_kafka_new");
    sigfillset(&all); /* signals are for the gateway's threads, which may not have blocked them yet */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_create(&thread, NULL, watch, getenv("FATAL_ERROR_WHEN"));
    pthread_sigmask(SIG_SETMASK, &before, NULL);
  }
  rd_kafka_conf_get(conf, "enable.idempotence", idempotent, &length);
  made = real(type, conf, error, size);
  if (made != NULL && strcmp(idempotent, "true") == 0 && count < MOST) producers[count++] = made;
  pthread_mutex_unlock(&mutex);
  return made;
}

void rd_kafka_destroy(rd_kafka_t* client) {
  static void (*real)(rd_kafka_t*);
  unsigned i;
  pthread_mutex_lock(&mutex);
  if (real == NULL) *(void**)&real = dlsym(RTLD_NEXT, "rd_kafka_destroy");
  for (i = 0; i < count; ++i) {
    if (producers[i] == client) producers[i--] = producers[--count];
  }
  pthread_mutex_unlock(&mutex);
  real(client);
}
