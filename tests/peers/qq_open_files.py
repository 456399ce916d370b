"""Takes files in parts as QQ's open platform does; what does not agree is refused."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from qq_open import QQPlatform

BLOCK = 1000
"""Bytes of a part; the real one takes 5 MB."""
_HEAD = 10_002_432


def _md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


class Files:
    """Uploads under way, and what became of them."""

    def __init__(self, platform: QQPlatform) -> None:
        self._platform = platform
        self.uploads: dict[str, dict[str, Any]] = {}
        self.whole: dict[str, bytes] = {}
        """`file_info` → bytes."""

    def routes(self) -> list[Route]:
        """Return what is served."""
        start = "/v2/{place}/{openid}"
        return [
            Route(f"{start}/upload_prepare", self._prepare, methods=["POST"]),
            Route(f"{start}/upload_part_finish", self._finish, methods=["POST"]),
            Route(f"{start}/files", self._merge, methods=["POST"]),
            Route("/store/{upload}/{index:int}", self._put, methods=["PUT"]),
        ]

    async def _prepare(self, request: Request) -> Response:
        told = await request.json()
        wanted = {"file_type", "file_size", "file_name", "md5", "sha1", "md5_10m"}
        if set(told) != wanted or type(told["file_size"]) is not str:
            return _refused(10000)
        name, size = f"upload_{len(self.uploads)}", int(told["file_size"])
        if size > 200 << 20:
            return _refused(850031)
        self.uploads[name] = told | {"to": request.path_params["openid"], "parts": {}, "done": {}}
        parts = [
            {"index": index, "block_size": str(min(BLOCK, size - index * BLOCK)),
             "presigned_url": f"{self._platform.url}/store/{name}/{index}?sign=x"}
            for index in range(-(-size // BLOCK))
        ]  # fmt: skip
        return JSONResponse({"upload_id": name, "block_size": str(BLOCK), "parts": parts[::-1],
                             "upload_config": {"concurrency": 1}})  # fmt: skip

    async def _put(self, request: Request) -> Response:
        if "authorization" in request.headers:
            return Response(status_code=403)  # the address itself is the right to it
        upload = self.uploads[request.path_params["upload"]]
        upload["parts"][request.path_params["index"]] = await request.body()
        return Response()

    async def _finish(self, request: Request) -> Response:
        told = await request.json()
        upload = self.uploads[told["upload_id"]]
        part = upload["parts"].get(told["part_index"])
        if part is None or _md5(part) != told["md5"] or told["block_size"] != str(len(part)):
            return _refused(40093001)
        upload["done"][told["part_index"]] = part
        return JSONResponse({})

    async def _merge(self, request: Request) -> Response:
        told = await request.json()
        upload = self.uploads.get(told.get("upload_id", ""))
        if upload is None or told.get("srv_send_msg") is not False:
            return _refused(10000)
        data = b"".join(upload["done"][index] for index in sorted(upload["done"]))
        sha1 = hashlib.sha1(data, usedforsecurity=False).hexdigest()
        sums = (_md5(data), sha1, _md5(data[:_HEAD]), str(len(data)))
        names = ("md5", "sha1", "md5_10m", "file_size")
        if sums != tuple(upload[name] for name in names):
            return _refused(40093001)
        info = f"INFO:{request.path_params['openid']}:{told['upload_id']}"
        self.whole[info] = data
        return JSONResponse({"file_uuid": "u", "file_info": info, "ttl": 300})


def _refused(code: int) -> Response:
    return JSONResponse({"err_code": code, "message": "文件"}, 400)
