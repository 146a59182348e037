"""The shape of a sentence."""

from web.api.fields import Shape, words


class Sentence(Shape):
    """One text in the service's two languages; where no English was given the Chinese stands for it."""

    zh = words("In Chinese.", example="得分达到 80 分")
    en = words("In English.", example="the score is 80 or more")
