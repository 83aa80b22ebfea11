"""Sessions without what is nobody's business: numbers, IMSI, ICCID, IMEI, PINs, passwords, texts.

    masker = Masker()
    for step in steps:
        shown = masker.feed(step)        # what is decided by now, in order, cut as it was
    shown = masker.flush()               # the rest

Every byte stays where it is and no length changes, so that cuts, times and the lengths in +CMGS and
+CMGR stay right. Within a session a number always gets the same mask, so that two parties can be
told apart; masks are counted in the order of appearance and lead back to nothing.

The rule is that nothing passes which isn't known. Whole lines are looked at:

* final results, URCs and prompts of the standard pass, and the parameters of the commands listed as
  open in `words` (signal, registration, contexts, storage, settings), but for numbers of six and
  more digits. The lines of an ATI or +CGMR pass in the same way, while that is what was asked.
* of any other command or URC the name stays if it is known or the host said it, and its numbers of
  up to three digits; other digits become those of a mask, words `x`, PINs and passwords `*`. Values
  that the standard names ("SM", "REC READ") and times stay.
* a PDU whose length is as announced keeps its form: type, flags, times, coding, the header's
  numbering of parts. Addresses are masked, text and data are filled with `x`.
* a line that is nothing of all this (a text, a boot loader's words, PPP) becomes `x` and dots
  throughout, but for NUL and FF, which an idle line shows and no secret is made of.

An echo gets what its original got.
"""

from modem.transcript.masking.stream import Masker

__all__ = ["Masker"]
