"""What services write when something is wrong becomes one of our classes, with words for people and without the key."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx2
import pytest

from corpus.certificates import self_signed
from corpus.stub import Answer, Stub
from providers.base import Endpoint, ErrorClass, ProviderError
from providers.wires import faults
from providers.wires.exchange import exchange
from providers.wires.faults import asked_wait, in_band, of_status, of_transport
from providers.wires.http import client_of

KEY = "parrot/key+with=odd~characters.0123456789"
HERE = Endpoint("openai", "https://api.example.com/v1", KEY, "OPENAI_API_KEY in the environment")
RETRY_INFO = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "17s"}
PER_DAY = {
    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
    "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier", "quotaValue": "50"}],
}


def told(status: int, body: Any, *, endpoint: Endpoint = HERE, **headers: str) -> ProviderError:
    """The error of an answer."""
    named = httpx2.Headers({name.replace("_", "-"): value for name, value in headers.items()})
    return of_status(status, named, body if isinstance(body, bytes) else json.dumps(body).encode(), endpoint)


def openai(message: str, code: str | None = None, type: str = "invalid_request_error", param: str | None = None) -> Any:
    return {"error": {"message": message, "type": type, "param": param, "code": code}}


def anthropic(message: str, type: str, code: str | None = None) -> Any:
    details = {"error_code": code} if code else None
    return {"type": "error", "error": {"type": type, "message": message, "details": details}, "request_id": "req_011"}


def gemini(message: str, code: int, status: str, *details: Any) -> Any:
    return {"error": {"code": code, "message": message, "status": status, "details": list(details)}}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        # OpenAI
        (401, openai("Incorrect API key provided", "invalid_api_key"), "auth"),
        (403, openai("Country, region, or territory not supported", "unsupported_country_region_territory"), "auth"),
        (404, openai("The model `gpt-9` does not exist", "model_not_found", param="model"), "bad_request"),
        (400, openai("Unsupported parameter", "unsupported_parameter", param="max_tokens"), "bad_request"),
        (400, openai("maximum context length is 8192 tokens", "context_length_exceeded"), "context_too_long"),
        (400, openai("Your prompt was flagged", "invalid_prompt"), "refused"),
        (400, openai("Your request was rejected by our safety system", "content_policy_violation"), "refused"),
        (429, openai("Rate limit reached for gpt-6", "rate_limit_exceeded", "requests"), "rate_limited"),
        (429, openai("You exceeded your current quota", "insufficient_quota", "insufficient_quota"), "quota"),
        (429, openai("You exceeded your current quota, please check your plan and billing details."), "quota"),
        (429, openai("Billing hard limit has been reached", "billing_hard_limit_reached"), "quota"),
        (
            429,
            openai("Request too large for gpt-6 on tokens per minute (TPM): Limit 10000, Requested 20000",
                   "rate_limit_exceeded", "tokens"),
            "context_too_long",
        ),
        (500, openai("The server had an error", type="server_error"), "overloaded"),
        (503, openai("Slow down", "slow_down", "server_error"), "overloaded"),
        # Anthropic
        (401, anthropic("invalid x-api-key", "authentication_error"), "auth"),
        (403, anthropic("Your key may not use this", "permission_error"), "auth"),
        (404, anthropic("model: claude-9", "not_found_error"), "bad_request"),
        (413, anthropic("Request exceeds the maximum size", "request_too_large"), "bad_request"),
        (400, anthropic("prompt is too long: 205000 > 200000", "invalid_request_error"), "context_too_long"),
        (
            400,
            anthropic("input length and `max_tokens` exceed context limit: 199000 + 8000 > 200000",
                      "invalid_request_error"),
            "context_too_long",
        ),
        (400, anthropic("Your credit balance is too low to access it", "invalid_request_error"), "quota"),
        (402, anthropic("Payment required", "billing_error"), "quota"),
        (429, anthropic("This request would exceed your rate limit", "rate_limit_error"), "rate_limited"),
        (429, anthropic("Spend limit reached", "rate_limit_error", "enforced_spend_limit_reached"), "quota"),
        (429, anthropic("Spend limit reached", "rate_limit_error", "contract_spend_limit_reached"), "quota"),
        (500, anthropic("Internal server error", "api_error"), "overloaded"),
        (504, anthropic("It took too long", "timeout_error"), "timeout"),
        (529, anthropic("Overloaded", "overloaded_error"), "overloaded"),
        # Gemini
        (400, gemini("API key not valid.", 400, "INVALID_ARGUMENT", {"reason": "API_KEY_INVALID"}), "auth"),
        (403, gemini("Method doesn't allow unregistered callers", 403, "PERMISSION_DENIED"), "auth"),
        (404, gemini("models/gemini-9 is not found", 404, "NOT_FOUND"), "bad_request"),
        (
            400,
            gemini("The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).", 400,
                   "INVALID_ARGUMENT"),
            "context_too_long",
        ),
        (429, gemini("Your current quota", 429, "RESOURCE_EXHAUSTED", PER_DAY, RETRY_INFO), "rate_limited"),
        (429, gemini("You exceeded your current quota", 429, "RESOURCE_EXHAUSTED"), "rate_limited"),
        (429, gemini("You exceeded your current quota", 429, "RESOURCE_EXHAUSTED", PER_DAY), "quota"),
        (429, gemini("Your project has exceeded its monthly spending cap", 429, "RESOURCE_EXHAUSTED"), "quota"),
        (500, gemini("An internal error has occurred.", 500, "INTERNAL"), "overloaded"),
        (503, gemini("The model is overloaded.", 503, "UNAVAILABLE"), "overloaded"),
        (504, gemini("Deadline expired", 504, "DEADLINE_EXCEEDED"), "timeout"),
        (503, [gemini("The model is overloaded.", 503, "UNAVAILABLE")], "overloaded"),
        # Ollama, and servers like it
        (404, {"error": "model 'qwen9' not found"}, "bad_request"),
        (400, {"error": "registry.ollama.ai/library/gemma does not support tools"}, "bad_request"),
        (503, {"error": "server busy, please try again. maximum pending requests exceeded"}, "overloaded"),
        (500, {"error": "llama runner process has terminated"}, "overloaded"),
        (400, {"error": {"code": 400, "message": "too big", "type": "exceed_context_size_error"}}, "context_too_long"),
        (503, {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}, "overloaded"),
        (400, {"object": "error", "message": "max_tokens must be more", "type": "BadRequestError"}, "bad_request"),
        (422, {"detail": [{"loc": ["body", "stream_options"], "msg": "extra fields not permitted"}]}, "bad_request"),
        (402, {"error": {"message": "Insufficient Balance", "type": "unknown_error"}}, "quota"),
        (413, openai("Request too large, on tokens per minute (TPM)", "rate_limit_exceeded"), "context_too_long"),
        # No JSON, nothing, or nonsense
        (502, b"<html><head><title>502 Bad Gateway</title></head></html>", "overloaded"),
        (408, b"", "timeout"),
        (418, b"\xff\xfe\x00", "bad_request"),
        (500, b"[" * 100_000, "overloaded"),
        (500, [], "overloaded"),
        (500, None, "overloaded"),
        (520, {"error": None}, "overloaded"),
        (400, {"error": {"message": {"not": "text"}, "code": [1], "type": 7, "details": "none"}}, "bad_request"),
    ],
)  # fmt: skip
def test_an_answer_that_says_no_gets_its_class(status: int, body: Any, expected: ErrorClass) -> None:
    assert told(status, body).error == expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, "overloaded"),
        ({"type": "overloaded_error", "message": "Overloaded"}, "overloaded"),
        ({"type": "error", "code": "rate_limit_exceeded", "message": "slow"}, "rate_limited"),
        ({"type": "error", "error": {"type": "invalid_request_error", "message": "no"}}, "bad_request"),
        ({"response": {"status": "failed", "error": {"code": "server_error", "message": "oh"}}}, "overloaded"),
        ({"code": "insufficient_quota", "message": "spent"}, "quota"),
        ({"error": {"code": 502, "message": "Upstream failed"}}, "overloaded"),
        ({"error": {"code": "429", "message": "slow"}}, "rate_limited"),
        ({"error": {"code": 503, "message": "full", "status": "UNAVAILABLE"}}, "overloaded"),
        ({"error": "model runner has unexpectedly stopped"}, "overloaded"),
        ("the prompt is longer than the context window", "context_too_long"),
        (None, "overloaded"),
        (7, "overloaded"),
        ([], "overloaded"),
    ],
)
def test_an_error_inside_an_answer_counts_as_its_own_status_would(error: Any, expected: ErrorClass) -> None:
    assert in_band(error, HERE).error == expected


def test_a_person_reads_who_said_what_about_which_parameter_and_under_which_number() -> None:
    body = openai("Unsupported value", "unsupported_value", param="reasoning.effort")
    shown = told(400, body, x_request_id="req_42").message
    assert shown == "api.example.com answers 400: Unsupported value (parameter reasoning.effort) [request req_42]"


def test_the_number_of_a_request_is_also_found_in_the_body() -> None:
    assert told(529, anthropic("Overloaded", "overloaded_error")).message.endswith("Overloaded [request req_011]")


def test_a_key_that_is_not_accepted_is_named_by_where_it_comes_from() -> None:
    error = told(401, openai(f"Incorrect API key provided: {KEY}", "invalid_api_key"), x_request_id=f"for-{KEY}")
    assert "OPENAI_API_KEY in the environment" in error.message
    assert KEY not in error.message + error.hint
    keyless = told(401, {"error": "unauthorized"}, endpoint=Endpoint("ollama", "http://127.0.0.1:11434"))
    assert keyless.hint == "this service wants a key"


@pytest.mark.parametrize("at", range(240, 310, 7))
def test_a_key_is_not_shown_in_part_where_a_long_message_is_cut(at: int) -> None:
    shown = told(400, openai("x " * (at // 2) + KEY + " and more " * 50)).message
    assert KEY[:6] not in shown
    assert len(shown) < 400


def test_what_a_server_says_cannot_drive_a_terminal() -> None:
    shown = told(400, openai("red \x1b[31m and \u202e back\nwards")).message
    assert shown == "api.example.com answers 400: red ␛[31m and <U+202E> back␊wards"


def test_of_a_page_only_the_title_is_shown() -> None:
    page = b"<html><title>502 Bad\n Gateway</title><body>" + b"x" * 5000
    assert told(502, page).message == "api.example.com answers 502: a page called 502 Bad Gateway"
    assert told(502, b"<p>no").message == "api.example.com answers 502: a page of HTML or XML"


def test_what_a_server_finds_wrong_with_a_field_is_named_with_the_field() -> None:
    body = {"detail": [{"loc": ["body", "messages", 0], "msg": "field required", "type": "missing"}]}
    assert told(422, body).message == "api.example.com answers 422: body.messages.0: field required"


def test_a_redirect_names_where_it_leads_and_nothing_that_is_secret_there() -> None:
    error = told(307, b"", location=f"https://user:{KEY}@login.example.net/in?key={KEY}")
    assert error.error == "bad_request"
    assert error.message == "api.example.com answers 307: it redirects to login.example.net"
    assert told(302, b"", location="http://[half").message.endswith("it redirects to another address of its own")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0.25"}, 0.25),
        ({"retry-after": "9", "retry-after-ms": "125"}, 0.125),
        ({"retry-after": "31536000"}, 31536000.0),
        ({"retry-after": "Sat, 21 Nov 2026 12:00:30 GMT", "date": "Sat, 21 Nov 2026 12:00:00 GMT"}, 30.0),
        ({"retry-after": "Sat, 21 Nov 2026 11:59:00 GMT", "date": "Sat, 21 Nov 2026 12:00:00 GMT"}, 0.0),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0.0),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "2s"}, 2.0),
        ({"retry-after": "1m30s"}, 90.0),
        ({"retry-after": "1, 4"}, 4.0),  # two headers, as they are joined
        ({"retry-after": "2 s"}, None),
        ({"retry-after": "s"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "Sat, 99 Nov 99999 12:00:30 GMT"}, None),
        ({}, None),
    ],
)
def test_the_wait_that_is_asked_for_is_understood_in_all_its_forms(
    headers: Mapping[str, str], expected: float | None
) -> None:
    assert asked_wait(headers) == expected


def test_a_limit_that_only_says_when_it_is_renewed_is_waited_for() -> None:
    def waited(status: int = 429, **headers: str) -> float | None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return of_status(status, named, b"slow down", HERE).retry_after

    assert waited(x_ratelimit_reset_requests="1m2s") == 62.0
    assert waited(x_ratelimit_reset_requests="3s", x_ratelimit_reset_tokens="250ms") == 3.0
    assert (
        waited(x_ratelimit_reset_requests="3s", x_ratelimit_reset_tokens="9s", x_ratelimit_remaining_tokens="5") == 3.0
    )
    assert waited(x_ratelimit_reset_requests="3s", retry_after="1") == 1.0
    assert waited(503, x_ratelimit_reset_requests="3s") is None


def test_gemini_says_in_the_body_how_long_to_wait() -> None:
    assert told(429, gemini("quota", 429, "RESOURCE_EXHAUSTED", RETRY_INFO)).retry_after == 17.0
    for delay in ("-3s", "soon", "9" * 400 + "s", "", "3"):
        wrong = gemini("quota", 429, "RESOURCE_EXHAUSTED", {**RETRY_INFO, "retryDelay": delay})
        assert told(429, wrong).retry_after is None


async def met(endpoint: Endpoint, **more: Any) -> ProviderError:
    """The error of a request that is really sent."""

    class Nothing:
        is_done = False

        def read(self, message: Any) -> list[Any]:
            return []

        def end(self, was_said: bool) -> list[Any]:
            return []

    async with client_of(endpoint) as client:
        opened = lambda: client.stream("POST", endpoint.base_url, json={}, **more)  # noqa: E731
        with pytest.raises(ProviderError) as raised:
            async for _ in exchange(endpoint, opened, Nothing()):
                pass
    return raised.value


@pytest.fixture
async def nobody() -> AsyncIterator[str]:
    """An address on which nobody listens, and nobody begins to while the test runs."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/secret-path"


