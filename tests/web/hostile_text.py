"""Text that would run, steer or break a page if it were believed."""

SCRIPTS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    '"><svg onload=alert(3)>',
    "'><iframe srcdoc='<script>alert(4)</script>'>",
    "</title></textarea></style><script>alert(5)</script>",
    "<a href=javascript:alert(6)>点我</a>",
    "{{ 7 * 7 }}{% for x in [] %}",
    "&lt;script&gt;alert(7)&lt;/script&gt;",
    "<!--<img src=//canary.example/x>-->",
    "\u202egnp.exe\u2066<b onclick=alert(8)>",
    "a\x00b\x07c",
    "e" + "\u0301" * 300,
)
ONE = " ".join(SCRIPTS[:5])
"""Several in one short line, for names and titles."""

CALLS = (
    "<img src=/canary/img><video src=/canary/video autoplay></video>",
    "<link rel=stylesheet href=/canary/css><style>@import '/canary/style'</style>",
    "<meta http-equiv=refresh content='0;url=/canary/refresh'>",
    "<base href=//canary.example/><form action=/canary/form><input autofocus></form>",
    "<iframe src=/canary/frame></iframe><object data=/canary/object></object>",
    "</script><script src=/canary/script></script>",
    "]]><script>alert(10)</script><x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(11)</x:script>",
    "<svg><style>*{background:url(/canary/svg)}</style><image href=/canary/image /></svg>",
    "<details open ontoggle=alert(12)><input onfocus=alert(13) autofocus>",
    "${alert(14)}`{{constructor.constructor('alert(15)')()}}<%= alert(16) %>",
)
"""What would fetch something that is named `canary`, or run where it is put into a script."""

BAD_ADDRESSES = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "\x01javascript:alert(1)",
    " javascript:alert(1)",
    "\u200bjavascript:alert(1)",
    "javascript://example.org/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "DATA:text/html;base64,PHNjcmlwdD4=",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "blob:https://example.org/x",
    "//canary.example/x",
    "/m/x",
    "https:canary.example",
    "http:///x",
    "https:\\\\canary.example",
    "http://[::1",
    "http://a:99999/",
    "&#106;avascript:alert(1)",
    "tg://resolve?domain=x",
    "mailto:",
    "",
)
GOOD_ADDRESSES = (
    "https://example.org/a?b=c&d=%E6%B2%89#e",
    "http://example.org:8080",
    "HTTPS://EXAMPLE.ORG/",
    "https://zh.wikipedia.org/wiki/沉淀",
    "mailto:a@example.org",
    "https://user@example.org/",
)
