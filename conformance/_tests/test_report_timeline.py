"""A history as a picture: who takes part, what is told, where the broken clause is pinned."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from conformance.evidence.findings import Finding
from conformance.evidence.history import History, parse_history
from conformance.report.page.drawing import svg
from conformance.report.timeline.draw import draw
from conformance.report.timeline.picture import Picture

#: One create() over a daemon, as the side channel has it; times in nanoseconds.
LIFE = """\
1000 9 1 harness call id=1 op=factory.create factory=f1
2000 50 1 daemon start generation=1 ppid=9
2500 50 2 daemon env name=WFC_SCENARIO value=x
3000 50 3 daemon announce port=4000 bytes=00000fa0
4000 50 4 daemon accept n=1
5000 50 5 daemon fork n=1 worker_pid=51
6000 51 1 worker acknowledge n=1 value=51
7000 51 2 worker authenticate n=1 ok=1
8000 51 3 worker reply n=1 bytes=00
9000 9 2 harness return id=1 outcome=returned detail=returned%20w1 worker=w1 pid=51
10000 9 3 harness call id=2 op=worker.exchange worker=w1
11000 51 4 worker exchange n=1 bytes=12
12000 9 4 harness return id=2 outcome=returned detail=returned
"""
WRONG = Finding("wrong_pids", "pid 51", "pid 52", clause="F-CONN-07")


def picture_of(text: str, *findings: Finding) -> Picture:
    return draw(parse_history(text), findings)


def told(picture: Picture) -> list[str]:
    return [line.partition(" s  ")[2] for line in picture.lines()]


def test_a_life_is_told_from_call_to_echo() -> None:
    """Every message has its two ends, in the order of the side channel; `env` is no event."""
    assert told(picture_of(LIFE)) == [
        "caller 1 → factory: create f1",
        "factory → daemon 1: starts",
        "daemon 1 → factory: announces port 4000",
        "factory → daemon 1: connects (connection 1)",
        "daemon 1 → worker 1: forks for connection 1",
        "worker 1 → factory: pid 51",
        "factory → worker 1: the secret",
        "worker 1 → factory: replies 00",
        "factory → caller 1: w1",
        "caller 1 → worker 1: exchange w1",
        "worker 1: echoes 12 bytes",
        "worker 1 → caller 1: returned",
    ]


def test_lanes_stand_from_callers_to_workers() -> None:
    """Callers are to the left, the factory follows, then processes as they appear."""
    lanes = picture_of(LIFE).lanes
    assert [(lane.name, lane.note) for lane in lanes] == [
        ("caller 1", ""),
        ("factory", ""),
        ("daemon 1", "pid 50"),
        ("worker 1", "pid 51"),
    ]


def test_callers_at_the_same_time_have_lanes_of_their_own() -> None:
    """A caller that is back takes the next call; one more only where all are busy."""
    text = "".join(
        f"{at} 9 {at} harness {line}\n"
        for at, line in enumerate(
            (
                "call id=1 op=factory.create",
                "call id=2 op=factory.create",
                "return id=1 outcome=returned detail=x",
                "call id=3 op=factory.create",
            ),
            1,
        )
    )
    picture = picture_of(text)
    assert [lane.name for lane in picture.lanes] == ["caller 1", "caller 2", "factory"]
    assert sorted((bar.lane, bar.first, bar.last, bar.is_open) for bar in picture.bars) == [
        (0, 0, 2, False),
        (0, 3, 3, True),
        (1, 1, 3, True),
    ]


def test_a_finding_is_pinned_behind_its_moment() -> None:
    """One with a time stands where it was seen, one without at the end."""
    timed = Finding("early_bytes", "none", "3 bytes", 5500, "F-CONN-09")
    rows = picture_of(LIFE, WRONG, timed).rows
    looks = [row.look for row in rows]
    assert looks.index("pin") == 5
    assert rows[5].text == "F-CONN-09 broken: expected none, actual 3 bytes"
    assert looks[-1] == "pin"


def test_bars_and_lanes_make_room_for_a_pin() -> None:
    """What comes behind a pin moves down by one row, and what is above it stays."""
    before = picture_of(LIFE).bars
    after = picture_of(LIFE, Finding("x", "a", "b", 5500, "F-CONN-09")).bars
    assert [(bar.first, bar.last) for bar in before] == [(0, 8), (9, 11)]
    assert [(bar.first, bar.last) for bar in after] == [(0, 9), (10, 12)]


def test_of_a_long_history_the_part_before_the_pin_is_kept() -> None:
    """The picture says how much is left out on either side, and names only who is left."""
    lines = [f"{1000 * n} 60 {n} worker exchange n=1 bytes={n}\n" for n in range(1, 901)]
    pin = Finding("x", "a", "b", 500_000, "F-POOL-01")
    picture = draw(parse_history(LIFE + "".join(lines)), [pin], longest=100)
    assert len(picture.rows) == 100
    assert [row.look for row in picture.rows].index("pin") == 75
    assert sum(picture.left_out) == 900 + 12 + 1 - 100
    assert [lane.name for lane in picture.lanes] == ["worker 2"]
    assert all(0 <= bar.first <= bar.last < 100 for bar in picture.bars)


def test_an_empty_history_has_no_picture() -> None:
    """Findings alone draw nothing: there is no time to pin them to."""
    assert draw(History(), [WRONG]) == Picture()


def test_the_drawing_is_well_formed_whatever_is_told() -> None:
    """Markup, control characters and a secret in an event do not get into the SVG."""
    hostile = "%3Cscript%3E%1B%5B31m%20" + "a" * 64
    text = f"{LIFE}13000 51 5 worker end status={hostile}\n"
    drawn = svg(picture_of(text, WRONG), '<"&>', is_alone=True)
    root = ET.fromstring(drawn)  # noqa: S314 - our own text
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    words = " ".join(root.itertext())
    assert "<script>␛[31m (secret)" in words
    assert "F-CONN-07 broken" in words
    assert "\x1b" not in drawn


#: The suite in the factory's place, before a daemon that refuses to fork.
AS_FACTORY = """\
1000 9 1 harness as_factory do=starts way=to pid=60
2000 9 2 harness as_factory do=announces%20port%204000 way=from pid=60
3000 60 1 daemon fault point=fork action=ENOMEM
4000 9 3 harness as_factory do=-12:%20a%20refusal way=from pid=60
5000 9 4 harness as_factory do=pid%2061 way=from pid=61
6000 9 5 harness signalled pid=61 number=9
"""


def test_the_suite_in_the_factorys_place_is_the_factory() -> None:
    """Who started the daemon is the factory's lane; a pid that is told is a worker's."""
    assert told(picture_of(AS_FACTORY)) == [
        "factory → daemon 1: starts",
        "daemon 1 → factory: announces port 4000",
        "daemon 1: fault: fork=ENOMEM",
        "daemon 1 → factory: -12: a refusal",
        "worker 1 → factory: pid 61",
        "worker 1: SIGKILL from outside",
    ]