async def test_a_server_that_is_not_there_refuses(nobody: str) -> None:
    error = await met(Endpoint("ollama", nobody))
    assert error.error == "connection"
    assert error.message == f"{nobody[7:-12]} refuses to be connected to"
    assert error.hint == "is the server running?"


async def test_a_name_without_an_address_is_named() -> None:
    error = await met(Endpoint("openai", "http://nobody-is-called-this.invalid/v1?key=secret"))
    assert error.error == "connection"
    assert error.message == "nobody-is-called-this.invalid cannot be found: no address is known by that name"


async def test_a_certificate_that_is_not_trusted_is_no_reason_to_try_again(tmp_path: Any) -> None:
    async with Stub(Answer(), tls=self_signed(tmp_path)) as stub:
        error = await met(Endpoint("openai", f"{stub.url}/v1", KEY, "the environment"))
    assert error.error == "auth"
    assert error.message.startswith(f"{stub.host} shows a certificate that is not trusted: ")
    assert "SSL_CERT_FILE" in error.hint
    assert stub.asked == []


async def test_a_server_that_speaks_no_https_is_told_apart() -> None:
    async with Stub(Answer(0, pieces=(b"HTTP/1.1 400 Bad Request\r\n\r\n",), ends="cut")) as stub:
        error = await met(Endpoint("openai", f"https://{stub.host}/v1"))
    assert (error.error, error.message) == ("bad_request", f"{stub.host} does not speak https")


