"""Summaries written before tell people from glimpses, too, by the rule of that day (see history.glimpses)."""

from django.db import migrations

EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
COUNTS = ("observations", "scored", "not_sure")


def _add_up(tracks):
    scored = sum(track["scored"] for track in tracks)
    not_sure = sum(track["not_sure"] for track in tracks)
    unscored = {}
    for track in tracks:
        for reason, count in track["unscored"].items():
            unscored[reason] = unscored.get(reason, 0) + count

    def average(key):
        sums = {e: sum(t[key].get(e, 0) * t["scored"] for t in tracks) for e in EMOTIONS}
        return {e: round(total / scored, 4) for e, total in sums.items()} if scored else {}

    return {
        "observations": sum(track["observations"] for track in tracks),
        "scored": scored,
        "not_sure": not_sure,
        "not_sure_share": round(not_sure / scored, 4) if scored else None,
        "unscored": unscored,
        "mean": average("mean"),
        "share": average("share"),
    }


def _settle(session):
    summary, duration_ms = session.summary, session.duration_ms or 0
    step_ms = max(summary.get("step_ms", session.every_ms), 1)
    sure_needed = max(3, min(10, session.frames_sampled // 3, -(-6000 // step_ms)))
    seen_needed_ms = min(3000, duration_ms // 2)
    for track in summary["tracks"]:
        sure, seen_ms = track["scored"] - track["not_sure"], track["last_ms"] - track["first_ms"] + step_ms
        track["is_glimpse"] = sure < sure_needed or seen_ms < seen_needed_ms
    people = _add_up([track for track in summary["tracks"] if not track["is_glimpse"]])
    glimpses = _add_up([track for track in summary["tracks"] if track["is_glimpse"]])
    best = max(EMOTIONS, key=lambda e: (people["share"].get(e, 0), people["mean"].get(e, 0)))
    glimpsed = {key: glimpses[key] for key in (*COUNTS, "unscored")}
    glimpsed["tracks"] = sum(track["is_glimpse"] for track in summary["tracks"])
    session.summary = {
        **summary,
        **people,
        "dominant": best if people["share"].get(best) else None,
        "glimpses": glimpsed,
    }


def tell_glimpses(apps, schema_editor):
    sessions = apps.get_model("history", "Session").objects.exclude(summary={})
    for session in sessions.iterator(chunk_size=200):
        if "tracks" in session.summary and "glimpses" not in session.summary:
            _settle(session)
            session.save(update_fields=["summary"])


class Migration(migrations.Migration):
    dependencies = [("history", "0006_session_repeats")]

    operations = [migrations.RunPython(tell_glimpses, migrations.RunPython.noop)]
