"""What services say was used, in our four buckets that never overlap; None where the numbers can mean nothing."""

from __future__ import annotations

from typing import Any

from app.events import Usage

MOST = 1_000_000_000  # tokens: beyond that it is no count


def of_chat(told: Any) -> Usage | None:
    """As Chat Completions tells it: what was cached is a part of the prompt, what was thought one of the completion."""
    if not isinstance(told, dict):
        return None
    read, written = _part(told, "prompt_tokens_details"), _part(told, "completion_tokens_details")
    cached = read.get("cached_tokens")
    if cached is None:  # DeepSeek's word for it, then Moonshot's
        cached = told.get("prompt_cache_hit_tokens", told.get("cached_tokens"))
    return of_totals(
        told.get("prompt_tokens"),
        told.get("completion_tokens"),
        cached=cached,
        cache_write=read.get("cache_write_tokens"),
        reasoning=written.get("reasoning_tokens"),
        total=told.get("total_tokens"),
    )


def of_responses(told: Any) -> Usage | None:
    """As the Responses API tells it: the same under other names."""
    if not isinstance(told, dict):
        return None
    read, written = _part(told, "input_tokens_details"), _part(told, "output_tokens_details")
    return of_totals(
        told.get("input_tokens"),
        told.get("output_tokens"),
        cached=read.get("cached_tokens"),
        cache_write=read.get("cache_write_tokens"),
        reasoning=written.get("reasoning_tokens"),
        total=told.get("total_tokens"),
    )


def of_totals(
    prompt: Any,
    completion: Any,
    *,
    cached: Any = None,
    cache_write: Any = None,
    reasoning: Any = None,
    total: Any = None,
) -> Usage | None:
    """From a prompt that includes what was cached, and a completion that includes what was thought.

    Some leave the thoughts out of the completion: one sees it by a total that has them, or by thoughts that are more
    than all that was written.
    """
    read, said = count(prompt), count(completion)
    hit, stored, thought = count(cached or 0), count(cache_write or 0), count(reasoning or 0)
    if read is None or said is None or hit is None or stored is None or thought is None or hit + stored > read:
        return None
    if thought and (thought > said or count(total) == read + said + thought):
        said += thought
    return Usage(input=read - hit - stored, cache_read=hit, cache_write=stored, output=said, reasoning=thought)


def count(told: Any) -> int | None:
    """A number of tokens, or None for what is none."""
    if isinstance(told, bool) or not isinstance(told, int | float):
        return None
    return int(told) if 0 <= told <= MOST else None


def _part(told: dict[str, Any], name: str) -> dict[str, Any]:
    part = told.get(name)
    return part if isinstance(part, dict) else {}
