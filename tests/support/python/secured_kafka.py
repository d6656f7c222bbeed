"""A Kafka broker with a listener for each way to secure one, and with ACLs.

`SecuredKafka(directory)` starts in about fifteen seconds. `addresses` has the listeners:

* SECURE: TLS, PLAIN and SCRAM          * MTLS: TLS, client certificate required
* TLS: TLS and nothing else             * WRONG: TLS with another name, SCRAM-SHA-512 only
* EXPIRED: TLS, expired certificate     * FUTURE: TLS, certificate that is not valid yet
* CLEAR: PLAIN without TLS              * PLAIN: plaintext
* OIDC: TLS, tokens of `issuer`
* BOTH: TLS, client certificate required, and PLAIN with any of the user's passwords (RotatingPasswords.java)

Users of PLAIN and SCRAM (password `NAME-secret`), and of certificates (`gateway.pem`, principal gateway) and tokens
(principal svc-gateway): alice, gateway and svc-gateway may write to `orders`; carol may write to `payments`; dave may
write to nothing. `settings(listener, …)` are the gateway's.
"""

import pathlib
import time

from kafka_cluster import Broker, KafkaTool, KafkaToolError, free_ports
from pki import Pki
from token_issuer import TokenIssuer

PROTOCOLS = {"SECURE": "SASL_SSL", "MTLS": "SSL", "TLS": "SSL", "WRONG": "SASL_SSL", "EXPIRED": "SASL_SSL",
             "FUTURE": "SASL_SSL", "OIDC": "SASL_SSL", "BOTH": "SASL_SSL", "CLEAR": "SASL_PLAINTEXT",
             "PLAIN": "PLAINTEXT", "ADMIN": "SSL", "CONTROLLER": "SSL"}
USERS = ("alice", "carol", "dave")
WRITERS = {"orders": ("alice", "gateway", "svc-gateway"), "payments": ("carol",)}