@pytest.mark.parametrize(
    ("answer", "expected", "says"),
    [
        (Answer(0, ends="cut"), "connection", "closed the connection before its answer was complete"),
        (Answer(0, ends="reset"), "connection", "closed the connection before its answer was complete"),
        (Answer(0, pieces=(b"220 smtp ready\r\n\r\n",), ends="cut"), "malformed", "answers with what is not HTTP"),
        (
            Answer(200, {"content-type": "application/json", "content-encoding": "br"}, (b"{}",)),
            "bad_request",
            "compresses its answer (br), though not asked to",
        ),
        (
            Answer(200, {"content-type": "application/json"}, (b"{",), "length", "cut", promised=9),
            "connection",
            "closed the connection before its answer was complete",
        ),
        (Answer(200, {"content-type": "text/html"}, (b"<html>log in",)), "bad_request", "text/html"),
    ],
)
async def test_a_connection_that_goes_wrong_gets_its_class(answer: Answer, expected: ErrorClass, says: str) -> None:
    async with Stub(answer) as stub:
        error = await met(Endpoint("openai", f"{stub.url}/v1", KEY, "the environment"))
    assert error.error == expected
    assert says in error.message


@pytest.mark.parametrize("key", ["line\nbreak-and-more", "ключ-и-ещё-немного"])
async def test_a_key_that_no_header_can_hold_is_not_shown(key: str) -> None:
    async with Stub(Answer()) as stub:
        endpoint = Endpoint("openai", stub.url, key, "OPENAI_API_KEY in the environment")
        error = await met(endpoint, headers={"authorization": f"Bearer {key}"})
    assert error.error == "auth"
    assert error.message == f"the key from OPENAI_API_KEY in the environment cannot be sent to {stub.host}"


def test_time_to_connect_is_named_with_its_limit() -> None:
    slow = Endpoint("openai", "https://api.example.com", connect=2.5)
    error = of_transport(httpx2.ConnectTimeout(""), slow)
    assert (error.error, error.message) == ("timeout", "api.example.com could not be connected to within 2.5 seconds")


def test_what_an_sdk_wraps_is_unwrapped() -> None:
    wrapped = RuntimeError("Connection error.")
    wrapped.__cause__ = httpx2.ConnectError("failed")
    wrapped.__cause__.__cause__ = ExceptionGroup("all failed", [OSError("one"), ConnectionRefusedError(111, "refused")])
    assert of_transport(wrapped, HERE).message == "api.example.com refuses to be connected to"
    around = RuntimeError("Connection error.")
    around.__cause__ = ProviderError("quota", "spent")
    assert of_transport(around, HERE) is around.__cause__


def test_every_fault_of_the_client_is_a_fault_of_transport() -> None:
    raised = [httpx2.ReadError, httpx2.WriteTimeout, httpx2.DecodingError, httpx2.TooManyRedirects, httpx2.InvalidURL]
    assert all(issubclass(kind, faults.TRANSPORT) for kind in (*raised, ssl.SSLError))
