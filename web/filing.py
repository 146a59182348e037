"""Where uploaded files lie, once for the running application; nothing is made before a file is first asked for."""

from flask import current_app

from scoring.errors import Fault, Place, Refused
from scoring.store.files import Files
from scoring.texts import Text
from web.settings import FILES_DIR


class FilesNowhere(Refused):
    """No folder for uploaded files is known."""


def files() -> Files:
    """Return the county's files. Raises FilesNowhere where the database is not a file and no folder was set."""
    found: Files | None = current_app.extensions.get("stars_files")
    if found is None:
        folder = current_app.config["FILES_FOLDER"]
        if folder is None:
            raise FilesNowhere([Fault(place=Place(), sentence=_NOWHERE)])
        found = current_app.extensions["stars_files"] = Files(folder)
    return found


_NOWHERE = Text(
    f"还没有设置存放佐证材料的文件夹，暂时不能上传。管理员：用 {FILES_DIR} 指定一个文件夹，与数据库一起备份",
    "No folder for uploaded files is set, so none can be taken. Administrators: name one with"
    f" {FILES_DIR}, and back it up with the database",
)
