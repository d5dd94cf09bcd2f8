"""The outcome of a trial as a person reads it. It only reads."""

from collections.abc import Mapping

from mailbot.core.columns import clip


def outcome_text(outcome: Mapping[str, object]) -> str:
    """What the desk would make of one mail, in a few lines and with the letters it would write."""
    lines = [
        f"=== {outcome['file']}: {outcome['sort']}",
        f"    from {outcome['from']}: {clip(str(outcome['subject']), 90)}",
    ]
    if outcome["error"]:
        lines.append(f"    would be quarantined: {outcome['error']}")
    if outcome["form"]:
        lines.append(f"    form {outcome['form']} ({outcome['language']}), case {outcome['case'] or 'none'}")
    fields, faults, letters = outcome["fields"], outcome["faults"], outcome["letters"]
    if isinstance(fields, dict):
        lines += [f"    {key}: {clip(str(value), 90)}" for key, value in fields.items()]
    if isinstance(faults, list):
        lines += [f"    ! {fault['field']}: {fault['kind']}: {fault['message']}" for fault in faults]
    if isinstance(letters, list):
        lines += [f"\n--- letter to {part['to']}: {part['subject']}\n\n{part['text']}" for part in letters]
    return "\n".join(lines) + "\n"
