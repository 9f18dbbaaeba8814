"""The services of examples/services, over HTTP, and what docs/deploying.md says of them."""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[1]
SERVICES = ROOT / "examples" / "services"
MUSHROOM = ROOT / "examples" / "mushroom" / "scorer.py"

GOOD = {"odor": "n", "stalk_surface_below_ring": "y", "spore_print_color": "w"}
BAD = {"odor": "x", "stalk_surface_below_ring": "y"}
TEXTS = """\
Not all columns were specified for model. Missing columns:
    spore_print_color
Input is invalid:
    "x" is not a valid value for "odor" (expected one of\
 "a", "c", "f", "l", "m", "n", "p", "s", "y")"""
ANSWER = {"prediction": True, "probability": {"False": 5 / 45, "True": 40 / 45}}


@contextmanager
def served(folder: Path, *command: str) -> Iterator[str]:
    """The address of a service, started by a command that ends in the port's option."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = folder / "log"
    with open(log, "w") as stream:
        line = [sys.executable, *(word.replace("PORT", str(port)) for word in command)]
        environment = {**os.environ, "PORT": str(port)}
        server = subprocess.Popen(
            line, cwd=folder, env=environment, stdout=stream, stderr=stream
        )
    try:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                assert server.poll() is None, log.read_text()
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()
    assert "Traceback" not in log.read_text()
    assert "answers True" in log.read_text()


def asked(url: str, body: Any = None) -> tuple[int, Any, Any]:
    """The status, the JSON and the headers of an answer."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, None if body is None else data)
    request.add_header("Content-Type", "application/json")
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        answer = direct.open(request, timeout=60)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, json.loads(answer.read()), answer.headers


def put(folder: Path, *names: str) -> Path:
    shutil.copy(MUSHROOM, folder)
    for name in names:
        shutil.copy(SERVICES / name, folder)
    return folder


def scorer() -> Any:
    return module(MUSHROOM)


