import json
import logging
import re

import pytest
import torch
from torch import nn

import crnn_handler
from crnn import bundle, ink, picture
from crnn.checkpoint import Checkpoint
from crnn.network import CRNN
from crnn_handler import CRNNHandler
from tests import handwriting, paper
from training import export

HELLO = handwriting.ink("hello")
JSON = {"Content-Type": "application/json"}
PNG = {"Content-Type": "image/png"}


class Context:
    """What TorchServe gives a handler: the archive's manifest, and each request's head and answer."""

    def __init__(self, folder, heads=()):
        self.manifest = {
            "model": {"modelName": "crnn", "modelVersion": "9.8", "serializedFile": "crnn.pt"},
        }
        self.system_properties = {"model_dir": str(folder)}
        self.heads = heads
        self.statuses = {}
        self.types = {}

    def get_all_request_header(self, idx):
        return dict(self.heads[idx])

    def set_response_status(self, code, phrase, idx):
        self.statuses[idx] = code

    def set_response_content_type(self, idx, value):
        self.types[idx] = value


@pytest.fixture(scope="module")
def folder(checkpoint, tmp_path_factory):
    folder = tmp_path_factory.mktemp("archive")
    checkpoint.save(folder / bundle.WEIGHTS)
    return folder


@pytest.fixture(scope="module", autouse=True)
def usual_level():
    """A handler has its process log less."""
    root = logging.getLogger()
    before = root.level
    yield
    root.setLevel(before)


@pytest.fixture(scope="module")
def handler(folder):
    """One that warmed up on short ink alone: a network that was never trained takes long over wide ink."""
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    handler = CRNNHandler()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crnn_handler, "_WARM_UP", crnn_handler._WARM_UP[:1])
        handler.initialize(Context(folder))
    yield handler
    torch.set_num_threads(threads)


@pytest.fixture
def ask(handler, folder):
    """Send requests, each (body, head), as one batch: each one's answer and status."""

    def send(*requests, key="body"):
        context = Context(folder, [head for _, head in requests])
        answers = handler.handle([{key: body} for body, _ in requests], context)
        assert len(answers) == len(requests)
        assert set(context.types.values()) == {"application/json"}
        statuses = [context.statuses.get(index, 200) for index in range(len(requests))]
        return [(json.loads(answer), status) for answer, status in zip(answers, statuses, strict=True)]

    return send


def as_json(reading):
    """A reading of the recogniser as the handler writes it."""
    return {
        "text": reading.text,
        "confidence": pytest.approx(reading.confidence, rel=1e-3),
        "alternatives": [
            {"text": each.text, "confidence": pytest.approx(each.confidence, rel=1e-3)}
            for each in reading.alternatives
        ],
        "characters": [
            {
                "text": each.text,
                "confidence": pytest.approx(each.confidence, rel=1e-3),
                "start": pytest.approx(each.start, abs=1e-3),
                "end": pytest.approx(each.end, abs=1e-3),
            }
            for each in reading.characters
        ],
        "model": {"name": "crnn", "version": "9.8"},
    }


@pytest.mark.parametrize("key", ["data", "body"])
def test_ink_is_read_as_the_recogniser_reads_it(ask, recogniser, key):
    [(answer, status)] = ask(({"strokes": HELLO}, JSON), key=key)
    [reading] = recogniser.read([ink.draw(ink.parse(HELLO))])
    assert status == 200
    assert answer == as_json(reading)


@pytest.mark.parametrize("form", [bytes, bytearray])
def test_a_picture_is_read_as_the_recogniser_reads_it(ask, recogniser, form):
    data = paper.encoded(paper.page(HELLO))
    [(answer, status)] = ask((form(data), PNG))
    [reading] = recogniser.read([picture.read(data)])
    assert status == 200
    assert answer == as_json(reading)


@pytest.mark.parametrize("decoder", ["best-path", "beam"])
def test_the_header_chooses_the_decoder(ask, recogniser, decoder):
    [(answer, _)] = ask(({"strokes": HELLO}, JSON | {"X-Decoder": decoder}))
    [reading] = recogniser.read([ink.draw(ink.parse(HELLO))], decoder)
    assert answer == as_json(reading)


def test_headers_are_known_in_any_case(ask):
    lower = {"content-type": "Application/JSON", "x-decoder": "best-path"}
    usual = {"Content-Type": "application/json", "X-Decoder": "best-path"}
    [(one, _), (other, _)] = ask(({"strokes": HELLO}, lower), ({"strokes": HELLO}, usual))
    assert one == other
    [(answer, _)] = ask((b"{", lower))
    assert answer["code"] == "malformed"


@pytest.mark.parametrize("decoder", ["", "greedy", "BEAM"])
def test_an_unknown_decoder_is_the_beam(ask, decoder):
    [(answer, _), (beam, _)] = ask(
        ({"strokes": HELLO}, JSON | {"X-Decoder": decoder}), ({"strokes": HELLO}, JSON)
    )
    assert answer == beam


