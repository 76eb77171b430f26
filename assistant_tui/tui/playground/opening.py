"""Opens the playground on an assistant, as it is saved or as it is being edited."""

from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.playground.partner import Partner, partner_of, partner_of_draft
from assistant_tui.tui.playground.screen import PlaygroundScreen
from assistant_tui.tui.widgets.status_line import Tone


def talk(context: MainContext) -> None:
    """Talk to the highlighted assistant; to two at once, if two are marked."""
    marked = context.list_model.marked_rows
    if len(marked) == 2 and not context.profile.read_only:
        from assistant_tui.tui.playground.pair_opening import talk_to_both

        talk_to_both(context, (marked[0], marked[1]))
    elif (row := context.list_model.highlighted) is not None:
        open_playground(context, partner_of(row))


def try_edit(context: MainContext) -> None:
    """Talk to what is in the form, before it is saved."""
    form = context.form.form
    if form is None:
        return
    draft = form.collect()
    if draft.errors:
        form.show_errors()
        context.say("Not tried: " + "; ".join(draft.errors.values()), Tone.ERROR)
        return
    open_playground(context, partner_of_draft(draft))


def open_playground(context: MainContext, partner: Partner) -> None:
    """Show the playground."""
    context.app.push_screen(PlaygroundScreen(context, partner))
