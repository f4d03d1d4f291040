"""Who may do what."""

from __future__ import annotations

from kiosk.web.words.sentence import N_, TELL, Sentence

SENTENCES = {
    "sign_in_first": Sentence(N_("One moment, please"), TELL, N_("Sign in first: badge, or name and PIN.")),
    "supervisor_needed": Sentence(
        N_("One moment, please"),
        TELL,
        N_("This needs a supervisor: let one lay down the badge, then do it again."),
    ),
}