class SecuredKafka:
    """One broker, as a context manager. Use `tool` to change rights and SCRAM passwords, and to read records."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.pki = Pki(self.directory, starts_in_days=-2)  # so that a gateway's clock may be behind
        self.stranger = Pki(self.directory, "stranger")
        self.pki.issue("broker", starts_in_days=-2)
        self.pki.issue("other", names="DNS:other.example")
        self.pki.issue("expired", days=-1)
        self.pki.issue("future", starts_in_days=1)
        self.pki.issue("gateway")
        self.issuer = TokenIssuer(self.directory)
        self.ports = dict(zip(PROTOCOLS, free_ports(len(PROTOCOLS)), strict=True))
        self.addresses = {name: f"127.0.0.1:{port}" for name, port in self.ports.items()}
        self.broker = Broker(
            1, self.directory / "broker-1", self._properties(), self.ports["ADMIN"],
            [f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={self.issuer.url}/jwks"])
        self.tool = None
        self.brokers = [self.broker]

    def file(self, name):
        return str(self.directory / name)

    def settings(self, listener, **more):
        """The settings of a gateway that may use the listener. Keywords override settings: `Tls_CaFile`."""
        protocol = PROTOCOLS[listener].lower()
        found = {"Security_Protocol": protocol}
        if protocol.endswith("ssl"):
            found["Tls_CaFile"] = self.pki.ca
        if listener in ("MTLS", "BOTH"):
            found |= {"Tls_CertificateFile": self.file("gateway.crt"), "Tls_KeyFile": self.file("gateway.key")}
        if listener == "OIDC":
            found |= {"Sasl_Mechanism": "OAUTHBEARER", "OAuth_TokenEndpoint": self.issuer.token_endpoint,
                      "OAuth_ClientId": "gateway", "OAuth_ClientSecret": "client-secret", "OAuth_AllowHttp": "true"}
        elif protocol.startswith("sasl"):
            found |= {"Sasl_Mechanism": "PLAIN", "Sasl_Username": "alice", "Sasl_Password": "alice-secret"}
        found |= more
        return {f"Kafka:{name.replace('_', ':')}": value for name, value in found.items() if value is not None}

    def __enter__(self):
        self.broker.format("c2VjdXJlZC1rYWZrYS1pZA", *[
            f"--add-scram={mechanism}=[name={user},password={user}-secret]"
            for user in USERS for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512")])
        self.broker.start()
        try:
            self._start_tool()
            for topic, writers in WRITERS.items():
                self.tool.create_topic(topic)
                self.tool.ask("warm-up", topic=topic, producers=1)
                for writer in writers:
                    self.grant(writer, topic)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.tool is not None:
            self.tool.close()
        self.broker.kill()
        self.issuer.close()

    def grant(self, principal, topic, *operations):
        self.tool.ask("grant", principal=principal, topic=topic, operations=list(operations or ("WRITE", "DESCRIBE")))

    def create_topic(self, partitions=1, writer="alice"):
        """A fresh topic, and its name."""
        topic = self.tool.create_topic(partitions=partitions)
        self.grant(writer, topic)
        return topic

    def revoke(self, principal):
        self.tool.ask("revoke", principal=principal)

    def restart(self):
        self.broker.stop()
        self.broker.start()
        self._await()

    def _start_tool(self):
        admin = self.directory / "admin.properties"
        admin.write_text("security.protocol=SSL\nssl.keystore.type=PEM\nssl.truststore.type=PEM\n"
                         f"ssl.keystore.location={self.file('broker.pem')}\nssl.truststore.location={self.pki.ca}\n")
        with open(self.directory / "tool.log", "ab") as log:
            self.tool = KafkaTool(self.addresses["ADMIN"], log, admin)
        self._await()

    def _await(self, timeout=60):
        deadline = time.monotonic() + timeout
        while True:
            try:
                if self.broker.accepts() and self.tool.ask("cluster") == [1]:
                    return
            except KafkaToolError:
                pass
            if not self.broker.running or time.monotonic() > deadline:
                raise RuntimeError(f"the secured broker does not start:\n{self.broker.log_tail()}")
            time.sleep(0.05)

    def _properties(self):
        module = "org.apache.kafka.common.security."
        users = " ".join(f'user_{user}="{user}-secret"' for user in USERS)
        listeners = {name: f"{name}://{address}" for name, address in self.addresses.items()}
        properties = {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@{self.addresses['CONTROLLER']}",
            "listeners": ",".join(listeners.values()),
            "advertised.listeners": ",".join(url for name, url in listeners.items() if name != "CONTROLLER"),
            "listener.security.protocol.map": ",".join(f"{name}:{protocol}" for name, protocol in PROTOCOLS.items()),
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "ADMIN",
            "log.dirs": self.directory / "broker-1" / "data",
            "auto.create.topics.enable": "false",
            "offsets.topic.num.partitions": 4,
            "offsets.topic.replication.factor": 1,
            "transaction.state.log.num.partitions": 4,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "group.initial.rebalance.delay.ms": 0,
            "log.cleaner.dedupe.buffer.size": 2097152,
            "num.network.threads": 1,
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": self.file("broker.pem"),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": self.pki.ca,
            "ssl.principal.mapping.rules": "RULE:^CN=([a-zA-Z0-9.-]+).*$/$1/,DEFAULT",
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:broker",
            "allow.everyone.if.no.acl.found": "false",
            "connections.max.reauth.ms": 0,
        }
        for name in ("mtls", "both", "admin", "controller"):
            properties[f"listener.name.{name}.ssl.client.auth"] = "required"
        for name, identity in (("wrong", "other"), ("expired", "expired"), ("future", "future")):
            properties[f"listener.name.{name}.ssl.keystore.type"] = "PEM"
            properties[f"listener.name.{name}.ssl.keystore.location"] = self.file(f"{identity}.pem")
        plain = f"{module}plain.PlainLoginModule required {users};"
        scram = f"{module}scram.ScramLoginModule required;"
        mechanisms = {"secure": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512", "wrong": "SCRAM-SHA-512",
                      "expired": "PLAIN", "future": "PLAIN", "both": "PLAIN", "clear": "PLAIN"}
        for name, enabled in mechanisms.items():
            properties[f"listener.name.{name}.sasl.enabled.mechanisms"] = enabled
            for mechanism in enabled.lower().split(","):
                properties[f"listener.name.{name}.{mechanism}.sasl.jaas.config"] = (
                    plain if mechanism == "plain" else scram)
        properties["listener.name.both.plain.sasl.server.callback.handler.class"] = "RotatingPasswords"
        oidc = "listener.name.oidc."
        return properties | {
            f"{oidc}sasl.enabled.mechanisms": "OAUTHBEARER",
            f"{oidc}oauthbearer.sasl.jaas.config": f"{module}oauthbearer.OAuthBearerLoginModule required;",
            f"{oidc}oauthbearer.sasl.server.callback.handler.class":
                f"{module}oauthbearer.OAuthBearerValidatorCallbackHandler",
            # Without it Kafka 4.1.0 and 4.1.1 accept every token (CVE-2026-33557).
            f"{oidc}sasl.oauthbearer.jwt.validator.class": f"{module}oauthbearer.BrokerJwtValidator",
            f"{oidc}sasl.oauthbearer.jwks.endpoint.url": f"{self.issuer.url}/jwks",
            f"{oidc}sasl.oauthbearer.expected.audience": "kafka",
            f"{oidc}sasl.oauthbearer.expected.issuer": self.issuer.url,
        }
