"""The explorer's pages without script: after a sign-in, and when something goes wrong. Chinese and English."""

from collections.abc import Iterable, Mapping
from html import escape
from urllib.parse import urlencode

from starlette.responses import Response

from baygate.access.purposes import Purpose
from baygate.oauth.server.people_pages import Text, page

_WRONG = Text("数据查询台暂时不能使用", "The explorer cannot go on")
_BACK = Text("返回数据查询台", "Back to the explorer")

OVER = Text("此次登录已失效，请重新登录。", "This sign-in is no longer good. Please sign in again.")
NOT_NOW = Text("服务暂时不可用，请稍后再试。", "The service is not available now. Please try again shortly.")
ANOTHER_SITE = Text(
    "该登录请求来自其他网站，未予执行。请在本站登录，并自行选择用途。",
    "Another site asked for this sign-in, so it was not begun. Sign in here, and choose for what purpose.",
)
PURPOSE = Text("该用途不能使用。", "You cannot ask for this purpose.")
DENIED = Text("授权服务器未允许登录。", "The authorization server did not let you sign in.")
TOO_LONG = Text(
    "法律依据或案件编号过长，请缩短。", "The legal basis or the case number is too long. Please shorten it."
)
NOT_SET_UP = Text(
    "数据查询台尚未正确配置，请联系管理员；原因见服务器日志。",
    "The explorer is not set up properly. Please tell the administrator; the hub's log says why.",
)
NOT_HERE = Text("没有这个页面。", "There is no such page.")
NOT_SO = Text("此地址不接受这种请求。", "This address does not take such a request.")
FAILED = Text(
    "服务器未能完成请求，管理员可在日志中查看原因。",
    "The hub failed to answer; its administrator can see why in the log.",
)


class Problem(Exception):
    """Something that only the person can be told."""

    def __init__(self, status: int, text: Text) -> None:
        super().__init__(text.en)
        self.status = status
        self.text = text

    def page(self, onward: str = "/") -> Response:
        """Return it as a page with a way ``onward``."""
        made = page(_WRONG, f"<p>{self.text.html()}</p>", _link(onward, _BACK), status=self.status)
        if self.status == 503:
            made.headers["retry-after"] = "5"
        return made


def choice(purposes: Iterable[Purpose], asked: Mapping[str, str]) -> Response:
    """Ask for what purpose somebody wants to sign in, and go on with what he ``asked``.

    Where a legal basis or a case has to be named, the explorer's own page asks for it.
    """
    links = "".join(
        _link(f"/explore/sign-in?{urlencode({**asked, 'purpose': each.code})}", Text(each.name_zh, each.name))
        for each in purposes
        if not (each.basis or each.case)
    )
    told = Text("登录需要指明用途，请选择：", "To sign in, say for what purpose you ask:")
    return page(Text("选择用途", "Choose a purpose"), f"<p>{told.html()}</p>{links}", status=400)


def signed_in(onward: str) -> Response:
    """Say that somebody is signed in, and lead on to the explorer by itself."""
    made = page(Text("您已登录", "You are signed in"), _link(onward, Text("前往数据查询台", "Go to the explorer")))
    # for the browser to do: no script does it
    made.headers["refresh"] = f"0; url={onward}"
    return made


def _link(to: str, text: Text) -> str:
    return f'<p><a href="{escape(to)}">{text.html()}</a></p>'
