"""The name under which an uploaded file is shown and handed out: for people to read, never for a path."""

import re
import unicodedata

from scoring.texts import Text
from scoring.uploads.kinds import Kind

NAME_MOST = 120
_UNNAMED = "未命名"
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_BLANKS = re.compile(r"\s+")
_SUFFIX = re.compile(r"\.([A-Za-z][A-Za-z0-9]{0,9}|7z|mp[34])$")
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)", re.IGNORECASE)
_SEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_OTHER_SUFFIXES = """
    exe com scr bat cmd ps1 psm1 vbs vbe js jse mjs wsf wsh hta htm html xhtml shtml mht mhtml svg svgz
    swf jar class php phtml php5 asp aspx jsp jspx cgi py pl rb sh bash lnk url cpl msi reg dll sys pif
    app apk ipa dmg iso img zip rar 7z gz tgz tar bz2 xz rtf chm docm dotm dot dotx xlsm xltm xlsb xlam
    xla xlt pptm ppsm potm pps ppsx ppam gif bmp tif tiff psd eps ai heic heif avif jfif jpe txt csv xml
    json yaml md odt ods odp ofd mp3 mp4 mov avi wav eml msg wpt ett dpt htaccess ini conf
"""
_KNOWN_SUFFIXES = frozenset(
    {extension for kind in Kind for extension in kind.extensions} | set(_OTHER_SUFFIXES.split())
)


def clean(name: str) -> str:
    """Return *name* without folders, invisible and direction-changing characters, at most 120 characters long.

    What is left of a name that held nothing else is 未命名.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(" " if letter in "\t\n\r" else letter for letter in last)
    seen = "".join(letter for letter in seen if unicodedata.category(letter) not in _SEEN)
    plain = _BLANKS.sub(" ", _FORBIDDEN.sub("_", seen)).strip(" .")
    if _DEVICES.match(plain):
        plain = f"_{plain}"
    stem, suffix = _parted(plain)
    return (stem[: NAME_MOST - len(suffix)].rstrip(" .") + suffix) or _UNNAMED


def name_as(name: str, kind: Kind) -> tuple[str, tuple[Text, ...]]:
    """Return the clean *name* ending in an extension of *kind* and in no other, and what was odd about the given one."""
    given = clean(name)
    stem, suffix = _parted(given)
    fits = suffix[1:].lower() in kind.extensions
    suffixes = [suffix] if suffix else []
    while (parts := _parted(stem))[1]:
        stem, inner = parts
        suffixes.insert(0, inner)
    ending = suffix if fits else f".{kind.extensions[0]}"
    shown = (stem.strip(" .")[: NAME_MOST - len(ending)].rstrip(" .") or _UNNAMED) + ending
    if len(suffixes) > 1 or (suffixes and not fits):
        return shown, (_told(given, shown, kind),)
    return shown, ()


def _parted(name: str) -> tuple[str, str]:
    """Return *name* without its extension and the extension with its dot, '' where it ends in none that is known."""
    found = _SUFFIX.search(name)
    if found is None or found[1].lower() not in _KNOWN_SUFFIXES:
        return name, ""
    return name[: found.start()].rstrip(" ."), found[0]


def _told(given: str, shown: str, kind: Kind) -> Text:
    return Text(
        f"原文件名“{given}”的扩展名与内容不符或不止一个；按内容它是{kind.title.zh}，名称记为“{shown}”",
        f"the name “{given}” has more than one extension, or not that of its contents; "
        f"by its contents it is a {kind.title.en}, and it is kept as “{shown}”",
    )
