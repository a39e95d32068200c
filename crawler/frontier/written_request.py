"""Requests as text and back: JSON, callbacks by name, nothing pickled.

Values keep their types: what JSON has no word for (tuples, bytes, sets, dates, mappings with
other keys than strings) is written as ``{"$": kind, "v": value}``. Anything else is refused, with
a message that says where it lies: a request that came back different would be worse.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

from scrapy import Request, Spider
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.misc import load_object

from .failures import Unstorable

_PLAIN = frozenset({str, int, float, bool, type(None)})
_NO_CALLBACK = "$none"
_OWN = frozenset(Request.attributes)


def write_request(request: Request, spider: Spider, transient: Collection[str] = ()) -> str:
    """The request as one line of JSON; ``transient`` names keys of its meta to leave out.

    Raises Unstorable for a callback that is not a method of the spider, and for values that
    cannot be read back as they were.
    """
    try:
        return _WRITER.encode(_fields(request, spider, transient))
    except RecursionError:
        raise Unstorable(f"{request}: a value of it holds itself or is nested too deep") from None
    except Unstorable as error:
        raise Unstorable(f"{request}: {error}") from None


def _fields(request: Request, spider: Spider, transient: Collection[str]) -> dict[str, Any]:
    """What is not as Scrapy would make it anyway."""
    out: dict[str, Any] = {"url": request.url}
    if request.callback is not None:
        out["callback"] = method_name(spider, request.callback, "callback")
    if request.errback is not None:
        out["errback"] = method_name(spider, request.errback, "errback")
    if request.method != "GET":
        out["method"] = request.method
    if request.priority:
        out["priority"] = request.priority
    if request.dont_filter:
        out["dont_filter"] = True
    if request.encoding != "utf-8":
        out["encoding"] = request.encoding
    if request.headers:
        out["headers"] = _headers(request)
    if request.body:
        out["body"] = _tagged("bytes", b64encode(request.body).decode("ascii"))
    if meta := request.meta:
        kept = {key: value for key, value in meta.items() if key not in transient}
        out["meta"] = _value(kept, "meta")
    for name in ("cb_kwargs", "cookies", "flags"):
        if given := getattr(request, name):
            out[name] = _value(given, name)
    if type(request) is not Request:
        out.update(_kind_of(request))
    return out


def read_request(text: str, spider: Spider) -> Request:
    """The request that ``write_request`` wrote.

    Raises Unstorable where the text is none, or names a method or class that is no longer there.
    """
    try:
        fields: dict[str, Any] = _READER.decode(text)
        kind = fields.pop("_class", None)
        cls: type[Request] = Request if kind is None else load_object(kind)
        if not (isinstance(cls, type) and issubclass(cls, Request)):
            raise Unstorable(f"{kind} is not a request class")
        for name in ("callback", "errback"):
            if name in fields:
                fields[name] = _method(spider, fields[name])
        if "headers" in fields:
            # As bytes: Scrapy would encode strings by the request's encoding.
            fields["headers"] = {
                name.encode("latin-1"): [value.encode("latin-1") for value in values]
                for name, values in fields["headers"].items()
            }
        return cls(**fields)
    except Unstorable:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, ImportError) as error:
        raise Unstorable(f"not a request that can be read: {error}") from error


def method_name(spider: Spider, function: Callable[..., Any], role: str) -> str:
    """The name under which the spider has this method.

    Raises Unstorable for anything that is not a method of the spider.
    """
    if function is NO_CALLBACK:
        return _NO_CALLBACK
    if getattr(function, "__self__", None) is spider:
        plain = getattr(function, "__func__", None)
        name = getattr(function, "__name__", "")
        if getattr(getattr(spider, name, None), "__func__", None) is plain:
            return str(name)
        for cls in type(spider).__mro__:
            for name, value in vars(cls).items():
                if value is plain:
                    return name
    raise Unstorable(
        f"its {role} {getattr(function, '__qualname__', function)!r} is not a method of the "
        "spider, so no other process could call it; use a method, and cb_kwargs for its data"
    )


def _method(spider: Spider, name: str) -> Callable[..., Any]:
    if name == _NO_CALLBACK:
        return NO_CALLBACK
    found = getattr(spider, name, None)
    if not callable(found):
        raise Unstorable(f"the spider {spider.name} has no method {name!r} any more")
    method: Callable[..., Any] = found
    return method


def _headers(request: Request) -> dict[str, list[str]]:
    return {
        name.decode("latin-1"): [value.decode("latin-1") for value in request.headers.getlist(name)]
        for name in request.headers
    }


def _kind_of(request: Request) -> dict[str, Any]:
    """A subclass by its name, with the attributes that it adds."""
    cls = type(request)
    if "<locals>" in cls.__qualname__ or "." in cls.__qualname__:
        raise Unstorable(f"its class {cls.__qualname__} is not at the top of a module")
    out: dict[str, Any] = {"_class": f"{cls.__module__}.{cls.__qualname__}"}
    for name in cls.attributes:
        if name not in _OWN and (given := getattr(request, name)):
            out[name] = _value(given, name)
    return out


def _tagged(kind: str, value: Any) -> dict[str, Any]:
    return {"$": kind, "v": value}


def _value(value: Any, where: str) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is list:
        return [_value(part, f"{where}[{i}]") for i, part in enumerate(value)]
    if kind is dict:
        if all(type(key) is str for key in value) and "$" not in value:
            return {key: _value(part, f"{where}[{key!r}]") for key, part in value.items()}
        pairs = [
            [_value(key, f"a key of {where}"), _value(part, f"{where}[{key!r}]")]
            for key, part in value.items()
        ]
        return _tagged("dict", pairs)
    if kind is tuple:
        return _tagged("tuple", [_value(part, f"{where}[{i}]") for i, part in enumerate(value)])
    if kind is bytes:
        return _tagged("bytes", b64encode(value).decode("ascii"))
    if kind in (set, frozenset):
        return _tagged(kind.__name__, [_value(part, f"an element of {where}") for part in value])
    if kind is datetime or kind is date:
        return _tagged(kind.__name__, value.isoformat())
    if isinstance(value, str) and not isinstance(value, Enum):
        return str.__str__(value)
    raise Unstorable(
        f"{where} holds a {kind.__module__}.{kind.__qualname__}, which JSON cannot give back; pass "
        "plain values, or name the meta key in FRONTIER_TRANSIENT_META if it need not be kept"
    )


_KINDS: Mapping[str, Callable[[Any], Any]] = {
    "dict": lambda pairs: {key: value for key, value in pairs},
    "tuple": tuple,
    "bytes": b64decode,
    "set": set,
    "frozenset": frozenset,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
}


def _revived(found: dict[str, Any]) -> Any:
    kind = found.get("$")
    return found if kind is None else _KINDS[kind](found["v"])


# Escaped to ASCII: a lone surrogate, which a hostile page can put into a value, survives.
_WRITER = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), check_circular=False)
_READER = json.JSONDecoder(object_hook=_revived)
