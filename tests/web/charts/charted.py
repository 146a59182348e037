"""Charts to be looked at by tests: every kind, with plain arguments."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from types import ModuleType

from web.charts import bars, distribution, histogram, radar, target, years
from web.charts.legend import Part

NAMES = ((5, "5 星"), (4, "4 星"), (3, "3 星"), (2, "2 星"), (1, "1 星"), (0, "0 星"), (None, "未评定"))
TOWNSHIPS = ("城关街道", "青石镇", "石桥铺镇", "双溪镇", "白塔镇", "西山镇")
STANDARDS = ("组织队伍强", "制度机制强", "学用结合强", "改革创新强", "服务效能强", "示范带动强")


def parts(name: str, counts: Iterable[int] = (2, 8, 12, 6, 3, 1, 2)) -> tuple[Part, ...]:
    return tuple(
        Part(stars=stars, units=units, title=f"{name} {words} {units} 个", href=f"/units?stars={stars}")
        for (stars, words), units in zip(NAMES, counts, strict=True)
    )


def a_distribution(names: Iterable[str] = TOWNSHIPS, *, share: str = "0.6") -> distribution.Distribution:
    return distribution.Distribution(
        prefix="by-township",
        title="各乡镇星级分布",
        empty="本期尚未公布评定结果",
        names=NAMES,
        whole=distribution.Bar(
            label="全县", parts=parts("全县", (118, 314, 512, 301, 173, 60, 45)), title="全县", note="1523"
        ),
        bars=tuple(
            distribution.Bar(
                label=name,
                parts=parts(name, (place % 4, 8, 12 + place, 6, 3, place % 3, 2)),
                title=f"{name}：{name}",
                href=f"/townships/{place}",
                note=str(34 + place),
            )
            for place, name in enumerate(names)
        ),
        target=share,
        target_label="目标：三星及以上 60%",
    )


def a_target(reached: int = 912, label: str = "2025 年（暂计）") -> target.Target:
    return target.Target(
        prefix="target",
        title="目标完成情况",
        empty="本期尚未公布评定结果",
        target_label="目标 60%",
        years=(
            target.Year(
                target=Fraction(3, 5),
                label=label,
                reached=reached,
                units=1523,
                words=f"{reached} / 1523 个",
                title="今年",
                href="/units",
            ),
            target.Year(
                label="2024 年",
                reached=801,
                units=1498,
                words="801 / 1498 个，53.5%",
                title="去年",
                target="0.5",
            ),
        ),
    )


def some_bars(names: Iterable[str] = TOWNSHIPS, mean: str = "81.20") -> bars.Bars:
    return bars.Bars(
        prefix="means",
        title="各乡镇平均得分",
        empty="本期尚未公布评定结果",
        top=100,
        mean=mean,
        mean_label=f"全县 {mean}",
        bars=tuple(
            bars.Bar(
                label=name,
                number=None if place == 3 else Fraction(9000 - 17 * place, 100),
                words="尚未评定" if place == 3 else f"{90 - place}.00",
                title=f"{name} 平均得分",
                href=f"/townships/{place}",
            )
            for place, name in enumerate(names)
        ),
    )


def a_radar(
    numbers: Iterable[str | None] = ("92.5", "85", None, "64", "88", "75"), name: str = ""
) -> radar.Radar:
    return radar.Radar(
        prefix="standards",
        title="六项标准得分率",
        empty="尚未评定",
        own_label="青石村党支部",
        other_label="全县平均",
        axes=tuple(
            radar.Axis(
                label=name or STANDARDS[place % 6],
                number=number,
                other=80,
                words=number or "未评",
                title=f"{STANDARDS[place % 6]} {number or '未评'}",
                href=f"/criteria#{place}",
            )
            for place, number in enumerate(numbers)
        ),
    )


def some_years(count: int = 4, *, share: str = "0.6", label: str = "") -> years.Years:
    return years.Years(
        prefix="years",
        title="历年星级",
        empty="本期尚未公布评定结果",
        names=NAMES,
        target_label="目标：三星及以上 60%",
        years=tuple(
            years.Year(
                label=label or str(2026 - count + place),
                parts=parts(str(place), (132, 335 + place, 493, 285, 133, 60, 50)),
                share="60.1%",
                title=f"{2026 - count + place} 年",
                provisional="暂计" if place == count - 1 else "",
                target=share if place else None,
            )
            for place in range(count)
        ),
    )


def a_histogram(
    cuts: Iterable[str] = ("60", "70", "80", "85", "92"), median: str = "81.35"
) -> histogram.Histogram:
    counts = (0, 0, 0, 0, 0, 0, 0, 1, 2, 5, 9, 22, 41, 88, 160, 310, 402, 290, 140, 53)
    return histogram.Histogram(
        prefix="scores",
        title="得分分布",
        empty="本期尚未公布评定结果",
        bins=tuple(
            histogram.Bin(
                low=5 * place,
                high=5 * place + 5,
                units=units,
                title=f"{5 * place} 分起 {units} 个",
                href="/units",
            )
            for place, units in enumerate(counts)
        ),
        cuts=tuple(histogram.Cut(at=at, label=f"{stars} 星 {at}") for stars, at in enumerate(cuts, 1)),
        median=histogram.Cut(at=median, label=f"中位数 {median}"),
    )


KINDS = (
    (distribution, a_distribution()),
    (target, a_target()),
    (bars, some_bars()),
    (radar, a_radar()),
    (years, some_years()),
    (histogram, a_histogram()),
)
"""Every kind of chart, as its module and an example of its values."""


def names_of(value: object) -> str:
    return value.__name__.rpartition(".")[2] if isinstance(value, ModuleType) else "values"
