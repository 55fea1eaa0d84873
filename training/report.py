"""The report on one model and one set: measured, told in words, written to a folder."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from training import bootstrap, confusions, contact_sheet, metrics, reliability
from training.answers import Answer
from training.bootstrap import Estimate, Ratio
from training.reliability import Reliability

_SHOWN_CONFUSIONS = 15
_WORST = 50
_TOP = 3
_FEW = 10
_NAMES = {"cer": "CER", "wer": "WER", "exact": "exact", "top3": "in first three"}


@dataclass(frozen=True)
class Subject:
    """What is reported on: the set, the model and the decoder, by name."""

    data: str
    model: str
    decoder: str

    def __str__(self) -> str:
        return f"{self.data}, read by {self.model} ({self.decoder})"


@dataclass(frozen=True)
class Report:
    """What was measured; `estimates` hold `cer`, `wer`, `exact` and `top3`."""

    subject: Subject
    answers: Sequence[Answer]
    ms_per_item: float
    counts: metrics.Counts
    estimates: dict[str, Estimate]
    writers: int
    """How many writers were drawn from; 0 where there were none to draw and items were drawn instead."""
    confusions: Counter[confusions.Confusion]
    reliability: Reliability

    @property
    def refused(self) -> int:
        """How many items were refused, and count as read empty."""
        return sum(answer.reading is None for answer in self.answers)

    def scores(self) -> dict[str, Any]:
        """Everything that is one number, or two for an interval, ready for JSON."""
        return {
            "model": self.subject.model,
            "decoder": self.subject.decoder,
            **{name: estimate.value for name, estimate in self.estimates.items()},
            "ece": self.reliability.ece,
            "n": len(self.answers),
            "ms_per_item": round(self.ms_per_item, 3),
            **{f"{name}_interval": [each.low, each.high] for name, each in self.estimates.items()},
            "resampled": "writers" if self.writers else "items",
            "writers": self.writers,
        }


def measure(
    subject: Subject, answers: Sequence[Answer], ms_per_item: float, random: np.random.Generator
) -> Report:
    """Measure answers; ValueError where there is no text among them to compare with."""
    written, read = [answer.written for answer in answers], [answer.text for answer in answers]
    counts = metrics.count(written, read)
    group_of = bootstrap.groups([answer.item.writer for answer in answers])
    return Report(
        subject,
        answers,
        ms_per_item,
        counts,
        bootstrap.estimate(_ratios(counts, answers), group_of, random),
        0 if group_of is None else int(group_of.max()) + 1,
        confusions.count(written, read),
        _reliability(answers),
    )


def _ratios(counts: metrics.Counts, answers: Sequence[Answer]) -> dict[str, Ratio]:
    ones = np.ones(len(answers))
    return {
        "cer": Ratio(counts.character_edits, counts.characters),
        "wer": Ratio(counts.word_edits, counts.words),
        "exact": Ratio(counts.exact, ones),
        "top3": Ratio(np.array([answer.right_within(_TOP) for answer in answers]), ones),
    }


def _reliability(answers: Sequence[Answer]) -> Reliability:
    """Of what was read; what was refused has no confidence."""
    read = [(answer.reading.confidence, answer.right_within(1)) for answer in answers if answer.reading]
    return reliability.measure([each for each, _ in read], [right for _, right in read])


def write(report: Report, folder: Path) -> None:
    """Write scores, words, confusions and both pictures to a folder, over those of an earlier report."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scores.json").write_text(json.dumps(report.scores(), indent=2) + "\n", encoding="utf-8")
    (folder / "summary.txt").write_text(tell(report) + "\n", encoding="utf-8")
    written = [answer.written for answer in report.answers]
    confusions.write(report.confusions, written, folder / "confusions.tsv")
    reliability.draw(report.reliability, str(report.subject), folder / "reliability.png")
    cards = _worst(report)
    title = f"{report.subject}: the worst {len(cards)} of {len(report.answers):,} readings"
    contact_sheet.draw(title, cards).save(folder / "worst.png")


def _worst(report: Report) -> list[contact_sheet.Card]:
    """The wrong readings of highest CER; of equals, those that were surest of themselves."""
    wrong = (index for index, exact in enumerate(report.counts.exact) if not exact)
    ranked = sorted(wrong, key=lambda index: (-_cer(report, index), -_confidence(report.answers[index])))
    return [_card(report.answers[index], _cer(report, index)) for index in ranked[:_WORST]]


def _cer(report: Report, index: int) -> float:
    return int(report.counts.character_edits[index]) / max(1, int(report.counts.characters[index]))


def _confidence(answer: Answer) -> float:
    return answer.reading.confidence if answer.reading else 0.0


def _card(answer: Answer, cer: float) -> contact_sheet.Card:
    pixels = answer.item.strip.pixels if answer.item.strip else None
    remark = f"CER {cer:.0%}"
    remark += f", confidence {answer.reading.confidence:.2f}" if answer.reading else ", refused"
    return contact_sheet.Card(pixels, answer.written, answer.text, remark)


def tell(report: Report) -> str:
    """Say it to people: scores with their intervals, then the most frequent confusions."""
    return "\n".join(
        [
            str(report.subject),
            f"{len(report.answers):,} items, {report.ms_per_item:.1f} ms each{_tell_refused(report)}",
            f"95 % intervals from {_drawn(report)}",
            "",
            *(_tell_estimate(name, each) for name, each in report.estimates.items()),
            f"{'ECE':15}{_tell_ece(report):>8}",
            "",
            *_tell_confusions(report),
        ]
    )


def _tell_refused(report: Report) -> str:
    return f"; {report.refused:,} of them refused, and counted as read empty" if report.refused else ""


def _drawn(report: Report) -> str:
    if report.writers:
        few = " (so few that they say little)" if report.writers < _FEW else ""
        return f"resampling its {report.writers} writers{few}"
    return "resampling items, for want of writers (too narrow where hands are few)"


def _tell_estimate(name: str, estimate: Estimate) -> str:
    return f"{_NAMES[name]:15}{estimate.value:8.2%}   {estimate.low:.2%} to {estimate.high:.2%}"


def _tell_ece(report: Report) -> str:
    ece = report.reliability.ece
    return "unknown" if ece is None else f"{ece:.3f}"


def _tell_confusions(report: Report) -> list[str]:
    rows = confusions.rows(report.confusions, [answer.written for answer in report.answers])
    if not rows:
        return ["No character was confused."]
    lines = [
        f"{times:5}  {written:8}{read:8}" + (f"of {whole:,} written" if whole else "")
        for written, read, times, whole in rows[:_SHOWN_CONFUSIONS]
    ]
    return [f"Most frequent confusions, of {len(rows):,}", "times  written read", *lines]


def side_by_side(reports: Sequence[Report]) -> str:
    """Tell the scores of several models in one table, a model a row."""
    wide = max(len("model"), *(len(report.subject.model) for report in reports))
    head = "".join(f"{name:>25}" for name in _NAMES.values())
    rows = [
        f"{report.subject.model:{wide}}"
        + "".join(f"{_short(estimate):>25}" for estimate in report.estimates.values())
        + f"{_tell_ece(report):>8}{report.ms_per_item:8.1f}"
        for report in reports
    ]
    return "\n".join([f"{'model':{wide}}{head}{'ECE':>8}{'ms':>8}", *rows])


def _short(estimate: Estimate) -> str:
    return f"{estimate.value:.1%} ({estimate.low:.1%} to {estimate.high:.1%})"