def module(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


DIGEST = re.compile(r"[0-9a-f]{12}")
# Whatever stands in the place of a record or of a category, the answer is JSON.
STRANGE = [b"[" * 100_000, b'{"odor": NaN}', b"[NaN]", b'{"odor": "\\ud800"}', b"\xff"]


# --- Flask ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def flask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pytest.importorskip("flask")
    folder = put(tmp_path_factory.mktemp("flask"), "flask_app.py")
    with served(folder, "flask_app.py") as url:
        assert asked(f"{url}/score", GOOD)[1] == ANSWER
        yield url


def test_flask_answers(flask: str) -> None:
    status, answer, headers = asked(f"{flask}/score", GOOD)
    assert (status, answer) == (200, ANSWER)
    assert DIGEST.fullmatch(headers["X-Model"])
    _, known, _ = asked(f"{flask}/model")
    assert known["model"]["digest"].startswith(headers["X-Model"])
    Draft202012Validator(known["schema"]).validate(GOOD)


def test_flask_says_what_is_wrong_for_people_and_for_programs(flask: str) -> None:
    status, answer, headers = asked(f"{flask}/score", BAD)
    assert status == 400 and answer["message"] == TEXTS and "X-Model" in headers
    found = {(fault["column"], fault["code"]) for fault in answer["errors"]}
    assert found == {
        ("odor", "unknown_category"),
        ("spore_print_color", "missing_column"),
    }


@pytest.mark.parametrize(
    "body", [b"", b"{", [], 7, "n", [GOOD], *STRANGE], ids=range(11)
)
def test_flask_refuses_all_else(flask: str, body: Any) -> None:
    status, answer, _ = asked(f"{flask}/score", body)
    assert status == 400 and answer["message"] and len(json.dumps(answer)) < 3_000


# --- FastAPI ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fastapi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pytest.importorskip("fastapi")
    pytest.importorskip("uvicorn")
    folder = put(tmp_path_factory.mktemp("fastapi"), "fastapi_app.py")
    with served(folder, "-m", "uvicorn", "--port", "PORT", "fastapi_app:app") as url:
        assert asked(f"{url}/score", GOOD)[1] == ANSWER
        yield url


def test_fastapi_answers(fastapi: str) -> None:
    status, answer, headers = asked(f"{fastapi}/score", GOOD)
    assert (status, answer) == (200, ANSWER)
    assert asked(f"{fastapi}/model")[1]["digest"].startswith(headers["X-Model"])


def test_every_answer_says_which_model_it_is_from(fastapi: str, flask: str) -> None:
    for url in (fastapi, flask):
        for path, body in (
            ("score", GOOD),
            ("score", BAD),
            ("score", b"{"),
            ("model", None),
        ):
            _, _, headers = asked(f"{url}/{path}", body)
            assert DIGEST.fullmatch(headers["X-Model"])


def test_null_is_json_and_no_record(flask: str) -> None:
    status, answer, _ = asked(f"{flask}/score", b"null")
    assert status == 400 and answer["errors"][0]["code"] == "not_a_mapping"


def test_fastapi_refuses_in_its_own_form(fastapi: str) -> None:
    status, answer, _ = asked(f"{fastapi}/score", BAD)
    assert status == 422 and list(answer) == ["detail"]
    places = {tuple(fault["loc"]): fault for fault in answer["detail"]}
    assert set(places) == {("body", "odor"), ("body", "spore_print_color")}
    odor = places["body", "odor"]
    assert odor["type"] == "unknown_category" and odor["input"] == "x"
    assert odor["msg"].startswith('"x" is not a valid value for "odor"')


@pytest.mark.parametrize(
    "body", [b"", b"{", [], 7, "n", [GOOD], *STRANGE], ids=range(11)
)
def test_fastapi_refuses_all_else(fastapi: str, body: Any) -> None:
    status, answer, _ = asked(f"{fastapi}/score", body)
    assert status in (400, 422) and answer["detail"]


def test_openapi_knows_what_a_record_holds(fastapi: str) -> None:
    _, api, _ = asked(f"{fastapi}/openapi.json")
    body = api["paths"]["/score"]["post"]["requestBody"]["content"]["application/json"]
    text = json.dumps(api)
    schema = body["schema"]
    if "$ref" in schema:
        schema = api["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    assert set(schema["properties"]) == set(scorer().COLUMNS)
    assert schema["required"] == list(scorer().COLUMNS)
    assert schema["properties"]["odor"]["enum"] == scorer().RULES["odor"]["enum"]
    assert json.dumps(scorer().EXAMPLE) in text
    assert "HTTPValidationError" in text


# --- A function -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def handler(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = put(tmp_path_factory.mktemp("lambda"), "lambda_handler.py")
    before = sys.modules.pop("scorer", None)
    sys.path.insert(0, str(folder))
    try:
        yield module(folder / "lambda_handler.py").handler
    finally:
        sys.path.remove(str(folder))
        sys.modules.pop("scorer", None)
        if before is not None:
            sys.modules["scorer"] = before


def test_the_function_answers(handler: Any) -> None:
    body = json.dumps(GOOD)
    encoded = base64.b64encode(body.encode()).decode()
    for event in ({"body": body}, {"body": encoded, "isBase64Encoded": True}):
        answer = handler(event, None)
        assert answer["statusCode"] == 200 and json.loads(answer["body"]) == ANSWER
        assert DIGEST.fullmatch(answer["headers"]["X-Model"])


def test_the_function_refuses(handler: Any) -> None:
    answer = handler({"body": json.dumps(BAD)})
    assert answer["statusCode"] == 400
    assert json.loads(answer["body"])["message"] == TEXTS
    assert len(json.loads(answer["body"])["errors"]) == 2
    for body in (None, "", "{", "[]", "7", "[" * 100_000, '{"odor": NaN}'):
        answer = handler({"body": body})
        assert answer["statusCode"] == 400 and json.loads(answer["body"])["message"]
    coded = base64.b64encode(json.dumps(GOOD).encode()).decode()
    for event in ({"body": GOOD}, {"body": coded, "isBase64Encoded": True}):
        assert json.loads(handler(event)["body"]) == ANSWER
    for event in ({"body": {}}, {"body": "null"}, {"body": BAD}):
        assert json.loads(handler(event)["body"])["errors"]
    answer = handler({"body": "!", "isBase64Encoded": True})
    assert answer["statusCode"] == 400


def test_its_cold_start_is_measured() -> None:
    code = "import cold_start; cold_start.ROUNDS = 1; cold_start.main()"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=SERVICES, capture_output=True, text=True
    )
    assert set(json.loads(done.stdout)) == {"bare", "without a .pyc", "with a .pyc"}


# --- A scorer that is exchanged ---------------------------------------------------------


def test_a_scorer_is_exchanged_while_it_answers(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    swap = module(SERVICES / "swap.py")
    path = Path(shutil.copy(MUSHROOM, tmp_path))
    with pytest.raises(OSError):
        swap.Scorers(str(tmp_path / "none.py"))
    scorers = swap.Scorers(str(path), every=0.0)
    first = scorers.current()
    assert first.predict(GOOD) is True and scorers.current() is first

    def replaced(text: str) -> Any:
        (tmp_path / "new.py").write_text(text)
        os.replace(tmp_path / "new.py", path)
        return scorers.current()

    source = MUSHROOM.read_text()
    assert replaced(source.replace("(True, False, True, True", "(True, False, True, 0"))
    assert scorers.current() is not first
    assert scorers.current().predict(GOOD) == 0 and first.predict(GOOD) is True
    last = scorers.current()
    for broken in ("def", "", source.replace("COLUMNS = (", "COLUMNS = (1,")):
        assert replaced(broken) is last
    assert "the last scorer goes on" in caplog.text
    assert replaced(source).predict(GOOD) is True


# --- Containers -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", sorted(SERVICES.glob("Dockerfile.*")), ids=lambda p: p.name
)
def test_a_container_holds_what_it_runs_and_no_scikit_learn(path: Path) -> None:
    text = path.read_text()
    for line in re.findall(r"^COPY (.*) \S+$", text, re.MULTILINE):
        assert all((ROOT / "examples" / name).is_file() for name in line.split())
    (app,) = re.findall(r"services/(\w+)\.py", text)
    command = json.loads(re.findall(r"^CMD (.*)$", text, re.MULTILINE)[0])
    assert command[-1].startswith(app)
    code = (SERVICES / f"{app}.py").read_text()
    name = command[-1].replace(":", ".").split(".")[1]
    assert re.search(rf"^({name} = |def {name}\()", code, re.MULTILINE)
    assert "scikit-learn" not in text and "numpy" not in text
    assert len([line for line in text.split("\n") if line and line[0] != "#"]) <= 7


def test_the_compiled_scorer_is_used_where_nothing_can_be_written(
    tmp_path: Path,
) -> None:
    """As the Dockerfiles have it: the .pyc is not checked against the source."""
    put(tmp_path)
    compiled = "-m compileall -q --invalidation-mode unchecked-hash ."
    subprocess.run([sys.executable, *compiled.split()], cwd=tmp_path, check=True)
    (tmp_path / "scorer.py").write_text("raise SystemExit('the source was read')")
    code = f"import scorer; print(scorer.predict({GOOD!r}))"
    done = subprocess.run(
        [sys.executable, "-B", "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.stdout == "True\n", done.stderr