@pytest.mark.parametrize(
    ("body", "head", "code"),
    [
        ({"strokes": []}, JSON, "blank"),
        ({"strokes": [[], []]}, JSON, "blank"),
        ({}, JSON, "malformed"),
        ([], JSON, "malformed"),
        (None, JSON, "malformed"),
        ("hello", JSON, "malformed"),
        (7, JSON, "malformed"),
        (HELLO, JSON, "malformed"),
        ({"ink": HELLO}, JSON, "malformed"),
        ({"strokes": None}, JSON, "malformed"),
        ({"strokes": "hello"}, JSON, "malformed"),
        ({"strokes": [[["1", "2"]]]}, JSON, "malformed"),
        ({"strokes": [[[float("nan"), 0]]]}, JSON, "malformed"),
        ({"strokes": [[[1e9, 0]]]}, JSON, "malformed"),
        (b'{"strokes": [[[1,', JSON, "malformed"),
        (b"\xff\xfe", {"Content-Type": "application/json; charset=utf-16"}, "malformed"),
        (b"", PNG, "truncated"),
        (paper.encoded(paper.page(HELLO))[:300], PNG, "truncated"),
        (paper.encoded(paper.page(HELLO), "JPEG")[:900], {"Content-Type": "image/jpeg"}, "truncated"),
        (paper.hollow_png(30_000, 30_000), PNG, "too_large"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", {"Content-Type": "image/svg+xml"}, "unsupported"),
        (b"hello", {}, "unsupported"),
        (paper.encoded(paper.page(HELLO) * 0 + 255), PNG, "blank"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_code_and_a_reason(ask, body, head, code):
    [(answer, status)] = ask((body, head))
    assert status == 422
    assert answer["code"] == code
    assert answer["detail"]
    assert set(answer) == {"code", "detail"}


def test_each_of_a_batch_is_answered_by_itself(ask):
    good, dot = ({"strokes": HELLO}, JSON), ({"strokes": [[[5, 5]]]}, JSON)
    image = (paper.encoded(paper.page(HELLO)), PNG)
    batch = [good, ({"strokes": []}, JSON), image, (b"hello", PNG), ({"strokes": 7}, JSON), dot]
    answers = ask(*batch)
    assert [status for _, status in answers] == [200, 422, 200, 422, 422, 200]
    assert [answer.get("code") for answer, _ in answers] == [
        None,
        "blank",
        None,
        "unsupported",
        "malformed",
        None,
    ]
    assert answers == [ask(request)[0] for request in batch]


def test_what_fails_leaves_the_others_of_its_batch_alone(ask, monkeypatch, caplog):
    good, image = ({"strokes": HELLO}, JSON), (b"\x89PNG", PNG)
    alone = ask(good)
    monkeypatch.setattr(picture, "read", lambda _: 1 / 0)
    one, failed, other = ask(good, image, good)
    assert [one, other] == alone * 2
    assert failed == ({"code": "failed", "detail": "Prediction failed"}, 503)
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    ("given", "noted"),
    [("edge-1.a_B", "edge-1.a_B"), ("", "-"), ("a b", "-"), ("a\nINFO all is well", "-"), ("x" * 65, "-")],
)
def test_each_request_is_one_line_of_the_log_under_its_id(ask, caplog, given, noted):
    caplog.set_level("INFO", logger="crnn_handler")
    ask(({"strokes": HELLO}, JSON | {"X-Request-Id": given}), ({"strokes": []}, JSON))
    [batch] = [record.getMessage() for record in caplog.records if record.name == "crnn_handler"]
    first, second = batch.split("\n")
    assert re.fullmatch(rf"request {re.escape(noted)}: read in \d+ ms", first)
    assert re.fullmatch(r"request -: blank in \d+ ms", second)


def test_an_empty_batch_has_no_answers(handler, folder):
    assert handler.handle([], Context(folder)) == []


def test_a_worker_uses_one_thread(handler):
    assert torch.get_num_threads() == 1


@pytest.fixture
def sure(checkpoint):
    """A checkpoint that is never in doubt, and so warms up in no time."""
    network = CRNN(checkpoint.network.architecture).eval()
    nn.init.constant_(network.head.bias[:1], 50)
    return Checkpoint(network, checkpoint.alphabet)


@pytest.mark.parametrize("engine", ["onnx", "torch"])
def test_it_serves_by_the_engine_that_the_archive_has_and_says_which(sure, tmp_path, caplog, engine):
    threads = torch.get_num_threads()
    sure.save(tmp_path / bundle.WEIGHTS)
    if engine == "onnx":
        export.export(sure, tmp_path / bundle.OPTIMISED)
    with caplog.at_level("INFO"):
        CRNNHandler().initialize(Context(tmp_path))
    torch.set_num_threads(threads)
    assert f"crnn 9.8 reads by {engine}" in caplog.text


def test_of_what_others_log_only_warnings_are_kept(handler, caplog):
    for logger in (logging.getLogger(), logging.getLogger("ts.metrics.caching_metric")):
        logger.info("a request came")
        logger.warning("something is wrong")
    assert caplog.messages == ["something is wrong"] * 2
