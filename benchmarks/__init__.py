"""How fast the program is, measured from outside it: real processes on a simulated modem's pty,
and the SMS codec in processes of its own.

    python -m benchmarks.latency     from +CMTI to the answer's AT+CMGS
    python -m benchmarks.idle        what it costs while nothing happens
    python -m benchmarks.startup     until a command is there, until the modem is spoken to
    python -m benchmarks.codec       SMS PDUs a second, beside other libraries

Speed differs by machine and by minute, so what is compared is measured side by side, in turns, and
told as a ratio. No benchmark asks the product for anything it doesn't do in the field.
"""
